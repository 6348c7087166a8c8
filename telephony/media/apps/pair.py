"""Two legs that talk to one another: what either hears while the other holds, and what becomes of them when one of
the two is transferred (engine-calls 3).

A phone that transfers sends REFER; the router has allowed it, and the port has begun the new leg when `Referred` comes.
An attended transfer may also bring an INVITE that takes a leg's place (`Joined` with `instead`). Either way:

    one talks to other --REFER by one--> other hears music, then ringback
        ^                                     |
        +--- new is not reached --------------+--new answers--> new talks to other, one is let go

When other is at the end of a line whose carrier connects two outside parties itself (Supports SIP REFER, S13-43), the
switch answers the new leg with `HAND_OVER`: other's carrier is asked, and both legs end when it has done so. When it
has not, or says nothing, the new leg is dialled after all.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from telephony.calls.session import (
    Answer,
    Bridge,
    Command,
    Dial,
    HangUp,
    Joined,
    Music,
    Refer,
    SessionEvent,
    Timeout,
    Tone,
    Wait,
)  # fmt: skip
from telephony.media.port import Answered, EarlyMedia, Ended, Handed, Held, Referred, Ringing
from telephony.messages.workers import HAND_OVER, handed_over

CARRIER_SECONDS = 20.0  # a carrier that was asked to connect two parties says how that went within so long


@dataclass(slots=True)
class Pair:
    one: str
    other: str
    held: set[str] = field(default_factory=set)  # by these legs

    def connect(self) -> list[Command]:
        """The sound as it should be now: connected, or music for whoever was put on hold."""
        if not self.held:
            return [Bridge(self.one, self.other)]
        waiting = [leg for leg, by in ((self.one, self.other), (self.other, self.one)) if by in self.held]
        return [Music(leg) for leg in waiting if leg not in self.held]  # who holds as well can hear nothing

    def hold(self, event: Held) -> list[Command]:
        """A leg holds or resumes; before both talk it is only remembered."""
        if event.on:
            self.held.add(event.leg)
        else:
            self.held.discard(event.leg)
        return self.connect()

    def partner(self, leg: str) -> str:
        return self.other if leg == self.one else self.one


@dataclass(slots=True)
class Change:
    """A leg on its way into the conversation, instead of another one."""

    new: str
    instead: str
    heard: bool = False  # it has sent sound before its answer
    otherwise: str = ""  # user part to dial when the carrier does not connect them; `new` is "" meanwhile


@dataclass(slots=True)
class Conversation:
    """From the moment both talk. Hands over every event; `over` when all legs have ended."""

    pair: Pair
    alive: set[str]
    change: Change | None = None
    over: bool = False

    @classmethod
    def of(cls, pair: Pair) -> Conversation:
        return cls(pair, {pair.one, pair.other})

    def on(self, event: SessionEvent) -> list[Command]:
        match event:
            case Held():
                return self._held(event)
            case Referred(leg=leg, new=new):
                return self._referred(leg, new)
            case Joined(leg=leg, instead=instead):
                return self._joined(leg, instead)
            case Ringing() | EarlyMedia() | Answered():
                return self._progress(event)
            case Handed() | Timeout():
                return self._handed(event)
            case Ended(code=code, reason=reason):
                self.alive.discard(event.leg)
                if code == HAND_OVER and self.change is not None and event.leg == self.change.new:
                    return self._hand_over(self.change, reason)
                return self._ended(event.leg)
        return []

    @property
    def _stays(self) -> str:
        assert self.change is not None
        return self.pair.partner(self.change.instead)

    def _held(self, event: Held) -> list[Command]:
        if event.leg not in (self.pair.one, self.pair.other):
            return []
        sound = self.pair.hold(event)
        return [] if self.change is not None else sound  # meanwhile the other one hears the way to the new leg

    def _referred(self, leg: str, new: str) -> list[Command]:
        self.alive.add(new)
        if self.change is not None or leg not in (self.pair.one, self.pair.other):
            return [HangUp(new)]  # one change at a time
        self.change = Change(new, leg)
        return [Music(self._stays)]

    def _joined(self, leg: str, instead: str) -> list[Command]:
        self.alive.add(leg)
        if self.change is not None or instead not in (self.pair.one, self.pair.other):
            return [HangUp(leg, 481, "Nothing to take the place of")]
        self.change = Change(leg, instead)
        return [Answer(leg)]

    def _progress(self, event: Ringing | EarlyMedia | Answered) -> list[Command]:
        change = self.change
        if change is None or event.leg != change.new:
            return []
        match event:
            case Ringing():
                return [] if change.heard else [Tone("ringback", self._stays)]
            case EarlyMedia():
                change.heard = True
                return [Bridge(self._stays, change.new)]
            case Answered():
                stays, gone = self._stays, change.instead
                held = {stays} & self.pair.held
                self.pair, self.change = Pair(stays, change.new, held), None
                return [*self.pair.connect(), *([HangUp(gone)] if gone in self.alive else [])]

    def _hand_over(self, change: Change, reason: str) -> list[Command]:
        asked = handed_over(reason)
        if asked is None or self._stays not in self.alive:
            return self._ended(change.new)
        uri, change.otherwise = asked
        change.new = ""
        return [Refer(self._stays, uri), Wait(CARRIER_SECONDS)]

    def _handed(self, event: Handed | Timeout) -> list[Command]:
        change = self.change
        if change is None or change.new or (isinstance(event, Handed) and event.leg != self._stays):
            return []
        if isinstance(event, Handed) and 200 <= event.code < 300:
            self.change = None
            return [Wait(None), *(HangUp(one) for one in sorted(self.alive))]
        change.new = f"{self._stays}>again"
        self.alive.add(change.new)
        return [Wait(None), Dial(leg=change.new, user=change.otherwise, token="")]

    def _ended(self, leg: str) -> list[Command]:
        if not self.alive:
            self.over = True
            return []
        if self.change is None:
            if leg not in (self.pair.one, self.pair.other):
                return []
            return [HangUp(one) for one in sorted(self.alive)]
        change, stays = self.change, self._stays
        if leg == change.instead:
            return []  # it has said where to; the new leg is on its way
        self.change = None
        if leg == change.new and change.instead in self.alive:
            return self.pair.connect()
        # who was to be transferred is gone, or there is nobody left to talk to
        return [HangUp(one) for one in sorted(self.alive - ({stays} if leg == stays else set()))]
