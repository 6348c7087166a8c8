"""What a business schedule says at a moment, and until when (chapter 25). Pure: schedule and time in, state out.

The schedule follows the wall clock of the server's zone: a moment's state depends only on the local date and minute.
So when clocks go back the doubled hour is played twice, and what lies in a skipped hour never happens. Moments are
aware datetimes in UTC.

Holidays replace the weekday's periods. When several name a date, the shortest counts, then the one for a single
year, then the first of the list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from telephony.messages.snapshot import HolidayEntry, ScheduleEntry, ScheduleMode, SchedulePeriod

DAY_MINUTES = 24 * 60
HORIZON = timedelta(days=400)  # how far ahead a change is looked for: more than a year of holidays
_WINDOW = timedelta(days=1)
_SAMPLE = timedelta(hours=6)  # no zone changes its offset twice within that


class Because(StrEnum):
    WEEKDAY = "weekday"
    HOLIDAY = "holiday"
    UNCOVERED = "uncovered"  # no period covers this time (S25-15)
    OVERRIDE = "override"  # set by hand; the clock takes over again at `until` (S25-07)
    MANUAL = "manual"  # manual control: until somebody changes it (S25-06)


class Setting(NamedTuple):
    """Mode and greeting that attendants and day/night routes follow."""

    mode: ScheduleMode
    greeting: int


CLOSED = Setting(ScheduleMode.NIGHT, 1)


@dataclass(frozen=True, slots=True)
class ByHand:
    """What somebody set on the page or with a Schedule key. Without a mode: "follow the clock again"."""

    mode: ScheduleMode | None
    greeting: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ScheduleState:
    mode: ScheduleMode
    greeting: int
    until: datetime | None  # None: by hand, or no change within HORIZON
    because: Because
    holiday: str = ""  # its name, when one replaces the weekday


@dataclass(frozen=True, slots=True)
class _Turn:
    """A moment at which something may change."""

    at: datetime
    setting: Setting  # from `at` on
    changed: bool
    begins: bool  # a period begins: ends what was set by hand


def state_at(schedule: ScheduleEntry, zone: ZoneInfo, now: datetime, by_hand: ByHand | None = None) -> ScheduleState:
    """`by_hand` is the last thing set by hand, however old."""
    if by_hand is not None and by_hand.at.timestamp() < schedule.since:
        by_hand = None
    if schedule.control == "manual":
        if by_hand is None or by_hand.mode is None:
            return ScheduleState(schedule.manual_mode, schedule.manual_greeting, None, Because.MANUAL)
        return ScheduleState(by_hand.mode, by_hand.greeting, None, Because.MANUAL)
    if by_hand is not None and by_hand.mode is not None:
        # set "in the future" means that two clocks differ a little
        ends = override_ends(schedule, zone, min(by_hand.at, now))
        if ends is None or now < ends:
            return ScheduleState(by_hand.mode, by_hand.greeting, ends, Because.OVERRIDE)
    wall = now.astimezone(zone)
    holiday = holiday_on(schedule, wall.date())
    period = _period_at(_periods(schedule, wall.date()), _minute(wall))
    setting = _setting(period)
    because = Because.UNCOVERED if period is None else Because.HOLIDAY if holiday else Because.WEEKDAY
    until = next((turn.at for turn in _turns(schedule, zone, now) if turn.changed), None)
    return ScheduleState(setting.mode, setting.greeting, until, because, holiday.name if holiday else "")


def next_change(
    schedule: ScheduleEntry, zone: ZoneInfo, now: datetime, by_hand: ByHand | None = None
) -> datetime | None:
    """The first moment after `now` at which mode or greeting differ, or the clock takes over again."""
    return state_at(schedule, zone, now, by_hand).until


def setting_at(schedule: ScheduleEntry, zone: ZoneInfo, now: datetime, by_hand: ByHand | None = None) -> Setting:
    """What `state_at` says, without looking ahead unless something was set by hand: for every call."""
    if schedule.control == "manual" or by_hand is not None:
        state = state_at(schedule, zone, now, by_hand)
        return Setting(state.mode, state.greeting)
    return _on_the_clock(schedule, now.astimezone(zone))


def override_ends(schedule: ScheduleEntry, zone: ZoneInfo, at: datetime) -> datetime | None:
    """When the clock takes over again from what was set at `at`: the next moment a period begins, or time that no
    period covers begins to say something else. Midnight alone begins nothing: Monday 22:00-24:00 and Tuesday
    0:00-6:00 with the same mode and greeting are one period, written on two days."""
    return next((turn.at for turn in _turns(schedule, zone, at) if turn.begins), None)


def holiday_on(schedule: ScheduleEntry, day: date) -> HolidayEntry | None:
    found = [holiday for holiday in schedule.holidays if falls_on(holiday, day)]
    return min(found, key=lambda holiday: (holiday.last - holiday.first, holiday.every_year), default=None)


def falls_on(holiday: HolidayEntry, day: date) -> bool:
    if not holiday.every_year:
        return holiday.first <= day <= holiday.last
    first, last, asked = _of_year(holiday.first), _of_year(holiday.last), _of_year(day)
    if holiday.last.year > holiday.first.year:  # over New Year
        return asked >= first or asked <= last
    return first <= asked <= last


def _of_year(day: date) -> tuple[int, int]:
    return day.month, day.day


def _periods(schedule: ScheduleEntry, day: date) -> tuple[SchedulePeriod, ...]:
    holiday = holiday_on(schedule, day) if schedule.holidays else None
    return holiday.periods if holiday else schedule.days[day.weekday()]


def _period_at(periods: tuple[SchedulePeriod, ...], minute: int) -> SchedulePeriod | None:
    return next((period for period in periods if period.start <= minute < period.end), None)


def _setting(period: SchedulePeriod | None) -> Setting:
    return Setting(period.mode, period.greeting) if period else CLOSED


def _minute(wall: datetime) -> int:
    return wall.hour * 60 + wall.minute


def _on_the_clock(schedule: ScheduleEntry, wall: datetime) -> Setting:
    return _setting(_period_at(_periods(schedule, wall.date()), _minute(wall)))


def _never_changes(schedule: ScheduleEntry) -> bool:
    """Every minute of every day says the same, so there is nothing to look for."""
    days = [*schedule.days, *(holiday.periods for holiday in schedule.holidays)]
    return all(not periods for periods in days)


def _turns(schedule: ScheduleEntry, zone: ZoneInfo, after: datetime) -> Iterator[_Turn]:
    """Every moment after `after` where a period begins or ends or the clocks are changed, in order.

    Window by window of UTC, because around a changed clock the local days are not in order: at 24:00 the clock may
    go back to 23:00 of the day that was over.
    """
    if _never_changes(schedule):
        return
    before = _on_the_clock(schedule, after.astimezone(zone))
    start = after
    while start < after + HORIZON:
        end = start + _WINDOW
        shifts = _shifts(zone, start, end)
        for at in sorted(shifts | _edges(schedule, zone, start, end)):
            wall = at.astimezone(zone)
            setting = _on_the_clock(schedule, wall)
            begun = _begins(schedule, wall) or (at in shifts and _skipped_a_beginning(schedule, zone, at))
            yield _Turn(at, setting, changed=setting != before, begins=setting != before or begun)
            before = setting
        start = end


def _edges(schedule: ScheduleEntry, zone: ZoneInfo, start: datetime, end: datetime) -> set[datetime]:
    """Moments in (start, end] at which a local day or one of its periods begins or ends."""
    found: set[datetime] = set()
    day, last = start.astimezone(zone).date() - timedelta(days=1), end.astimezone(zone).date() + timedelta(days=1)
    while day <= last:
        minutes = {0}
        for period in _periods(schedule, day):
            minutes |= {period.start, period.end}
        for minute in minutes:
            wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
            found.update(at for at in _moments(wall, zone) if start < at <= end)
        day += timedelta(days=1)
    return found


def _moments(wall: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """When a wall clock shows this: once, twice where it goes back, never where it is put forward."""
    for fold in (0, 1):
        at = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if at.astimezone(zone).replace(tzinfo=None, fold=0) == wall:
            yield at


def _shifts(zone: ZoneInfo, start: datetime, end: datetime) -> set[datetime]:
    """Moments in (start, end] at which the zone's offset changes."""
    found: set[datetime] = set()
    low = start
    while low < end:
        high = min(low + _SAMPLE, end)
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            found.add(_shift_between(zone, low, high))
        low = high
    return found


def _shift_between(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    old = low.astimezone(zone).utcoffset()
    first, last = int(low.timestamp()), -int(-high.timestamp() // 1)
    while last - first > 1:
        middle = (first + last) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == old:
            first = middle
        else:
            last = middle
    return datetime.fromtimestamp(last, UTC)


def _begins(schedule: ScheduleEntry, wall: datetime) -> bool:
    """A period written to begin at this minute; one that begins at midnight only continues what was before, or says
    something else, and then the setting tells."""
    minute = _minute(wall)
    return minute > 0 and any(period.start == minute for period in _periods(schedule, wall.date()))


def _skipped_a_beginning(schedule: ScheduleEntry, zone: ZoneInfo, at: datetime) -> bool:
    """The clock was put forward over the beginning of a period."""
    after = at.astimezone(zone).replace(tzinfo=None)
    offset = (at - timedelta(seconds=1)).astimezone(zone).utcoffset()
    assert offset is not None
    wall = at.replace(tzinfo=None) + offset
    while wall < after:
        if _begins(schedule, wall):
            return True
        wall += timedelta(minutes=1)
    return False
