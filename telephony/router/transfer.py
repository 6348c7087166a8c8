"""Transfer (engine-calls 3): a REFER is a question. The transferor's rights decide where the call may go; the other
party is sent to a one-use address of ours, so it never learns nor chooses a target by itself. That party is a phone of
the office (a switched call), or the media worker that holds the call (an anchored one: it dials a further leg and lets
the transferor go).

Blind: when the target does not answer or is busy the transferor's phone rings again. Attended: the new INVITE goes to
whom the transferor talks to, with Replaces to a phone, which changes over without ringing, or with the lease of its
call to a worker, where it takes the transferor's place.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from telephony.messages.plan import Explanation, Step
from telephony.messages.snapshot import OutsideLine
from telephony.messages.workers import TRANSFER_USER, lease_value
from telephony.router.applications import worker_step
from telephony.router.decide import draft
from telephony.router.draft import Caller, Draft, phone
from telephony.router.index import SnapshotIndex
from telephony.router.invite import Invite, Live
from telephony.router.leases import Grant
from telephony.router.live import Call, Leg
from telephony.router.server import Message, SwitchLink
from telephony.router.tokens import Token

if TYPE_CHECKING:
    from telephony.router.router import Router

log = logging.getLogger(__name__)

USER = TRANSFER_USER
RECALL_MS = 30_000
COMES_WITHIN = 10.0  # seconds between a REFER and the INVITE it causes; so long the call is kept
_REACHABLE = frozenset({"internal", "voicemail", "outside"})


@dataclass(frozen=True, slots=True)
class Target:
    number: str
    call_id: str = ""  # of the dialog to replace
    replaces: str = ""  # the header's value


def refer_to(text: str) -> Target:
    """Refer-To (RFC 3515 section 2.1) -> number and what to replace (RFC 3891)."""
    uri = text.partition("<")[2].partition(">")[0] or text.strip().partition(";")[0]
    address, _, headers = uri.partition("?")
    user = address.partition(":")[2].partition("@")[0].partition(";")[0]
    for header in headers.split("&"):
        name, _, value = header.partition("=")
        if name.lower() == "replaces":
            whole = unquote(value)
            if whole.isprintable() and whole.isascii():
                return Target(unquote(user), whole.partition(";")[0], whole)
    return Target(unquote(user))


def transferred(index: SnapshotIndex, live: Live, token: Token) -> Draft:
    """The plan for the INVITE of the phone that was sent away."""
    invite = token.origin
    assert invite is not None
    who = token.caller or _identity(index, token.station)
    if token.replaces:
        made = Draft(index=index, live=live, invite=invite, caller=who)
        if token.lease:
            made.kind = "internal"
            made.steps.append(worker_step("transfer", token.target, lease_value(token.lease, instead=token.replaces)))
            made.refuse(480, "The call was gone")
            return made
        owner = index.owner(token.target)
        made.callee(owner.extension if owner else token.target, owner.name if owner else "")
        made.steps.append(Step(ring_ms=RECALL_MS, targets=(phone(token.target, (f"Replaces: {token.replaces}",)),)))
        made.refuse(480, "The call was gone")
        return made
    made = draft(index, live, invite)
    made.caller = who
    _recall(made, token.recall)
    return made


def for_the_carrier(token: Token, made: Draft, call: Call) -> OutsideLine | None:
    """The line whose carrier can connect both parties itself: the call to the new one would go out where the party
    that stays is, and the line supports REFER."""
    if token.role != "transferred" or token.handed or token.replaces or not made.steps or not made.steps[0].targets:
        return None
    line = made.index.lines.get(made.steps[0].line_id or 0)
    stays = any(leg.talking and line is not None and leg.line_id == line.line_id for leg in call.legs.values())
    return line if line is not None and line.supports_refer and stays else None


def _identity(index: SnapshotIndex, station: str) -> Caller:
    owner = index.owner(station)
    if owner is None:
        appearance = index.appearances.get(station)
        return Caller(station, appearance.description if appearance else "")
    return Caller(owner.extension or station, owner.name, owner.user_id)


def _recall(made: Draft, transferor: str) -> None:
    """Every refusal of the plan becomes: the transferor's phone rings again, and only then it is over."""
    if not any(step.code for step in made.steps):
        return
    over = len(made.steps)
    again = Step(
        ring_ms=RECALL_MS, targets=(phone(transferor, ()),), busy=over, no_answer=over, not_registered=over, error=over
    )
    made.steps = [again if step.code else step for step in made.steps]
    made.refuse(480, "Nobody answered")


def parties(leg: Leg, side: str) -> tuple[str, str]:
    """(who transfers, the other one): stations; a worker's is whatever answered or "" ."""
    return (leg.station, leg.answered_by) if side == "caller" else (leg.answered_by, leg.station)


