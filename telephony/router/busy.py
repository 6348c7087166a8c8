"""Busy lamps: who is called, rings and talks, published as dialog-info (RFC 4235) from the router's own calls.

Only what somebody watches is published, and what changes at the same moment travels once: a call that nobody watches
costs one test of an empty set. An *entity* is an extension or a station; an extension shows the calls of its user's
stations, and the calls that ring for it. A *thing* is what a key may watch besides: `schedule-1` is lit while it is
night, `messages-102` while new messages wait there (only that user's phones may watch it); whoever owns a thing says
what it looks like.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from telephony.router.draft import BRIDGE
from telephony.router.index import SnapshotIndex
from telephony.router.live import Call, Leg, LiveState
from telephony.switch.control import DialogLamp, DialogState

log = logging.getLogger(__name__)

# Long enough for the 200 to the last PUBLISH to be back: the switch's pua forgets a change it is told before that.
GATHER_SECONDS = 0.08
IDLE = DialogLamp("idle", "terminated")  # there are phones that do not take an empty list for "nothing goes on"
Publish = Callable[[str, tuple[DialogLamp, ...]], Awaitable[None]]


def schedule_lamp(schedule_id: int) -> str:
    return f"schedule-{schedule_id}"


def messages_lamp(extension: str) -> str:
    return f"messages-{extension}"


class BusyLamps:
    def __init__(self, live: LiveState, current: Callable[[], SnapshotIndex], publish: Publish) -> None:
        self.live = live
        self.current = current
        self.publish = publish  # entity, its dialogs; raises nothing
        self.watched: set[str] = set()
        self.shown: dict[str, dict[str, DialogLamp]] = {}  # entity -> call id -> what watchers see
        self.things: dict[str, DialogLamp] = {}  # those that are lit
        self._calls: dict[str, Call] = {}  # changed since the last round
        self._all: set[str] = set()  # entities to publish whatever has changed
        self._news = asyncio.Event()

    # -- what happened -------------------------------------------------------------------------------
    def changed(self, call: Call) -> None:
        """Something of the call is different; on the path of every call."""
        if self.watched:
            self._calls[call.call_id] = call
            self._news.set()

    def light(self, thing: str, on: bool) -> None:
        """A thing is lit or not; said again, it costs nothing."""
        if on == (thing in self.things):
            return
        if on:
            self.things[thing] = DialogLamp(thing, "confirmed")
        else:
            del self.things[thing]
        if thing in self.watched:
            self._all.add(thing)
            self._news.set()

    def watch(self, entity: str) -> None:
        """Somebody subscribed; the state that the switch holds may be an old one."""
        self.watched.add(entity)
        self._all.add(entity)
        self._news.set()

    def watch_only(self, entities: Iterable[str]) -> None:
        """These are watched and nothing else; all of them are published again."""
        self.watched = set(entities)
        self.shown = {entity: lamps for entity, lamps in self.shown.items() if entity in self.watched}
        self._all |= self.watched
        self._news.set()

    # -- telling -------------------------------------------------------------------------------------
    async def run(self) -> None:
        """For ever."""
        while True:
            await self._news.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._news.clear()
            for entity, lamps in self._round().items():
                await self.publish(entity, lamps)

    def _round(self) -> dict[str, tuple[DialogLamp, ...]]:
        calls, self._calls = self._calls, {}
        everything, self._all = self._all, set()
        due = {entity: self._afresh(entity) for entity in everything & self.watched}
        index = self.current()
        now = {call_id: lamps_of(call, index) for call_id, call in calls.items()}
        for entity in self.watched - due.keys():
            shown = self.shown.get(entity, {})
            new = dict(shown)
            for call_id, lamps in now.items():
                if entity in lamps:
                    new[call_id] = lamps[entity]
                else:
                    new.pop(call_id, None)
            if new != shown:
                due[entity] = self._publication(entity, new)
        return due

    def _afresh(self, entity: str) -> tuple[DialogLamp, ...]:
        index = self.current()
        found = {
            call.call_id: lamps[entity]
            for call in self.live.calls.values()
            if entity in (lamps := lamps_of(call, index))
        }
        if (thing := self.things.get(entity)) is not None:
            found[entity] = thing
        return self._publication(entity, found)

    def _publication(self, entity: str, new: dict[str, DialogLamp]) -> tuple[DialogLamp, ...]:
        """What is over is said once as `terminated`: a phone that only follows changes must hear of the end."""
        gone = self.shown.get(entity, {}).keys() - new.keys()
        self.shown[entity] = new
        over = tuple(DialogLamp(call_id, "terminated") for call_id in sorted(gone))
        return (*new.values(), *over) or (IDLE,)


def lamps_of(call: Call, index: SnapshotIndex) -> dict[str, DialogLamp]:
    """Entity -> how the call looks there. Empty once it has ended."""
    lamps: dict[str, DialogLamp] = {}
    if call.ended:
        return lamps
    for leg in call.legs.values():
        if leg.role == "picker" and call.answered:
            continue  # shown as who answered
        if leg.station:
            state: DialogState = "confirmed" if _connected(call, leg) else "early" if call.ringing else "trying"
            _show(lamps, call, index, leg.station, state, calls=True)
        for station in leg.ringing:
            _show(lamps, call, index, station, "early", calls=leg.role == "first")
        if leg.talking and leg.answered_by in index.appearances:
            _show(lamps, call, index, leg.answered_by, "confirmed", calls=leg.role == "first")
    number = str(call.facts.get("to_number", ""))
    extension = index.extensions.get(number)
    if extension is not None and number not in lamps:
        if call.ringing and not call.answered:
            lamps[number] = _lamp(call, index, "early", calls=False)
        elif extension.user_id is None and call.answered_by in index.appearances:
            lamps[number] = _lamp(call, index, "confirmed", calls=False)
    return lamps


def _connected(call: Call, leg: Leg) -> bool:
    """The worker of an anchored call answers the caller when the far side has answered."""
    return bool(call.answered) if leg.application == BRIDGE else leg.talking


def _show(
    lamps: dict[str, DialogLamp], call: Call, index: SnapshotIndex, station: str, state: DialogState, *, calls: bool
) -> None:
    """A station and, when it belongs to somebody, that user's extension; one that talks is not hidden by one that
    only rings."""
    lamp = _lamp(call, index, state, calls=calls)
    owner = index.owner(station)
    for entity in (station, owner.extension if owner else ""):
        if entity and (entity not in lamps or state == "confirmed"):
            lamps[entity] = lamp


def _lamp(call: Call, index: SnapshotIndex, state: DialogState, *, calls: bool) -> DialogLamp:
    """The other party by number and name when it is one of the office: everybody may know that. Who is outside is
    the business of those who talk (docs/decisions/0005-what-a-busy-lamp-tells.md)."""
    side = "to" if calls else "from"
    number = str(call.facts.get(f"{side}_number", ""))
    known = number in index.extensions or number in index.appearances
    return DialogLamp(
        call.call_id,
        state,
        direction="initiator" if calls else "recipient",
        remote=number if known else "",
        remote_name=str(call.facts.get(f"{side}_name", "")) if known else "",
    )
