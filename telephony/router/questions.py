"""Questions of the switch: `q` (an INVITE waits) and `ask` (a plan reached a step that needs us)."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from telephony.messages.plan import RoutePlan
from telephony.messages.workers import AnyApp
from telephony.router.applications import NoApplication, application, refusal_plan, worker_step
from telephony.router.decide import draft
from telephony.router.draft import Caller, Draft
from telephony.router.index import SnapshotIndex
from telephony.router.invite import Invite, InviteKind
from telephony.router.ledger import Ledger
from telephony.router.live import Call, Leg, LiveState
from telephony.router.media_link import MediaLink
from telephony.router.originate import first_leg, test_leg
from telephony.router.server import Message, SwitchLink
from telephony.router.tokens import Token, Tokens

if TYPE_CHECKING:
    from telephony.router.leases import Grant

log = logging.getLogger(__name__)

BUSY_WORKERS = (503, "All voice channels are in use; please try again")


class Questions:
    def __init__(
        self, live: LiveState, ledger: Ledger, media: MediaLink, tokens: Tokens, current: Callable[[], SnapshotIndex]
    ) -> None:
        self.live = live
        self.ledger = ledger
        self.media = media
        self.tokens = tokens
        self.current = current  # the snapshot in force
        self._tasks: set[asyncio.Task[None]] = set()

    # -- q -------------------------------------------------------------------------------------------
    def question(self, link: SwitchLink, m: Message) -> None:
        cid = str(m["cid"])
        if (old := self.live.legs.get(cid)) is not None:
            # The same Call-ID again (a phone that tries anew with another CSeq): the first INVITE is over.
            self.ledger.end_leg(old, code=500, reason="The phone sent the call again")
        kind, line_id = _kind(str(m.get("kind", "")))
        token = self.tokens.take(str(m.get("tok", "")), _monotonic()) if kind == "worker" else None
        call = self._call_of(token)
        leg = self.live.add_leg(
            Leg(
                cid=cid,
                call=call,
                cseq=int(m.get("cs") or 0),
                index=int(m["i"]),
                label=int(m["l"]),
                h_entry=int(m.get("h") or 0),
                h_id=int(m.get("d") or 0),
                role=token.role if token else "",
                station=str(m.get("st", "")) if kind == "phone" else "",
                line_id=line_id,
                source=str(m.get("src", "")),
            )
        )
        invite = Invite(
            call_id=call.call_id,
            kind=kind,
            dialled=token.target if token else str(m.get("to", "")),
            station=leg.station,
            acting=token.acting if token else "",
            line_id=line_id,
            from_number=str(m.get("from", "")),
            from_name=str(m.get("fn", "")),
            source=leg.source,
        )
        made = self._decide(invite, call, token)
        leg.kind, leg.budget = made.kind, made.budget
        plan = made.plan()
        self.ledger.start(call, made)
        if made.kind in ("outside", "emergency"):
            self.live.use_line(leg, next((s.line_id for s in plan.steps if s.line_id is not None), None))
        self._answer(link, leg, plan)

    def _call_of(self, token: Token | None) -> Call:
        if token is not None and (call := self.live.calls.get(token.call_id)) is not None:
            return call
        return self.live.add_call(Call(call_id=secrets.token_hex(16), index=self.current(), at=time.time()))

    def _decide(self, invite: Invite, call: Call, token: Token | None) -> Draft:
        if invite.kind == "worker" and token is None:
            made = Draft(index=call.index, live=self.live, invite=invite, caller=_nobody(invite))
            made.callee(invite.dialled, "")
            made.refusal(403, "A media worker called without a valid token.")
            return made
        if token is not None and token.role == "first":
            return first_leg(call.index, self.live, invite, facts=call.facts)
        if token is not None and token.role == "test":
            return test_leg(call.index, self.live, invite)
        return draft(call.index, self.live, invite)

    def _answer(self, link: SwitchLink, leg: Leg, plan: RoutePlan) -> None:
        step = plan.steps[0]
        if step.ask:
            self._continue(link, leg, step.ask, plan)
            return
        _send(link, leg, plan)
        if step.code:
            self.ledger.end_leg(leg, code=step.code, reason=step.reason)

    # -- ask -----------------------------------------------------------------------------------------
    def ask(self, link: SwitchLink, m: Message) -> None:
        leg = self.live.legs.get(str(m["cid"])) or self._strange_leg(m)
        leg.index, leg.label = int(m["i"]), int(m["l"])
        self.ledger.stop_ringing(leg)
        call = leg.call
        if call.ended_by:
            _send(link, leg, refusal_plan(call.call_id, call.index.version, 480, "Ended by an administrator"))
            return
        plan = RoutePlan(
            call_id=call.call_id,
            version=call.index.version,
            caller_name=str(call.facts.get("from_name", "")),
            caller_number=str(call.facts.get("from_number", "")),
            callee_name=str(call.facts.get("to_name", "")),
            callee_number=str(call.facts.get("to_number", "")),
            kind=leg.kind,
            steps=(worker_step("none", "none", "none"),),  # replaced by _continue
        )
        self._continue(link, leg, str(m.get("key", "")), plan, code=int(m.get("code") or 0))

    def _strange_leg(self, m: Message) -> Leg:
        """A call from before our own restart that the switch has carried on without us."""
        call_id = str(m.get("call", "")) or secrets.token_hex(16)
        call = self.live.calls.get(call_id)
        if call is None:
            call = self.live.add_call(Call(call_id=call_id, index=self.current(), at=time.time()))
        return self.live.add_leg(Leg(cid=str(m["cid"]), call=call, cseq=int(m.get("cs") or 0)))

    def _continue(self, link: SwitchLink, leg: Leg, key: str, plan: RoutePlan, *, code: int = 0) -> None:
        """Answer with a worker's step, now if one is free, else when one is."""
        call = leg.call
        app = application(
            call.index,
            key,
            code=code,
            from_number=plan.caller_number,
            from_name=plan.caller_name,
            source=leg.source,
            presence_of=self.live.presences,
        )
        if isinstance(app, NoApplication):
            self._refuse(link, leg, app.code, app.reason)
            return
        leg.application = "/".join(key.split("/")[:2])
        if found := self.media.lease_now(call.call_id, app):
            self._bring(link, leg, app, plan, found)
            return
        leg.deciding = True
        task = asyncio.get_running_loop().create_task(self._wait_for_worker(link, leg, app, plan))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wait_for_worker(self, link: SwitchLink, leg: Leg, app: AnyApp, plan: RoutePlan) -> None:
        found = await self.media.lease(leg.call.call_id, app)
        leg.deciding = False
        if leg.ended or leg.call.ended_by:  # the caller gave up meanwhile
            if found:
                self.media.end(found[0].lease)
                self.media.finished(found[0].lease, "the caller gave up")
            if not leg.ended:
                self._refuse(link, leg, 480, "Ended by an administrator")
            return
        if found is None:
            log.warning("lease.none call=%s app=%s", leg.call.call_id, app.app)
            self._refuse(link, leg, *BUSY_WORKERS)
            return
        self._bring(link, leg, app, plan, found)

    def _bring(self, link: SwitchLink, leg: Leg, app: AnyApp, plan: RoutePlan, found: tuple[Grant, str]) -> None:
        grant, address = found
        leg.lease = grant.lease
        step = worker_step(app.app, address, grant.lease)
        _send(link, leg, plan.model_copy(update={"steps": (step,)}))

    def _refuse(self, link: SwitchLink, leg: Leg, code: int, reason: str) -> None:
        _send(link, leg, refusal_plan(leg.call.call_id, leg.call.index.version, code, reason))
        self.ledger.end_leg(leg, code=code, reason=reason)


def _send(link: SwitchLink, leg: Leg, plan: RoutePlan) -> None:
    link.send({"i": leg.index, "l": leg.label, "plan": plan.to_switch()})


def _kind(text: str) -> tuple[InviteKind, int | None]:
    """`kind` of a question: "phone", "worker" or "line:<id>"."""
    name, _, number = text.partition(":")
    if name == "line" and number.isdigit():
        return "line", int(number)
    return ("worker", None) if name == "worker" else ("phone", None)


def _nobody(invite: Invite) -> Caller:
    return Caller(invite.from_number, invite.from_name)


def _monotonic() -> float:
    return asyncio.get_running_loop().time()
