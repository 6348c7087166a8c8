"""The live state of the router: calls with their legs, keys in use, registrations, bans, presences.

Plain data with the bookkeeping that keeps it consistent; it sends nothing and knows no clock. A *leg* is one
INVITE dialog at the switch (one Call-ID); a *call* is what a person calls one: an originated call has two legs.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from telephony.messages.plan import MAX_BRANCHES, Explanation, RoutePlan
from telephony.messages.snapshot import Language, Presence
from telephony.messages.workers import AnyApp
from telephony.router.audit_pins import AuditPins
from telephony.router.index import SnapshotIndex

Side = Literal["caller", "callee"]
Role = Literal["", "first", "second", "test", "far", "picker", "transferred"]


@dataclass(slots=True)
class Waiting:
    """A caller for whom no media worker is free: he hears ringing meanwhile (decision 15)."""

    app: AnyApp
    plan: RoutePlan
    since: float  # monotonic seconds
    rounds: int = 0  # questions of the switch it has cost


@dataclass(slots=True)
class Leg:
    cid: str
    call: Call
    cseq: int
    index: int = 0  # of the transaction at the switch
    label: int = 0
    h_entry: int = 0
    h_id: int = 0
    role: Role = ""  # of a leg that a worker makes
    station: str = ""  # the phone that sent the INVITE
    line_id: int | None = None
    source: str = ""
    kind: str = "internal"  # of its plan
    application: str = ""  # the worker application that was asked for last: "voicemail/102"
    lease: str = ""
    waiting: Waiting | None = None  # for a worker, while every one is taken
    budget: int = MAX_BRANCHES
    rang: bool = False  # somebody or something on the far side answered with 180 or 183
    deciding: bool = False  # an answer to the switch is being prepared
    asks: int = 0  # questions the switch has asked in the middle of this INVITE
    moves: int = 0  # how often a phone sent it on (302)
    picker: Leg | None = None  # who answers this ringing leg by pick-up
    ringing: set[str] = field(default_factory=set)
    talking: bool = False
    direct: bool = False  # its sound does not pass the relay, which was away when it was answered
    answered_by: str = ""
    held: set[Side] = field(default_factory=set)
    ended: bool = False


@dataclass(slots=True)
class Call:
    call_id: str
    index: SnapshotIndex  # the configuration the call began with
    at: float
    seq: int = 0
    started: bool = False  # CallStarted was sent
    ended: bool = False
    facts: dict[str, object] = field(default_factory=dict)  # the fields of its CallStarted
    language: Language = Language.PRIMARY  # of the prompts its caller hears
    legs: dict[str, Leg] = field(default_factory=dict)
    sessions: set[str] = field(default_factory=set)  # leases that keep the call alive by themselves
    ringing: tuple[str, ...] = ()
    answered: float = 0.0
    answered_by: str = ""
    answered_name: str = ""
    ended_by: str = ""  # administrator who ended it
    code: int = 0  # of the leg that decides the outcome
    reason: str = ""
    canceled: bool = False
    why: list[Explanation] = field(default_factory=list)
    missing: int = 0  # how often the switch did not know any of its legs

    @property
    def alive(self) -> bool:
        return bool(self.legs or self.sessions)

    @property
    def kind(self) -> str:
        return str(self.facts.get("call_kind", ""))

    def held_by(self) -> tuple[Side, ...]:
        return tuple(sorted({side for leg in self.legs.values() for side in leg.held}))


@dataclass(frozen=True, slots=True)
class Registration:
    contacts: int
    expires: float
    contact: str = ""
    source: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class Ban:
    reason: str
    until: float


K = TypeVar("K")


def _drop(counter: Counter[K], key: K) -> None:
    counter[key] -= 1
    if counter[key] <= 0:
        del counter[key]


@dataclass(slots=True)
class LiveState:
    """Implements `invite.Live`, the questions a decision may ask."""

    calls: dict[str, Call] = field(default_factory=dict)
    legs: dict[str, Leg] = field(default_factory=dict)  # by Call-ID
    registrations: dict[str, Registration] = field(default_factory=dict)
    bans: dict[str, Ban] = field(default_factory=dict)
    subscribers: set[str] = field(default_factory=set)  # stations that subscribed to their message lamp
    presences: dict[int, Presence] = field(default_factory=dict)
    keys: Counter[str] = field(default_factory=Counter)  # station -> legs that use its key
    lines: Counter[int] = field(default_factory=Counter)
    audit_pins: AuditPins = field(default_factory=AuditPins)

    # -- what a decision may ask ---------------------------------------------------------------------
    def busy(self, station: str) -> bool:
        return self.keys[station] > 0

    def contacts(self, station: str) -> int:
        found = self.registrations.get(station)
        return found.contacts if found else 0

    def presence(self, user_id: int) -> Presence:
        return self.presences.get(user_id, Presence.IN_OFFICE)

    def line_calls(self, line_id: int) -> int:
        return self.lines[line_id]

    def audit_pin(self, pin: str) -> str | None:
        return self.audit_pins.description(pin)

    # -- legs ----------------------------------------------------------------------------------------
    def add_call(self, call: Call) -> Call:
        self.calls[call.call_id] = call
        return call

    def add_leg(self, leg: Leg) -> Leg:
        self.legs[leg.cid] = leg
        leg.call.legs[leg.cid] = leg
        if leg.station:
            self.keys[leg.station] += 1
        if leg.line_id is not None:
            self.lines[leg.line_id] += 1
        return leg

    def move_leg(self, leg: Leg, call: Call) -> None:
        """The leg turns out to belong to another call; the one it came with never was."""
        old, leg.call = leg.call, call
        del old.legs[leg.cid]
        call.legs[leg.cid] = leg
        if not old.alive:
            self.calls.pop(old.call_id, None)

    def use_line(self, leg: Leg, line_id: int | None) -> None:
        """The leg goes out on this line (None: on none)."""
        if leg.line_id is not None:
            _drop(self.lines, leg.line_id)
        leg.line_id = line_id
        if line_id is not None:
            self.lines[line_id] += 1

    def ring(self, leg: Leg, station: str) -> bool:
        """False when it was ringing already."""
        if station in leg.ringing:
            return False
        leg.ringing.add(station)
        self.keys[station] += 1
        return True

    def stop_ringing_at(self, leg: Leg, station: str) -> None:
        if station in leg.ringing:
            leg.ringing.discard(station)
            _drop(self.keys, station)

    def stop_ringing(self, leg: Leg) -> None:
        for station in leg.ringing:
            _drop(self.keys, station)
        leg.ringing.clear()

    def answer(self, leg: Leg, by: str) -> None:
        self.stop_ringing(leg)
        leg.talking = True
        leg.answered_by = by
        self.keys[by] += 1

    def end_leg(self, leg: Leg) -> None:
        if leg.ended:
            return
        leg.ended = True
        self.stop_ringing(leg)
        if leg.talking and leg.answered_by:
            _drop(self.keys, leg.answered_by)
        if leg.station:
            _drop(self.keys, leg.station)
        self.use_line(leg, None)
        if self.legs.get(leg.cid) is leg:
            del self.legs[leg.cid]
        if leg.call.legs.get(leg.cid) is leg:
            del leg.call.legs[leg.cid]
