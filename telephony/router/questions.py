"""Questions of the switch: `q` (an INVITE waits) and `ask` (a plan reached a step that needs us)."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from telephony.messages.plan import Explanation, RoutePlan, Step
from telephony.messages.snapshot import OutsideLine
from telephony.messages.workers import HAND_OVER, AnyApp, BridgeApp, PickUpApp, hand_over
from telephony.numbers.schedule import CLOSED, Setting
from telephony.router import for_help
from telephony.router.applications import NoApplication, application, refusal_plan, worker_step
from telephony.router.decide import draft
from telephony.router.draft import BRIDGE, Caller, Draft
from telephony.router.index import SnapshotIndex
from telephony.router.invite import Invite, InviteKind
from telephony.router.ledger import Ledger
from telephony.router.live import Call, Leg, LiveState, Waiting
from telephony.router.media_link import WAIT_SECONDS, MediaLink
from telephony.router.moved import sent_on
from telephony.router.originate import first_leg, test_leg
from telephony.router.server import Message, SwitchLink
from telephony.router.steps.external import LINE_FAILED, LINE_USER, after_line, read_key
from telephony.router.strangers import asserted_caller, is_anonymous
from telephony.router.tokens import Token, Tokens
from telephony.router.transfer import USER as TRANSFER_USER
from telephony.router.transfer import for_the_carrier, transferred

if TYPE_CHECKING:
    from telephony.router.leases import Grant

log = logging.getLogger(__name__)

ROOM_WITHIN = 0.5  # seconds an emergency call waits for the channel of the call that was ended for it
BUSY_WORKERS = (503, "All voice channels are in use; please try again")
WAITS = "Every voice channel was in use: the caller heard ringing until one was free."
WAITING = "waiting"  # the key of a step that waits for a media worker
ROUND_SECONDS = 2.5  # the switch waits three for an answer
ROUNDS = 6  # with WAIT_SECONDS before them some 16 s in all
MOST_WAITING = 64  # calls
MOST_OF_A_PHONE = 3
SPARE_BRANCHES = 4  # of Kamailio's 30, beside a plan's 24 and the two questions around it


class Questions:
    def __init__(
        self, live: LiveState, ledger: Ledger, media: MediaLink, tokens: Tokens, current: Callable[[], SnapshotIndex]
    ) -> None:
        self.live = live
        self.ledger = ledger
        self.media = media
        self.tokens = tokens
        self.current = current  # the snapshot in force
        self.on_line_failed: Callable[[OutsideLine, int], None] = lambda line, code: None
        self.end_call: Callable[[Call], Coroutine[Any, Any, None]] = _nothing  # the router's way to end a call
        self.pick_up: Callable[[Leg, Draft, str], RoutePlan | None] = lambda leg, made, extension: None
        self.setting_of: Callable[[SnapshotIndex, int], Setting] = lambda index, number: CLOSED
        self._tasks: set[asyncio.Task[None]] = set()

    # -- q -------------------------------------------------------------------------------------------
    def question(self, link: SwitchLink, m: Message) -> None:
        cid = str(m["cid"])
        if (old := self.live.legs.get(cid)) is not None:
            # The same Call-ID again (a phone that tries anew with another CSeq): the first INVITE is over.
            self.ledger.end_leg(old, code=500, reason="The phone sent the call again")
        kind, line_id = _kind(str(m.get("kind", "")))
        line_id = self._registered_line(line_id, str(m.get("to", "")))
        token = self._token(kind, m)
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
        asserted = asserted_caller(self.current(), line_id, m)
        invite = (
            token.origin
            if token and token.origin
            else Invite(
                call_id=call.call_id,
                kind=kind,
                dialled=token.target if token else str(m.get("to", "")),
                station=leg.station,
                acting=token.acting if token else "",
                line_id=line_id,
                called=str(m.get("tou", "")) if kind == "line" else "",
                from_number=asserted[0],
                from_name=asserted[1],
                source=leg.source,
                anonymous=kind == "line" and is_anonymous(m),
                bridged=token is not None and token.role == "second",
            )
        )
        made = self._decide(invite, call, token)
        leg.kind, leg.budget = made.kind, made.budget
        key = made.steps[0].ask
        if key.startswith("pick_up/") and (found := self.pick_up(leg, made, key.partition("/")[2])) is not None:
            self._give_worker(link, leg, PickUpApp(), found)
            return
        leg.kind = made.kind
        if token is not None and (carrier := for_the_carrier(token, made, call)) is not None:
            self._hand_over(link, leg, token, made, carrier)
            return
        plan = made.plan()
        self.ledger.start(call, made)
        line = next((step.line_id for step in plan.steps if step.line_id is not None), None)
        if line is not None and made.kind == "emergency":
            victim = self._to_make_room(call, line)
            if victim is not None:
                leg.deciding = True
                self._spawn(self._after_room_is_made(link, leg, plan, line, victim))
                return
        self._take_line(leg, plan)
        self._answer(link, leg, plan, invite)
        if made.kind == "emergency":
            self._tell_of_emergency(call, plan, invite.station)

    def _hand_over(self, link: SwitchLink, leg: Leg, token: Token, made: Draft, line: OutsideLine) -> None:
        """Two outside parties of one line: its carrier connects them, and the call leaves the house (S13-43)."""
        again = self.tokens.keep(replace(token, handed=True), _monotonic())
        text = f"Outside line {line.description} was asked to connect the two by itself."
        self.ledger.explain(leg.call, [Explanation(text=text, link=line.link)])
        self._refuse(link, leg, HAND_OVER, hand_over(made.steps[0].targets[0].uri, again))

    def _tell_of_emergency(self, call: Call, plan: RoutePlan, station: str) -> None:
        """Only now: the switch has the plan, and nothing that hears of it can hold it up."""
        self.ledger.journal.event("emergency.called", **for_help.called(call.index, plan, station))

    def _token(self, kind: InviteKind, m: Message) -> Token | None:
        """A worker's in its header, that of who is transferred in the address it was sent to."""
        to, station = str(m.get("to", "")), str(m.get("st", "")) if kind == "phone" else ""
        if kind == "worker" and not to.startswith(TRANSFER_USER):
            return self.tokens.take(str(m.get("tok", "")), _monotonic())
        if kind == "line" or not to.startswith(TRANSFER_USER):
            return None
        known = self.tokens.known.get(to.removeprefix(TRANSFER_USER))
        if known is None or known.station != station:
            return None  # guessed, or another phone's: a number that does not exist
        return self.tokens.take(to.removeprefix(TRANSFER_USER), _monotonic())

    def _registered_line(self, line_id: int | None, to: str) -> int | None:
        """Several lines may share a carrier's address; one that registered is called by the name it gave itself."""
        number = to.removeprefix(LINE_USER)
        if (
            line_id is not None
            and to.startswith(LINE_USER)
            and number.isdigit()
            and int(number) in self.current().lines
        ):
            return int(number)
        return line_id

    def _take_line(self, leg: Leg, plan: RoutePlan) -> None:
        """The channel is taken before the switch hears of it: nobody else is given it."""
        for step in plan.steps:
            if step.line_id is not None:
                self.live.use_line(leg, step.line_id)
                return

    # -- emergency calls with every channel in use ---------------------------------------------------
    def _to_make_room(self, call: Call, line_id: int) -> Call | None:
        """The newest ordinary call on a line that is full; None when there is room, or nobody to send away."""
        line = call.index.lines[line_id]
        if not line.max_calls or self.live.line_calls(line_id) < line.max_calls:
            return None
        ordinary = [
            leg.call for leg in self.live.legs.values() if leg.line_id == line_id and leg.call.kind != "emergency"
        ]
        return max(ordinary, key=lambda one: one.at, default=None)

    async def _after_room_is_made(self, link: SwitchLink, leg: Leg, plan: RoutePlan, line: int, victim: Call) -> None:
        """End the call and give its BYE a moment to reach the carrier; the emergency call goes out in any case."""
        log.warning("emergency.room_made call=%s line=%d ended=%s", leg.call.call_id, line, victim.call_id)
        why = "It was ended to make room for an emergency call: every channel of the line was in use."
        self.ledger.explain(victim, [Explanation(text=why)])
        self._spawn(self.end_call(victim))
        deadline = _monotonic() + ROOM_WITHIN
        while victim.legs and _monotonic() < deadline:
            await asyncio.sleep(0.01)
        leg.deciding = False
        if leg.ended:
            return
        self._take_line(leg, plan)
        _send(link, leg, plan)
        self._tell_of_emergency(leg.call, plan, leg.station)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

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
        if token is not None and token.role == "transferred":
            return transferred(call.index, self.live, token)
        return draft(call.index, self.live, invite)

    def _answer(self, link: SwitchLink, leg: Leg, plan: RoutePlan, invite: Invite) -> None:
        step = plan.steps[0]
        if step.ask == BRIDGE:
            self._anchor(link, leg, plan, invite)
            return
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
        leg.asks += 1
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
        key, code = str(m.get("key", "")), int(m.get("code") or 0)
        if key == WAITING:
            self._wait_on(link, leg)
            return
        if key.startswith("line/"):
            self._next_line(link, leg, plan, key, code)
            return
        if key.startswith("moved/"):
            self._sent_on(link, leg, plan, key)
            return
        self._continue(link, leg, key, plan, code=code)

    def _sent_on(self, link: SwitchLink, leg: Leg, plan: RoutePlan, key: str) -> None:
        """The last phone that rang sent the call on: "moved/<station>/<number>"."""
        _, station, number = key.split("/", 2)
        made = sent_on(leg, self.live, station, number)
        self.ledger.explain(leg.call, made.why)
        self._answer(link, leg, plan.model_copy(update={"steps": tuple(made.steps)}), made.invite)

    def _next_line(self, link: SwitchLink, leg: Leg, plan: RoutePlan, key: str, code: int) -> None:
        """A line did not take the call (`external.read_key`)."""
        number, tried, lines = read_key(key)
        call = leg.call
        caller = _caller(call, plan)
        made = Draft(index=call.index, live=self.live, invite=_origin(call, number), caller=caller, budget=leg.budget)
        made.kind = "outside"
        self.live.use_line(leg, None)
        after_line(made, number, lines, tried, code, rang=leg.rang)
        failed = call.index.lines.get(tried[-1])
        if failed is not None and code in LINE_FAILED and not leg.rang:
            made.why.insert(
                0, Explanation(text=f"Outside line {failed.description} answered {code}.", link=failed.link)
            )
            self.on_line_failed(failed, code)
        self.ledger.explain(call, made.why)
        answer = plan.model_copy(update={"steps": tuple(made.steps)})
        self._take_line(leg, answer)
        _send(link, leg, answer)
        if answer.steps[0].code:
            self.ledger.end_leg(leg, code=answer.steps[0].code, reason=answer.steps[0].reason)

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
            setting_of=partial(self.setting_of, call.index),
            language=call.language,
        )
        if isinstance(app, NoApplication):
            self._refuse(link, leg, app.code, app.reason)
            return
        leg.application = "/".join(key.split("/")[:2])
        self._give_worker(link, leg, app, plan)

    def _anchor(self, link: SwitchLink, leg: Leg, plan: RoutePlan, invite: Invite) -> None:
        """A worker for the call; its token lets it dial the far side as the caller who dialled."""
        token = self.tokens.mint(
            call_id=leg.call.call_id, role="far", now=_monotonic(), origin=replace(invite, bridged=True)
        )
        leg.application = BRIDGE
        self._give_worker(link, leg, BridgeApp(to=_user_part(plan.callee_number), token=token), plan)

    def _give_worker(self, link: SwitchLink, leg: Leg, app: AnyApp, plan: RoutePlan) -> None:
        if found := self.media.lease_now(leg.call.call_id, app):
            self._bring(link, leg, app, plan, found)
            return
        if self._too_many_wait(leg):
            log.warning("lease.too_many_wait call=%s station=%s line=%s", leg.call.call_id, leg.station, leg.line_id)
            self._refuse(link, leg, *BUSY_WORKERS)
            return
        leg.waiting = Waiting(app=app, plan=plan, since=_monotonic())
        leg.deciding = True
        self._spawn(self._wait_for_worker(link, leg, leg.waiting))

    def _too_many_wait(self, leg: Leg) -> bool:
        """A phone that calls without end shall not fill the queue, nor the switch with waiting calls."""
        waiting = [other for other in self.live.legs.values() if other.waiting is not None]
        same = sum(1 for other in waiting if leg.station and other.station == leg.station)
        return same >= MOST_OF_A_PHONE or len(waiting) >= MOST_WAITING

    async def _wait_for_worker(self, link: SwitchLink, leg: Leg, waiting: Waiting) -> None:
        """The switch gives an answer three seconds: who waits longer is asked for anew, and hears ringing."""
        call = leg.call
        wait = ROUND_SECONDS if waiting.rounds else WAIT_SECONDS
        found = await self.media.lease(call.call_id, waiting.app, wait=wait, since=waiting.since)
        leg.deciding = False
        if leg.ended or call.ended_by:  # the caller gave up meanwhile
            if found:
                self.media.end(found[0].lease)
                self.media.finished(found[0].lease, "the caller gave up")
            if not leg.ended:
                self._refuse(link, leg, 480, "Ended by an administrator")
            return
        if found is not None:
            leg.waiting = None
            self._bring(link, leg, waiting.app, waiting.plan, found)
            return
        if waiting.rounds >= min(ROUNDS, leg.budget + SPARE_BRANCHES):
            log.warning("lease.none call=%s app=%s", call.call_id, waiting.app.app)
            self._refuse(link, leg, *BUSY_WORKERS)
            return
        if not waiting.rounds:
            log.warning("lease.waits call=%s app=%s", call.call_id, waiting.app.app)
            self.ledger.explain(call, [Explanation(text=WAITS)])
        waiting.rounds += 1
        _send(link, leg, waiting.plan.model_copy(update={"steps": (Step(ask=WAITING, ringing=True),)}))

    def _wait_on(self, link: SwitchLink, leg: Leg) -> None:
        """The switch asks for a caller who waits for a worker."""
        if leg.waiting is None:  # we have restarted meanwhile
            self._refuse(link, leg, *BUSY_WORKERS)
            return
        leg.deciding = True
        self._spawn(self._wait_for_worker(link, leg, leg.waiting))

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


def _user_part(number: str) -> str:
    """What the worker puts into its request URI: for people who read traces, the token says what is meant."""
    return number if number.isalnum() and number.isascii() else "far"


async def _nothing(call: Call) -> None:
    log.error("call.not_ended call=%s", call.call_id)


def _origin(call: Call, number: str) -> Invite:
    """The call as it began, as far as its next line must know it."""
    facts = call.facts
    if facts.get("call_kind") == "inbound":
        line = next((leg.line_id for leg in call.legs.values() if leg.line_id is not None and not leg.role), None)
        return Invite(call_id=call.call_id, kind="line", dialled=number, line_id=line, bridged=True)
    return Invite(
        call_id=call.call_id, kind="worker", dialled=number, station=str(facts.get("from_station", "")), bridged=True
    )


def _caller(call: Call, plan: RoutePlan) -> Caller:
    user = call.facts.get("from_user")
    return Caller(plan.caller_number, plan.caller_name, user if isinstance(user, int) else None)


def _nobody(invite: Invite) -> Caller:
    return Caller(invite.from_number, invite.from_name)


def _monotonic() -> float:
    return asyncio.get_running_loop().time()