def remaining(call: Call, station: str) -> Caller:
    """Who is left in an anchored call when this station goes: as the others see that party."""
    facts = call.facts
    side = "to" if facts.get("from_station") == station else "from"
    return Caller(str(facts.get(f"{side}_number", "")), str(facts.get(f"{side}_name", "")))


def _named(who: Caller) -> str:
    return f"{who.name} ({who.number})" if who.name else who.number


class Transfers:
    def __init__(self, router: Router) -> None:
        self.router = router

    def refer(self, link: SwitchLink, m: Message) -> None:
        """The question; answered with the one-use address or with 603."""
        leg = self.router.live.legs.get(str(m.get("cid", "")))
        made = self._token(leg, m) if leg is not None else "The call is not known."
        if isinstance(made, str):
            log.info("transfer.refused cid=%s why=%s", m.get("cid"), made)
            if leg is not None:
                self.router.ledger.explain(leg.call, [Explanation(text=f"A transfer was refused. {made}")])
            link.send({"i": m["i"], "l": m["l"], "plan": {"code": 603}})
            return
        assert leg is not None
        text = self.router.tokens.keep(made, asyncio.get_running_loop().time())
        self._keep_the_call(leg, text)
        link.send({"i": m["i"], "l": m["l"], "plan": {"refer": USER + text}})

    def _token(self, leg: Leg, m: Message) -> Token | str:
        """Or a sentence why not."""
        index, live = leg.call.index, self.router.live
        station, other = parties(leg, str(m.get("side", "")))
        if not leg.talking or station not in index.appearances:
            return "Only a phone of the office can transfer a call it talks in."
        anchored = other not in index.appearances
        target = refer_to(str(m.get("to", "")))
        name = _named(_identity(index, station))
        owner = index.owner(station)
        call_id = leg.call.call_id
        invite = Invite(
            call_id=call_id, kind="worker", dialled=target.number, acting=owner.extension if owner else "",
            rights=station,
            bridged=anchored,  # the worker that holds the call dials: no second one is needed
        )  # fmt: skip
        token = Token(
            call_id, "transferred", invite.acting, "", 0.0, origin=invite, recall=station,
            station="" if anchored else other, caller=remaining(leg.call, station) if anchored else None,
        )  # fmt: skip
        if target.call_id:
            found = self._attended(token, station, target)
            if isinstance(found, str):
                return found
            token, consult, said = found
            self.router.ledger.explain(
                consult.call, [Explanation(text=f"{name} asked first, then transferred a call here.")]
            )
            text = f"{name} transferred it to {said}."
        else:
            made = draft(index, live, invite)
            if made.kind not in _REACHABLE or made.steps[0].ask.startswith("pick_up/"):
                return f"{name} may not transfer to {target.number}. {made.why[-1].text if made.why else ''}".strip()
            text = f"{name} transferred it to {target.number}."
        self.router.ledger.explain(leg.call, [Explanation(text=text)])
        return token

    def _attended(self, token: Token, station: str, target: Target) -> tuple[Token, Leg, str] | str:
        """The token for the transferor's other call, that call's leg, and whom it is with; or a sentence why not."""
        consult = self.router.live.legs.get(target.call_id)
        if consult is None or not consult.talking or station not in (consult.station, consult.answered_by):
            return "The other call of this transfer is not one of this phone."
        index = consult.call.index
        far = consult.answered_by if consult.station == station else consult.station
        if far in index.appearances:
            return replace(token, target=far, replaces=target.replaces), consult, _named(_identity(index, far))
        grant = self._grant_of(consult)
        worker = self.router.media.pool.workers.get(grant.worker) if grant else None
        if grant is None or worker is None:
            return "The other call of this transfer is held by nobody."
        said = _named(remaining(consult.call, station))
        made = replace(token, target=worker.address, replaces=consult.cid, lease=grant.lease)
        return made, consult, said

    def _grant_of(self, leg: Leg) -> Grant | None:
        """The worker's session that a leg belongs to: the leg brought its lease, or another leg of the call did."""
        leases = [leg.lease, *(one.lease for one in leg.call.legs.values()), *leg.call.sessions]
        return next((found for lease in leases if (found := self.router.media.pool.grants.get(lease))), None)

    def _keep_the_call(self, leg: Leg, text: str) -> None:
        """The transferor hangs up before the other phone calls: the record must stay open for it."""
        call, session = leg.call, f"transfer {text[:6]}"
        call.sessions.add(session)

        async def until_it_comes() -> None:
            deadline = asyncio.get_running_loop().time() + COMES_WITHIN
            while text in self.router.tokens.known and asyncio.get_running_loop().time() < deadline:
                await asyncio.sleep(0.1)
            self.router.ledger.end_session(call, session, "")

        self.router.spawn(until_it_comes())
