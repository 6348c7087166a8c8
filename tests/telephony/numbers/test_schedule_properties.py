"""Random weeks around the days when clocks are changed: nothing happens between two changes, and each is one."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.messages.snapshot import HolidayEntry, ScheduleEntry, ScheduleMode, SchedulePeriod
from telephony.numbers.schedule import ByHand, holiday_on, override_ends, setting_at, state_at

# (zone, the UTC day of a change of its clocks): whole hours, half an hour, at midnight, in both directions
CHANGES = (
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 4, 4)),
    ("Australia/Lord_Howe", date(2026, 10, 3)),
    ("Asia/Beirut", date(2026, 3, 28)),
    ("Asia/Beirut", date(2024, 10, 26)),
    ("America/Havana", date(2025, 11, 2)),
    ("Africa/Casablanca", date(2026, 2, 15)),
    ("Pacific/Apia", date(2011, 12, 30)),  # a whole day skipped
    ("UTC", date(2026, 6, 1)),
)
GRID = 15  # minutes: dense enough to fall into skipped and doubled hours


@st.composite
def days(draw: st.DrawFn) -> tuple[SchedulePeriod, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 1440 // GRID), max_size=8)))
    pairs = list(itertools.pairwise(edges))
    kept = draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)))
    return tuple(
        SchedulePeriod(
            start=start * GRID,
            end=end * GRID,
            mode=draw(st.sampled_from(ScheduleMode)),
            greeting=draw(st.integers(0, 2)),
        )
        for (start, end), keep in zip(pairs, kept, strict=True)
        if keep
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[ScheduleEntry, ZoneInfo, datetime]:
    name, day = draw(st.sampled_from(CHANGES))
    first = day + timedelta(days=draw(st.integers(-2, 2)))
    holidays = draw(
        st.lists(
            st.builds(
                HolidayEntry,
                name=st.just("Holiday"),
                first=st.just(first),
                last=st.just(first + timedelta(days=draw(st.integers(0, 2)))),
                every_year=st.booleans(),
                periods=days(),
            ),
            max_size=1,
        )
    )
    schedule = ScheduleEntry(
        schedule_id=1,
        number=1,
        description="",
        days=tuple(draw(days()) for _ in range(7)),
        holidays=tuple(holidays),
    )
    seconds = draw(st.integers(-36 * 3600, 36 * 3600))
    now = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=seconds)
    return schedule, ZoneInfo(name), now


def says(schedule: ScheduleEntry, zone: ZoneInfo, moment: datetime) -> tuple[ScheduleMode, int]:
    """The rule in its plainest form: read the wall clock, look into the day."""
    wall = moment.astimezone(zone)
    holiday = holiday_on(schedule, wall.date())
    periods = holiday.periods if holiday else schedule.days[wall.weekday()]
    for period in periods:
        if period.start <= wall.hour * 60 + wall.minute < period.end:
            return period.mode, period.greeting
    return ScheduleMode.NIGHT, 1


def minutes_between(start: datetime, end: datetime) -> list[datetime]:
    """`start`, every full minute, and the microsecond before `end`. These zones change clocks at full minutes."""
    full = start.replace(second=0, microsecond=0) + timedelta(minutes=1)
    found = [start, end - timedelta(microseconds=1)]
    while full < end:
        found.append(full)
        full += timedelta(minutes=1)
    return found


@settings(max_examples=150, deadline=None)
@given(cases())
def test_the_state_is_constant_until_the_next_change_and_differs_then(
    case: tuple[ScheduleEntry, ZoneInfo, datetime],
) -> None:
    schedule, zone, now = case
    state = state_at(schedule, zone, now)
    said = (state.mode, state.greeting)
    assert said == says(schedule, zone, now) == setting_at(schedule, zone, now)
    end = min(state.until or now + timedelta(days=3), now + timedelta(days=3))
    assert {says(schedule, zone, moment) for moment in minutes_between(now, end)} == {said}
    if state.until is not None:
        assert state.until > now
        assert says(schedule, zone, state.until) != said


@settings(max_examples=150, deadline=None)
@given(cases(), st.sampled_from(ScheduleMode), st.integers(0, 8), st.integers(0, 3 * 24 * 60))
def test_what_is_set_by_hand_holds_until_a_period_begins_and_never_longer(
    case: tuple[ScheduleEntry, ZoneInfo, datetime], mode: ScheduleMode, greeting: int, later: int
) -> None:
    schedule, zone, made = case
    by_hand = ByHand(mode, greeting, made)
    now = made + timedelta(minutes=later)
    ends = override_ends(schedule, zone, made)
    state = state_at(schedule, zone, now, by_hand)
    if ends is None or now < ends:
        assert (state.mode, state.greeting, state.until) == (mode, greeting, ends)
    else:
        assert (state.mode, state.greeting) == says(schedule, zone, now)
    if ends is not None and ends - made < timedelta(days=3):  # before it, the clock itself said nothing new
        assert len({says(schedule, zone, moment) for moment in minutes_between(made, ends)}) == 1
