"""A phone that sends its call on (302): where to is decided as if its extension had dialled that number. Its Contact is
never used as an address (engine-calls 5).

While other phones of the group ring, the target's phones ring beside them; when nobody rings any more, the call follows
the target's whole route, to the outside too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from telephony.messages.plan import Explanation
from telephony.router.decide import draft
from telephony.router.draft import Caller, Draft
from telephony.router.invite import Invite
from telephony.router.ledger import Ledger
from telephony.router.live import Leg, LiveState
from telephony.router.server import Message

log = logging.getLogger(__name__)

MOST_MOVES = 4  # of one INVITE; phones that send calls to one another must come to an end
OTHERS_RING = 0.1  # seconds; the switch asks at once when the phone was the last one
_ALLOWED = frozenset({"internal", "voicemail", "outside"})  # not: emergency, a mailbox's owner, a refusal


def sent_on(leg: Leg, live: LiveState, station: str, number: str) -> Draft:
    """The steps towards `number` with the rights of the station's extension; the caller stays who he is."""
    index = leg.call.index
    owner = index.owner(station)
    invite = Invite(
        call_id=leg.call.call_id, kind="worker", dialled=number, acting=owner.extension if owner else "",
        source=leg.source, rights=station,
    )  # fmt: skip
    made = draft(index, live, invite)
    first = made.steps[0]
    told = f"The phone {station} of {owner.name}" if owner else f"The phone {station}"
    if leg.moves > MOST_MOVES:
        made.steps, made.why = [], []
        made.refusal(482, f"{told} sent the call on to {number}, but it was sent on too often.")
    elif made.kind not in _ALLOWED or first.ask.startswith("pick_up/"):
        made.steps, made.why = [], []
        made.refusal(480, f"{told} sent the call on to {number}, where it may not go.")
    else:
        made.why.insert(0, Explanation(text=f"{told} sent the call on to {number}."))
    facts = leg.call.facts
    made.caller = Caller(str(facts.get("from_number", "")), str(facts.get("from_name", "")))
    return made


class Moved:
    def __init__(self, live: LiveState, ledger: Ledger, add: Callable[[Leg, str], None]) -> None:
        self.live = live
        self.ledger = ledger
        self.add = add  # one more phone for an INVITE that rings
        self._tasks: set[asyncio.Task[None]] = set()

    def moved(self, m: Message) -> None:
        """One phone of possibly many sent the call on."""
        leg = self.live.legs.get(str(m.get("cid", "")))
        station, number = str(m.get("st", "")), str(m.get("to", ""))
        if leg is None or leg.talking or not number:
            return
        leg.moves += 1
        self.ledger.stop_ringing_at(leg, station)
        task = asyncio.get_running_loop().create_task(self._beside_the_others(leg, station, number, leg.asks))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _beside_the_others(self, leg: Leg, station: str, number: str, asks: int) -> None:
        await asyncio.sleep(OTHERS_RING)
        if leg.ended or leg.talking or leg.deciding or leg.asks != asks:
            return
        made = sent_on(leg, self.live, station, number)
        self.ledger.explain(leg.call, made.why)
        for target in made.steps[0].targets:
            if target.aor and target.aor not in leg.ringing and leg.budget > 0:
                leg.budget -= 1
                self.add(leg, target.aor)
