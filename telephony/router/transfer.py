"""Transfer of a switched call (engine-calls 3): a REFER is a question. The transferor's rights decide where the call
may go; the other phone is sent to a one-use address of ours, so it never learns nor chooses a target by itself.

Blind: when the target does not answer or is busy the transferor's phone rings again. Attended: the new INVITE goes to
the phone the transferor talks to, with Replaces, so that this phone changes over without ringing.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from telephony.messages.plan import Explanation, Step
from telephony.router.decide import draft
from telephony.router.draft import Caller, Draft, phone
from telephony.router.index import SnapshotIndex
from telephony.router.invite import Invite, Live
from telephony.router.live import Leg
from telephony.router.server import Message, SwitchLink
from telephony.router.tokens import Token

if TYPE_CHECKING:
    from telephony.router.router import Router

log = logging.getLogger(__name__)

USER = "t."  # user part of the one-use address: "t.<token>"
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
    if token.replaces:
        made = Draft(index=index, live=live, invite=invite, caller=_identity(index, token.station))
        owner = index.owner(token.target)
        made.callee(owner.extension if owner else token.target, owner.name if owner else "")
        made.steps.append(Step(ring_ms=RECALL_MS, targets=(phone(token.target, (f"Replaces: {token.replaces}",)),)))
        made.refuse(480, "The call was gone")
        return made
    made = draft(index, live, invite)
    made.caller = _identity(index, token.station)
    _recall(made, token.recall)
    return made


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
        calls = m.get("side") == "caller"
        station, other = (leg.station, leg.answered_by) if calls else (leg.answered_by, leg.station)
        if not leg.talking or station not in index.appearances or other not in index.appearances:
            return "Only calls between two phones of the office can be transferred in this version."
        target = refer_to(str(m.get("to", "")))
        who = _identity(index, station)
        name = f"{who.name} ({who.number})" if who.name else who.number
        owner = index.owner(station)
        call_id = leg.call.call_id
        invite = Invite(call_id=call_id, kind="worker", dialled=target.number, acting=owner.extension if owner else "")
        token = Token(call_id, "transferred", invite.acting, "", 0.0, origin=invite, station=other, recall=station)
        if target.call_id:
            consult = live.legs.get(target.call_id)
            parties = (consult.station, consult.answered_by) if consult and consult.talking else ()
            far = next((one for one in parties if one != station), "")
            if station not in parties or far not in index.appearances:
                return "The other call of this transfer is not one of this phone."
            to = _identity(index, far)
            said = (
                f"{name} transferred it to {to.name} ({to.number})." if to.name else f"{name} transferred it to {far}."
            )
            assert consult is not None
            self.router.ledger.explain(
                consult.call, [Explanation(text=f"{name} asked first, then transferred a call here.")]
            )
            token = replace(token, target=far, replaces=target.replaces)
        else:
            made = draft(index, live, invite)
            if made.kind not in _REACHABLE or made.steps[0].ask.startswith("pick_up/"):
                return f"{name} may not transfer to {target.number}. {made.why[-1].text if made.why else ''}".strip()
            said = f"{name} transferred it to {target.number}."
        self.router.ledger.explain(leg.call, [Explanation(text=said)])
        return token

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
