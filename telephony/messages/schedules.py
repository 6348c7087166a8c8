"""Schedules set by hand: user state, like presence (docs/messages.md, "User state")."""

from __future__ import annotations

from telephony.messages import Wire
from telephony.messages.snapshot import ScheduleMode

SCHEDULE_STATE = "schedule-state"  # Redis hash: schedule id -> JSON SetByHand; the router writes before it answers


class SetByHand(Wire):
    """The last thing somebody set. Kept until it is replaced, also when the clock has taken over long ago."""

    mode: ScheduleMode | None = None  # None: follow the clock again
    greeting: int = 0
    made: float  # Unix time
    by: str = ""
