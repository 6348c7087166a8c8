"""Events: everything the engines tell the world, on the Redis stream `STREAM`, one JSON per entry
(field `e`). The router is the only producer of call events; media's come through the router.

`seq` counts per call from 1 without gaps, so that a reader notices loss and can drop doubles.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from telephony.messages import Wire
from telephony.messages.plan import Explanation
from telephony.messages.snapshot import Presence, ScheduleMode

STREAM = "call-events"
STREAM_LENGTH = 50_000  # entries kept, about an hour of a busy office


class Event(Wire):
    v: int = 1
    id: str
    at: float  # Unix time, seconds, of the thing itself
    node: str = "main"


class CallEvent(Event):
    call_id: str
    seq: int


class CallStarted(CallEvent):
    """The first question was answered: the decision stands."""

    kind: Literal["call.started"] = "call.started"
    from_number: str
    from_name: str = ""
    from_station: str = ""
    from_user: int | None = None
    to_number: str
    to_name: str = ""
    to_user: int | None = None
    dialled: str = ""
    audit_pin: str = ""  # description of the audit PIN code of the call, or the code where none is checked
    call_kind: str = "internal"
    mode: Literal["switched", "anchored"] = "switched"
    anchor_reason: str = ""
    version: int = 0
    why: tuple[Explanation, ...] = ()


class CallRinging(CallEvent):
    kind: Literal["call.ringing"] = "call.ringing"
    stations: tuple[str, ...] = ()


class CallAnswered(CallEvent):
    """`by` is a station, or an application such as "voicemail/102"."""

    kind: Literal["call.answered"] = "call.answered"
    by: str
    by_name: str = ""


class CallHeld(CallEvent):
    kind: Literal["call.held"] = "call.held"
    by: Literal["caller", "callee"]


class CallResumed(CallEvent):
    kind: Literal["call.resumed"] = "call.resumed"
    by: Literal["caller", "callee"]


class CallExplained(CallEvent):
    """A later decision of the same call (no answer, so voicemail)."""

    kind: Literal["call.explained"] = "call.explained"
    why: tuple[Explanation, ...]


class CallEnded(CallEvent):
    kind: Literal["call.ended"] = "call.ended"
    outcome: Literal[
        "answered", "voicemail", "busy", "no_answer", "cancelled", "refused", "failed", "ended_by_administrator"
    ]
    code: int = 0  # the final SIP code, when not answered
    reason: str = ""


class EmergencyCalled(Event):
    """Somebody calls for help. Told once per call, after the call was placed: notices and alerts begin here (S23)."""

    kind: Literal["emergency.called"] = "emergency.called"
    call_id: str
    number: str  # the emergency number, without the access digit
    station: str = ""
    handset: str = ""  # its description
    owner: str = ""  # name of its user; "": nobody's
    owner_id: int | None = None
    caller_id: str = ""  # what the emergency centre sees
    location: str = ""
    line: str = ""  # description of the outside line tried first; "": there was none


class RegistrationChanged(Event):
    kind: Literal["registration.changed"] = "registration.changed"
    station: str
    registered: bool
    expires: float = 0.0  # Unix time of the last contact to expire
    contact: str = ""
    source: str = ""
    user_agent: str = ""


class RegistrationRefused(Event):
    kind: Literal["registration.refused"] = "registration.refused"
    login_id: str
    source: str
    reason: str = ""


class SourceBanned(Event):
    kind: Literal["source.banned"] = "source.banned"
    source: str
    reason: str
    until: float


class SourceLifted(Event):
    kind: Literal["source.lifted"] = "source.lifted"
    source: str
    by: str = ""


class PinLocked(Event):
    kind: Literal["pin.locked"] = "pin.locked"
    extension: str
    source: str = ""
    until: float = 0.0


class PinChanged(Event):
    """By telephone. In force at once in the router; the hub has it written where PINs are kept. Said again with every
    state until the configuration has it. Digests, never digits."""

    kind: Literal["pin.changed"] = "pin.changed"
    user_id: int
    digest: str = Field(repr=False)
    replaces: str = Field(repr=False)  # the digest that was configured
    made: float  # Unix time it was said; `at` is later when it is told again


class MailboxCounted(Event):
    kind: Literal["mailbox.counted"] = "mailbox.counted"
    user_id: int
    new: int
    old: int


class PresenceChanged(Event):
    """A user's presence is now this one; the hub writes it into `user_state`."""

    kind: Literal["presence.changed"] = "presence.changed"
    user_id: int
    presence: Presence
    by: str = ""


class ScheduleSet(Event):
    """Somebody set a schedule by hand (no mode: ended that); the hub writes it into `schedule_state`."""

    kind: Literal["schedule.set"] = "schedule.set"
    schedule_id: int
    mode: ScheduleMode | None = None
    greeting: int = 0
    made: float  # Unix time it was set; `at` may be later, when the hub gave it back
    by: str = ""


class VersionInForce(Event):
    """The router swapped to this snapshot."""

    kind: Literal["version.in_force"] = "version.in_force"
    version: int


class EngineState(Event):
    """A part came or went: switch connected, worker died, relay gone."""

    kind: Literal["engine.state"] = "engine.state"
    part: str
    up: bool
    text: str = ""


class CallState(Wire):
    """One call as the router holds it now; `seq` is the last it has sent for this call."""

    call_id: str
    seq: int
    started: float  # Unix time, as `at` of its CallStarted
    from_number: str
    from_name: str = ""
    from_station: str = ""
    from_user: int | None = None
    to_number: str
    to_name: str = ""
    to_user: int | None = None
    dialled: str = ""
    audit_pin: str = ""
    call_kind: str = "internal"
    mode: Literal["switched", "anchored"] = "switched"
    anchor_reason: str = ""
    version: int = 0
    why: tuple[Explanation, ...] = ()
    stations: tuple[str, ...] = ()  # ringing now
    answered: float = 0.0  # Unix time; 0 while it rings
    answered_by: str = ""
    answered_by_name: str = ""
    held_by: tuple[Literal["caller", "callee"], ...] = ()


class RegistrationState(Wire):
    station: str
    expires: float
    contact: str = ""
    source: str = ""
    user_agent: str = ""


class BanState(Wire):
    source: str
    reason: str
    until: float


class EnginePart(Wire):
    part: str
    up: bool
    text: str = ""


class StateReported(Event):
    """Everything the router knows, after its own start, after the switch came back, and on ReportState.

    What is listed replaces what a reader believed: a call that is absent has ended unseen. A list that is
    None is not known at the moment (the switch is away), and the reader keeps what it has.
    """

    kind: Literal["state.reported"] = "state.reported"
    calls: tuple[CallState, ...] | None = None
    registrations: tuple[RegistrationState, ...] | None = None
    bans: tuple[BanState, ...] | None = None
    engines: tuple[EnginePart, ...] | None = None
    version: int = 0


AnyEvent = Annotated[
    CallStarted
    | CallRinging
    | CallAnswered
    | CallHeld
    | CallResumed
    | CallExplained
    | CallEnded
    | EmergencyCalled
    | RegistrationChanged
    | RegistrationRefused
    | SourceBanned
    | SourceLifted
    | PinLocked
    | MailboxCounted
    | PresenceChanged
    | PinChanged
    | ScheduleSet
    | VersionInForce
    | EngineState
    | StateReported,
    Field(discriminator="kind"),
]
any_event: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)
