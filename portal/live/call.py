"""One call of the live picture: what is known of it, folded from its events in any order.

Events of a call carry `seq`. The stream keeps their order, but a producer that reconnects may repeat some, and
a reader may miss some; so every group of fields remembers the `seq` that set it and only a later one replaces
it. Folding the same events twice, or in another order, gives the same call. A call whose beginning has not been
seen is kept but not shown (`begun` False).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, TypedDict

import orjson

from telephony.messages.events import (
    CallAnswered,
    CallEvent,
    CallExplained,
    CallHeld,
    CallResumed,
    CallRinging,
    CallStarted,
    CallState,
)
from telephony.messages.plan import Explanation

GAP = 50  # how many lost events of one call are still expected to arrive late

State = Literal["ringing", "talking", "held", "parked", "queued"]  # parked and queued come with their features


class Reason(TypedDict):
    text: str
    link: str  # path of the page that holds the setting, or ""


# A call as pages, API and WebSockets see it (architecture.md section 8). "from" is a keyword, hence this form.
CallView = TypedDict(
    "CallView",
    {
        "id": str,
        "state": State,
        "from": str,
        "from_name": str,
        "from_user": int | None,
        "from_station": str,
        "to": str,
        "to_name": str,
        "to_user": int | None,
        "dialled": str,
        "ringing": list[str],  # stations that ring now
        "answered_by": str,  # a station, or an application such as "voicemail/102"
        "answered_by_name": str,
        "held_by": list[str],  # "caller", "callee"
        "started": float,  # Unix time
        "answered": float | None,
        "kind": str,
        "mode": str,  # switched | anchored
        "anchor_reason": str,
        "version": int,
        "why": list[Reason],
    },
)


@dataclass(frozen=True, slots=True)
class Call:
    id: str
    seq: int = 0  # the highest seen
    missing: tuple[int, ...] = ()  # lower ones not seen (yet)
    changed: float = 0.0  # Unix time of the newest event
    begun: bool = False
    started: float = 0.0
    from_number: str = ""
    from_name: str = ""
    from_station: str = ""
    from_user: int | None = None
    to_number: str = ""
    to_name: str = ""
    to_user: int | None = None
    dialled: str = ""
    kind: str = "internal"
    mode: str = "switched"
    anchor_reason: str = ""
    version: int = 0
    stations: tuple[str, ...] = ()
    stations_seq: int = 0
    answered: float = 0.0  # 0 while it rings
    answered_by: str = ""
    answered_by_name: str = ""
    answered_seq: int = 0
    caller_holds: bool = False
    caller_seq: int = 0
    callee_holds: bool = False
    callee_seq: int = 0
    why: tuple[tuple[int, tuple[tuple[str, str], ...]], ...] = ()  # (seq, ((text, link), ...)), in order of seq

    @property
    def state(self) -> State:
        if not self.answered:
            return "ringing"
        return "held" if self.caller_holds or self.callee_holds else "talking"

    @property
    def users(self) -> frozenset[int]:
        """The people whose own call this is."""
        return frozenset(user for user in (self.from_user, self.to_user) if user is not None)

    def reasons(self) -> list[Reason]:
        return [Reason(text=text, link=link) for _, lines in self.why for text, link in lines]

    def view(self) -> CallView:
        return {
            "id": self.id,
            "state": self.state,
            "from": self.from_number,
            "from_name": self.from_name,
            "from_user": self.from_user,
            "from_station": self.from_station,
            "to": self.to_number,
            "to_name": self.to_name,
            "to_user": self.to_user,
            "dialled": self.dialled,
            "ringing": [] if self.answered else list(self.stations),
            "answered_by": self.answered_by,
            "answered_by_name": self.answered_by_name,
            "held_by": [side for side, on in (("caller", self.caller_holds), ("callee", self.callee_holds)) if on],
            "started": self.started,
            "answered": self.answered or None,
            "kind": self.kind,
            "mode": self.mode,
            "anchor_reason": self.anchor_reason,
            "version": self.version,
            "why": self.reasons(),
        }

    def dump(self) -> bytes:
        return orjson.dumps(self)


def load(data: bytes) -> Call:
    """What `dump` wrote. Raises TypeError or ValueError when another issue of this file wrote it."""
    fields = orjson.loads(data)
    fields["missing"] = tuple(fields["missing"])
    fields["stations"] = tuple(fields["stations"])
    fields["why"] = tuple((seq, tuple((text, link) for text, link in lines)) for seq, lines in fields["why"])
    return Call(**fields)


def _lines(why: tuple[Explanation, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((line.text, line.link) for line in why)


def _explained(call: Call, seq: int, why: tuple[Explanation, ...]) -> tuple[Any, ...]:
    if not why or any(known == seq for known, _ in call.why):
        return call.why
    return tuple(sorted((*call.why, (seq, _lines(why)))))


def fold(call: Call, event: CallEvent) -> Call:
    """The call after one of its events; the very same object when the event has been seen before."""
    if event.seq <= call.seq and event.seq not in call.missing:
        return call
    if event.seq > call.seq:
        missing = call.missing
        if event.seq > call.seq + 1:
            missing = (*missing, *range(max(call.seq + 1, event.seq - GAP), event.seq))
    else:
        missing = tuple(seq for seq in call.missing if seq != event.seq)
    return replace(
        _facts(call, event), seq=max(call.seq, event.seq), missing=missing, changed=max(call.changed, event.at)
    )


def _facts(call: Call, event: CallEvent) -> Call:
    match event:
        case CallStarted():
            if call.begun:
                return call
            return replace(
                call,
                begun=True,
                started=event.at,
                from_number=event.from_number,
                from_name=event.from_name,
                from_station=event.from_station,
                from_user=event.from_user,
                to_number=event.to_number,
                to_name=event.to_name,
                to_user=event.to_user,
                dialled=event.dialled,
                kind=event.call_kind,
                mode=event.mode,
                anchor_reason=event.anchor_reason,
                version=event.version,
                why=_explained(call, event.seq, event.why),
            )
        case CallRinging() if event.seq > call.stations_seq:
            return replace(call, stations=event.stations, stations_seq=event.seq)
        case CallAnswered() if event.seq > call.answered_seq:
            # answered again (a transfer): who answered changes, the first moment of talk does not
            return replace(
                call,
                answered=min(call.answered or event.at, event.at),
                answered_by=event.by,
                answered_by_name=event.by_name,
                answered_seq=event.seq,
            )
        case CallAnswered() if event.at < call.answered:
            return replace(call, answered=event.at)
        case CallHeld() | CallResumed():
            on = isinstance(event, CallHeld)
            if event.by == "caller" and event.seq > call.caller_seq:
                return replace(call, caller_holds=on, caller_seq=event.seq)
            if event.by == "callee" and event.seq > call.callee_seq:
                return replace(call, callee_holds=on, callee_seq=event.seq)
        case CallExplained():
            why = _explained(call, event.seq, event.why)
            return call if why is call.why else replace(call, why=why)
    return call


def reported(state: CallState, at: float) -> Call:
    """A call as the router reports it, ready for the events that follow."""
    seq = state.seq
    return Call(
        id=state.call_id,
        seq=seq,
        changed=at,
        begun=True,
        started=state.started,
        from_number=state.from_number,
        from_name=state.from_name,
        from_station=state.from_station,
        from_user=state.from_user,
        to_number=state.to_number,
        to_name=state.to_name,
        to_user=state.to_user,
        dialled=state.dialled,
        kind=state.call_kind,
        mode=state.mode,
        anchor_reason=state.anchor_reason,
        version=state.version,
        stations=state.stations,
        stations_seq=seq,
        answered=state.answered,
        answered_by=state.answered_by,
        answered_by_name=state.answered_by_name,
        answered_seq=seq,
        caller_holds="caller" in state.held_by,
        caller_seq=seq,
        callee_holds="callee" in state.held_by,
        callee_seq=seq,
        why=((seq, _lines(state.why)),) if state.why else (),
    )
