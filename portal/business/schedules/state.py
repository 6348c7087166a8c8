"""What schedules say now, in words; and setting them by hand (S25-05..S25-07).

What was set by hand is read where the router wrote it before it answered, so a page shows what its own click did; while
Redis is away, from the table the hub keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import redis
from pydantic import ValidationError

from portal.business.schedules.models import Schedule
from portal.live import picture, records
from portal.live.verbs import ask
from telephony import tasks
from telephony.messages import read
from telephony.messages.schedules import SCHEDULE_STATE, SetByHand
from telephony.messages.snapshot import ScheduleEntry, ScheduleMode
from telephony.numbers.schedule import Because, ByHand, ScheduleState, state_at
from telephony.tasks import Verdict

MODES = {ScheduleMode.DAY: "Day", ScheduleMode.NIGHT: "Night"}


@dataclass(frozen=True, slots=True)
class Now:
    """What a schedule says at this moment. `text` is a sentence without "now:"."""

    state: ScheduleState
    text: str
    by: str = ""  # who set it by hand

    @property
    def mode(self) -> str:
        return self.state.mode.value

    @property
    def overridden(self) -> bool:
        return self.state.because is Because.OVERRIDE


def set_by_hand() -> Mapping[int, SetByHand]:
    """By schedule id."""
    try:
        found = picture.user_state(SCHEDULE_STATE)
    except redis.RedisError:
        return records.schedules()
    known = {}
    for schedule, data in found.items():
        try:
            known[int(schedule)] = read(SetByHand, data)
        except (ValidationError, ValueError):
            continue  # written by another issue of the router
    return known


def now_of(
    entry: ScheduleEntry, zone: ZoneInfo, names: tuple[str, ...], made: SetByHand | None, at: datetime | None = None
) -> Now:
    at = at or datetime.now(UTC)
    hand = ByHand(made.mode, made.greeting, datetime.fromtimestamp(made.made, UTC)) if made else None
    state = state_at(entry, zone, at, hand)
    by_hand = state.because is Because.OVERRIDE or (state.because is Because.MANUAL and made and made.mode)
    who = made.by if made and by_hand else ""
    return Now(state, in_words(state, zone, names, at), who)


def in_words(state: ScheduleState, zone: ZoneInfo, names: tuple[str, ...], now: datetime) -> str:
    """ "Night until 08:00 Monday (greeting Closed)"."""
    parts = [MODES[state.mode]]
    if state.until is not None:
        parts.append(f"until {when(state.until, zone, now)}")
    said = [f"greeting {greeting_name(state.greeting, names)}"]
    if state.because is Because.OVERRIDE:
        said.append("set by hand")
    elif state.because is Because.MANUAL:
        said.append("manual control, until somebody changes it")
    elif state.holiday:
        said.append(f"holiday {state.holiday}")
    return f"{' '.join(parts)} ({', '.join(said)})"


def when(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """ "17:00" today, "08:00 Monday" within a week, then with the date."""
    local = moment.astimezone(zone)
    days = (local.date() - now.astimezone(zone).date()).days
    text = f"{local:%H:%M}"
    if local.replace(tzinfo=zone, fold=0).utcoffset() != local.replace(tzinfo=zone, fold=1).utcoffset():
        text += f" {local:%Z}"  # this hour comes twice
    if days == 0:
        return text
    return f"{text} {local:%A}" if days < 7 else f"{text} {local:%A} {local.day} {local:%B %Y}"


def greeting_name(number: int, names: tuple[str, ...]) -> str:
    return names[number] or str(number)


def tell(schedule: Schedule, mode: ScheduleMode | None, greeting: int, *, by: str) -> Verdict:
    """Set by hand; without a mode: follow the clock again. In force with the next call."""
    return ask(
        tasks.set_schedule,
        schedule_id=schedule.pk,
        mode=mode.value if mode else None,
        greeting=greeting,
        by=by,
    )
