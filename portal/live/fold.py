"""The live picture as a fold over the events: no clock, no input or output, so that a replay gives the same.

`Picture.apply(event)` changes the picture and returns the `Change`: which keys of which part are different now,
which calls are over, what may have been lost. Readers that keep up with differences see exactly what a fresh
reader sees (tests/portal/live/test_fold.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from portal.live.call import Call, fold, reported
from telephony.messages.events import (
    AnyEvent,
    CallEnded,
    CallEvent,
    EngineState,
    MailboxCounted,
    PresenceChanged,
    RegistrationChanged,
    SourceBanned,
    SourceLifted,
    StateReported,
    VersionInForce,
)

REMEMBER_ENDED = 2000  # calls whose late events are still recognised
PATIENCE = 60.0  # seconds a call without a beginning is kept


class Registration(TypedDict):
    station: str
    registered_until: float  # Unix time
    contact: str
    source: str  # ip:port
    user_agent: str


class Ban(TypedDict):
    source: str
    reason: str
    until: float  # Unix time


class MailboxCount(TypedDict):
    user_id: int
    new: int
    old: int


class Engine(TypedDict):
    part: str
    up: bool
    text: str
    since: float  # Unix time


@dataclass(frozen=True, slots=True)
class Ended:
    """A call that is over: what its record is made of."""

    call: Call
    at: float
    outcome: str
    code: int = 0
    reason: str = ""


@dataclass(slots=True)
class Change:
    """Keys that differ from before. A key that is no longer in the picture was removed."""

    calls: dict[str, frozenset[int]] = field(default_factory=dict)  # call id -> the users concerned
    registrations: set[str] = field(default_factory=set)
    bans: set[str] = field(default_factory=set)
    mailboxes: set[int] = field(default_factory=set)
    presences: set[int] = field(default_factory=set)
    engines: set[str] = field(default_factory=set)
    version: bool = False
    ended: list[Ended] = field(default_factory=list)
    lost: bool = False  # events are missing: ask for the whole state

    def __bool__(self) -> bool:
        return bool(
            self.calls or self.registrations or self.bans or self.mailboxes or self.presences or self.engines
        ) or (self.version or bool(self.ended))

    def add(self, later: Change) -> None:
        """This change followed by `later`, as one."""
        for call_id, users in later.calls.items():
            self.calls[call_id] = self.calls.get(call_id, frozenset()) | users
        self.registrations |= later.registrations
        self.bans |= later.bans
        self.mailboxes |= later.mailboxes
        self.presences |= later.presences
        self.engines |= later.engines
        self.version |= later.version
        self.ended += later.ended
        self.lost |= later.lost


@dataclass(slots=True)
class Picture:
    calls: dict[str, Call] = field(default_factory=dict)  # also those whose beginning is not known: `shown`
    registrations: dict[str, Registration] = field(default_factory=dict)
    bans: dict[str, Ban] = field(default_factory=dict)
    mailboxes: dict[int, MailboxCount] = field(default_factory=dict)
    presences: dict[int, str] = field(default_factory=dict)
    engines: dict[str, Engine] = field(default_factory=dict)
    version: int = 0
    over: dict[str, None] = field(default_factory=dict)  # ids of ended calls, oldest first

    def shown(self, call_id: str) -> Call | None:
        call = self.calls.get(call_id)
        return call if call and call.begun else None

    def apply(self, event: AnyEvent) -> Change:
        match event:
            case CallEnded():
                return self._end(event)
            case CallEvent():
                return self._call(event)
            case RegistrationChanged():
                return self._registration(event)
            case SourceBanned():
                self.bans[event.source] = Ban(source=event.source, reason=event.reason, until=event.until)
                return Change(bans={event.source})
            case SourceLifted():
                return Change(bans={event.source} if self.bans.pop(event.source, None) else set())
            case MailboxCounted():
                self.mailboxes[event.user_id] = MailboxCount(user_id=event.user_id, new=event.new, old=event.old)
                return Change(mailboxes={event.user_id})
            case PresenceChanged():
                self.presences[event.user_id] = event.presence.value
                return Change(presences={event.user_id})
            case VersionInForce():
                self.version = event.version
                return Change(version=True)
            case EngineState():
                return self._engine(event.part, up=event.up, text=event.text, at=event.at)
            case StateReported():
                return self._report(event)
        return Change()  # RegistrationRefused, PinLocked: things that happened, not a state

    def prune(self, now: float) -> Change:
        """What ends by itself: registrations and bans run out, a call without a beginning is given up."""
        change = Change()
        for station in [s for s, r in self.registrations.items() if r["registered_until"] <= now]:
            del self.registrations[station]
            change.registrations.add(station)
        for source in [s for s, ban in self.bans.items() if ban["until"] <= now]:
            del self.bans[source]
            change.bans.add(source)
        for call_id in [i for i, call in self.calls.items() if not call.begun and call.changed < now - PATIENCE]:
            del self.calls[call_id]
            change.calls[call_id] = frozenset()
        return change

    def _call(self, event: CallEvent) -> Change:
        if event.call_id in self.over:
            return Change()
        before = self.calls.get(event.call_id) or Call(id=event.call_id)
        after = fold(before, event)
        if after is before:
            return Change()
        self.calls[event.call_id] = after
        lost = len(after.missing) > len(before.missing) or not after.begun
        return Change(calls={event.call_id: before.users | after.users}, lost=lost)

    def _end(self, event: CallEnded) -> Change:
        if event.call_id in self.over:
            return Change()
        call = self.calls.get(event.call_id) or Call(id=event.call_id)
        return self._over(Ended(call=call, at=event.at, outcome=event.outcome, code=event.code, reason=event.reason))

    def _over(self, ended: Ended) -> Change:
        call = ended.call
        self.calls.pop(call.id, None)
        self.over[call.id] = None
        if len(self.over) > REMEMBER_ENDED:
            del self.over[next(iter(self.over))]
        return Change(calls={call.id: call.users}, ended=[ended])

    def _registration(self, event: RegistrationChanged) -> Change:
        if event.registered:
            self.registrations[event.station] = Registration(
                station=event.station,
                registered_until=event.expires,
                contact=event.contact,
                source=event.source,
                user_agent=event.user_agent,
            )
        elif self.registrations.pop(event.station, None) is None:
            return Change()
        return Change(registrations={event.station})

    def _engine(self, part: str, *, up: bool, text: str, at: float) -> Change:
        before = self.engines.get(part)
        if before and (before["up"], before["text"]) == (up, text):
            return Change()
        since = before["since"] if before and before["up"] == up else at
        self.engines[part] = Engine(part=part, up=up, text=text, since=since)
        return Change(engines={part})

    def _report(self, event: StateReported) -> Change:
        change = Change()
        if event.calls is not None:
            for state in event.calls:
                before = self.calls.get(state.call_id) or Call(id=state.call_id)
                if state.call_id in self.over or (before.begun and not before.missing and before.seq >= state.seq):
                    continue
                after = reported(state, event.at)
                self.calls[state.call_id] = after
                change.add(Change(calls={state.call_id: before.users | after.users}))
            listed = {state.call_id for state in event.calls}
            # `changed < at`: an old report read again must not end calls that began after it
            for call in [c for c in self.calls.values() if c.id not in listed and c.changed < event.at]:
                outcome = "answered" if call.answered else "failed"
                change.add(self._over(Ended(call=call, at=event.at, outcome=outcome, reason=UNSEEN)))
        if event.registrations is not None:
            fresh: dict[str, Registration] = {
                r.station: Registration(
                    station=r.station,
                    registered_until=r.expires,
                    contact=r.contact,
                    source=r.source,
                    user_agent=r.user_agent,
                )
                for r in event.registrations
            }
            change.registrations |= _different(self.registrations, fresh)
            self.registrations = fresh
        if event.bans is not None:
            bans = {b.source: Ban(source=b.source, reason=b.reason, until=b.until) for b in event.bans}
            change.bans |= _different(self.bans, bans)
            self.bans = bans
        for part in event.engines or ():
            change.add(self._engine(part.part, up=part.up, text=part.text, at=event.at))
        if event.version and event.version != self.version:
            self.version = event.version
            change.version = True
        return change


UNSEEN = "The end of this call was not seen: at the next report of the switch it was over."


def _different(before: Mapping[str, object], after: Mapping[str, object]) -> set[str]:
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
