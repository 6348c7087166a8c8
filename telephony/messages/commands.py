"""Commands of the portal to the router: Redis list `COMMANDS`, answers on `reply:<id>` (30 s).

A command is carried out at most once: if the router dies with it in hand, the answer is an error.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from telephony.messages import Wire
from telephony.messages.snapshot import ScheduleMode

COMMANDS = "router-commands"
COMMANDS_BUSY = "router-commands:busy"


def reply_key(command_id: str) -> str:
    return f"reply:{command_id}"


class Command(Wire):
    v: int = 1
    id: str
    at: float  # Unix time, seconds
    by: str = ""  # username, for the event


class Originate(Command):
    """Ring the phones of extension `from_`, then call `to` with that extension's rights."""

    op: Literal["originate"] = "originate"
    from_extension: str
    to: str


class EndCall(Command):
    op: Literal["end_call"] = "end_call"
    call_id: str


class SendToVoicemail(Command):
    """A call that rings for a user: the phones stop, the caller reaches the user's mailbox."""

    op: Literal["send_to_voicemail"] = "send_to_voicemail"
    call_id: str


class RingHandset(Command):
    """Test ring of one station (S11-08): a few rings, a short announcement if answered."""

    op: Literal["ring_handset"] = "ring_handset"
    station: str


class LiftBan(Command):
    op: Literal["lift_ban"] = "lift_ban"
    source: str  # IP address


class UnlockPin(Command):
    op: Literal["unlock_pin"] = "unlock_pin"
    extension: str


class MailboxChanged(Command):
    """The portal deleted or read a message: the lamp must follow."""

    op: Literal["mailbox_changed"] = "mailbox_changed"
    user_id: int


class SetPresence(Command):
    op: Literal["set_presence"] = "set_presence"
    user_id: int
    presence: str


class SetSchedule(Command):
    """Set mode and greeting of a schedule by hand (S25-05..S25-07): with automatic control until the next period
    begins. Without a mode: back to what the clock says."""

    op: Literal["set_schedule"] = "set_schedule"
    schedule_id: int
    mode: ScheduleMode | None = None
    greeting: int = Field(default=0, ge=0, le=8)
    made: float = 0.0  # Unix time it was set, when the hub gives it back to a router that forgot it; 0: now


class ReportState(Command):
    """The hub asks for the whole state; the router appends one StateReported event and replies ok."""

    op: Literal["report_state"] = "report_state"


AnyCommand = Annotated[
    Originate
    | EndCall
    | SendToVoicemail
    | RingHandset
    | LiftBan
    | UnlockPin
    | MailboxChanged
    | SetPresence
    | SetSchedule
    | ReportState,
    Field(discriminator="op"),
]
any_command: TypeAdapter[AnyCommand] = TypeAdapter(AnyCommand)


class Reply(Wire):
    id: str
    ok: bool
    error: str = ""  # a sentence
    call_id: str = ""  # of Originate and RingHandset
