"""What a schedule says at a moment: S25-T01 to T05, the clock's rules (S25-15), daylight saving."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from telephony.messages.snapshot import ScheduleMode
from telephony.numbers.schedule import Because, ByHand, next_change, override_ends, setting_at, state_at
from tests.telephony.numbers.schedules import DEFAULT, WORKDAY, holiday, schedule

NEW_YORK, BERLIN, LORD_HOWE = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")
DAY, NIGHT = ScheduleMode.DAY, ScheduleMode.NIGHT


def at(text: str, zone: ZoneInfo = NEW_YORK, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def shown(moment: datetime | None, zone: ZoneInfo = NEW_YORK) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""


@pytest.mark.parametrize(
    ("moment", "greeting", "mode", "until"),
    [
        ("2026-11-23T07:59", 1, NIGHT, "2026-11-23 08:00"),  # a Monday
        ("2026-11-23T08:00", 0, DAY, "2026-11-23 17:00"),
        ("2026-11-23T16:59:59.999999", 0, DAY, "2026-11-23 17:00"),
        ("2026-11-23T17:00", 1, NIGHT, "2026-11-24 08:00"),
        ("2026-11-27T18:00", 1, NIGHT, "2026-11-30 08:00"),  # Friday evening until Monday
        ("2026-11-28T12:00", 1, NIGHT, "2026-11-30 08:00"),
    ],
)
def test_schedule_0_says_open_from_eight_to_five_on_workdays(
    moment: str, greeting: int, mode: ScheduleMode, until: str
) -> None:
    """S25-T01."""
    state = state_at(DEFAULT, NEW_YORK, at(moment))
    assert (state.greeting, state.mode, shown(state.until)) == (greeting, mode, until)


SUPPORT = schedule(
    *["08:00-12:00 day 0, 12:00-13:00 day 2, 13:00-17:00 day 0"] * 5,
    holidays=(holiday("3-day weekend", "2026-05-25", says="00:00-24:00 night 3"),),
)


@pytest.mark.parametrize(
    ("moment", "greeting", "because"),
    [
        ("2026-05-26T10:00", 0, Because.WEEKDAY),
        ("2026-05-26T12:30", 2, Because.WEEKDAY),
        ("2026-05-26T20:00", 1, Because.UNCOVERED),
        ("2026-05-25T10:00", 3, Because.HOLIDAY),
    ],
)
def test_lunch_and_a_long_weekend_have_greetings_of_their_own(moment: str, greeting: int, because: Because) -> None:
    """S25-T02."""
    state = state_at(SUPPORT, NEW_YORK, at(moment))
    assert (state.greeting, state.because) == (greeting, because)
    assert state.holiday == ("3-day weekend" if because is Because.HOLIDAY else "")


def test_what_is_set_by_hand_ends_when_the_next_period_begins() -> None:
    """S25-T03."""
    key = ByHand(NIGHT, 1, at("2026-11-23T10:00"))
    now = state_at(DEFAULT, NEW_YORK, at("2026-11-23T10:05"), key)
    assert (now.mode, now.greeting, now.because, shown(now.until)) == (NIGHT, 1, Because.OVERRIDE, "2026-11-23 17:00")
    evening = state_at(DEFAULT, NEW_YORK, at("2026-11-23T17:00"), key)
    assert (evening.mode, evening.because) == (NIGHT, Because.UNCOVERED)
    assert setting_at(DEFAULT, NEW_YORK, at("2026-11-24T09:00"), key) == (DAY, 0)


@pytest.mark.parametrize(
    ("days", "set_at", "ends"),
    [
        # two periods that say the same are two all the same, when somebody wrote them so
        (("08:00-12:00 day 0, 12:00-17:00 day 0",), "2026-11-23T10:00", "2026-11-23 12:00"),
        # midnight only continues
        (("17:00-24:00 night 1", "00:00-08:00 night 1, 08:00-17:00 day 0"), "2026-11-23T22:00", "2026-11-24 08:00"),
        (("17:00-24:00 night 1", "00:00-08:00 night 3"), "2026-11-23T22:00", "2026-11-24 00:00"),
        # uncovered time after a period that says the same begins nothing
        (("08:00-17:00 night 1, 20:00-21:00 day 0",), "2026-11-23T10:00", "2026-11-23 20:00"),
    ],
)
def test_which_beginnings_end_what_was_set_by_hand(days: tuple[str, ...], set_at: str, ends: str) -> None:
    assert shown(override_ends(schedule(*days), NEW_YORK, at(set_at))) == ends


def test_manual_control_changes_only_by_hand() -> None:
    """S25-T04."""
    monday_ten = at("2026-11-23T10:00")
    manual = schedule(
        *[WORKDAY] * 5, control="manual", since=monday_ten.timestamp(), manual_mode=DAY, manual_greeting=0
    )
    still = state_at(manual, NEW_YORK, at("2026-11-23T17:30"))
    assert (still.mode, still.greeting, still.until, still.because) == (DAY, 0, None, Because.MANUAL)
    by_page = ByHand(NIGHT, 1, at("2026-11-23T18:00"))
    assert state_at(manual, NEW_YORK, at("2026-11-23T18:00"), by_page).mode is NIGHT
    assert state_at(manual, NEW_YORK, at("2027-11-23T12:00"), by_page).mode is NIGHT


def test_what_was_set_before_the_control_was_chosen_is_void() -> None:
    chosen = at("2026-11-23T10:00")
    automatic = schedule(*[WORKDAY] * 5, since=chosen.timestamp())
    old = ByHand(NIGHT, 3, at("2026-11-23T09:59"))
    assert state_at(automatic, NEW_YORK, at("2026-11-23T11:00"), old).mode is DAY


def test_following_the_clock_again_ends_what_was_set_by_hand() -> None:
    again = ByHand(None, 0, at("2026-11-23T10:30"))
    assert state_at(DEFAULT, NEW_YORK, at("2026-11-23T10:31"), again).because is Because.WEEKDAY


def test_two_departments_have_schedules_of_their_own() -> None:
    """S25-T05."""
    support, sales = schedule("08:00-17:00 day 0"), schedule("09:00-17:00 day 0")
    half_past_eight = at("2026-11-23T08:30")
    assert setting_at(support, NEW_YORK, half_past_eight) == (DAY, 0)
    assert setting_at(sales, NEW_YORK, half_past_eight) == (NIGHT, 1)


def test_a_schedule_that_never_says_anything_else_has_no_next_change() -> None:
    assert next_change(schedule(), NEW_YORK, at("2026-11-23T10:00")) is None
    always = schedule(*["00:00-24:00 day 0"] * 7)
    assert next_change(always, NEW_YORK, at("2026-11-23T10:00")) is None


def test_a_change_behind_a_long_holiday_is_found() -> None:
    summer = schedule(*[WORKDAY] * 5, holidays=(holiday("Summer", "2026-07-01", "2026-08-31"),))
    assert shown(next_change(summer, NEW_YORK, at("2026-07-01T00:00"))) == "2026-09-01 08:00"


@pytest.mark.parametrize(
    ("moment", "name"),
    [
        ("2026-12-24T12:00", "Holidays"),
        ("2026-12-25T12:00", "Christmas"),  # the shorter one
        ("2027-01-02T12:00", "Holidays"),
        ("2031-12-30T12:00", "Holidays"),
        ("2027-01-03T12:00", ""),
    ],
)
def test_yearly_holidays_reach_over_new_year_and_the_shorter_counts(moment: str, name: str) -> None:
    both = schedule(
        holidays=(
            holiday("Holidays", "2020-12-24", "2021-01-02", every_year=True, says=WORKDAY),
            holiday("Christmas", "2020-12-25", every_year=True, says=WORKDAY),
        )
    )
    assert state_at(both, NEW_YORK, at(moment)).holiday == name


# -- clocks that are changed: New York 2026-03-08 02:00 -> 03:00 and 2026-11-01 02:00 -> 01:00 -----------------------
SUNDAY = ("", "", "", "", "", "")


def test_a_period_in_the_hour_that_is_skipped_never_happens() -> None:
    inside = schedule(*SUNDAY, "02:15-02:45 day 0")
    assert shown(next_change(inside, NEW_YORK, at("2026-03-08T00:00"))) == "2026-03-15 02:15"


def test_a_period_that_begins_in_the_skipped_hour_begins_when_the_clock_jumps() -> None:
    reaching_out = schedule(*SUNDAY, "02:30-04:00 day 0")
    before = at("2026-03-08T01:59")
    assert shown(next_change(reaching_out, NEW_YORK, before)) == "2026-03-08 03:00"
    assert shown(override_ends(reaching_out, NEW_YORK, before)) == "2026-03-08 03:00"


def test_a_skipped_beginning_ends_what_was_set_by_hand_even_when_it_says_the_same() -> None:
    same = schedule(*SUNDAY, "01:00-02:30 day 0, 02:30-04:00 day 0")
    assert shown(override_ends(same, NEW_YORK, at("2026-03-08T01:30"))) == "2026-03-08 03:00"


def test_a_period_in_the_doubled_hour_happens_twice() -> None:
    doubled = schedule(*SUNDAY, "01:15-01:45 day 0")
    moment, seen = at("2026-11-01T00:00"), []
    for _ in range(4):
        found = next_change(doubled, NEW_YORK, moment)
        assert found is not None
        seen.append(f"{found:%H:%M}")
        moment = found
    assert seen == ["05:15", "05:45", "06:15", "06:45"]  # UTC


def test_an_hour_that_was_over_comes_back_when_the_clock_does() -> None:
    ends_inside = schedule(*SUNDAY, "00:00-01:30 day 0")
    first = next_change(ends_inside, NEW_YORK, at("2026-11-01T00:30"))
    assert first == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    again = next_change(ends_inside, NEW_YORK, first)
    assert again == datetime(2026, 11, 1, 6, 0, tzinfo=UTC)  # 02:00 became 01:00
    assert next_change(ends_inside, NEW_YORK, again) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_lord_howe_changes_its_clocks_by_half_an_hour() -> None:
    ends_inside = schedule(*SUNDAY, "01:00-01:45 day 0")  # 2026-04-05 02:00 +11 becomes 01:30 +10:30
    moment, seen = at("2026-04-05T00:00", LORD_HOWE), []
    for _ in range(4):
        found = next_change(ends_inside, LORD_HOWE, moment)
        assert found is not None
        seen.append(found)
        moment = found
    assert [f"{found:%d %H:%M}" for found in seen] == ["04 14:00", "04 14:45", "04 15:00", "04 15:15"]


def test_a_zone_may_go_back_over_midnight() -> None:
    """Beirut, 2024-10-27: at 24:00 of Saturday it is 23:00 of Saturday again."""
    beirut = ZoneInfo("Asia/Beirut")
    saturday = schedule("", "", "", "", "", "23:00-24:00 day 0")
    start = next_change(saturday, beirut, at("2024-10-26T12:00", beirut))
    assert start == datetime(2024, 10, 26, 20, 0, tzinfo=UTC)
    assert next_change(saturday, beirut, start) == datetime(2024, 10, 26, 22, 0, tzinfo=UTC)  # two hours long
