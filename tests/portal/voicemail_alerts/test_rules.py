"""The time table of an escalation: S20-05..S20-10 and their test cases."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.business.voicemail_alerts.rules import Level, alert, everybody

DOCTOR, BACKUPS = Level("doctor", 5, 2), Level("backups", 10, 1)


def table(*levels: Level) -> list[tuple[int, tuple[str, ...]]]:
    """(minutes after the first alert, recipients) of every alert."""
    found = []
    while (one := alert(levels, len(found))) is not None:
        found.append((int(one.after.total_seconds() // 60), one.to))
    return found


def test_the_doctors_office() -> None:
    """S20-T02: 20:00, 20:05, 20:10, then 20:15 and 20:25, then silence."""
    assert table(DOCTOR, BACKUPS) == [
        (0, ("doctor",)), (5, ("doctor",)), (10, ("doctor",)), (15, ("backups",)), (25, ("backups",)),
    ]  # fmt: skip


def test_a_level_that_goes_on_is_told_with_the_later_ones() -> None:
    """S20-T04."""
    going_on = Level("doctor", 5, 2, go_on=True)
    assert [to for _, to in table(going_on, BACKUPS)][3:] == [("backups", "doctor"), ("backups", "doctor")]


def test_an_empty_level_is_passed_over() -> None:
    """S20-T05."""
    assert [to for _, to in table(DOCTOR, Level(""), BACKUPS)] == [("doctor",)] * 3 + [("backups",)] * 2


def test_nobody_to_tell_is_no_alert() -> None:
    assert table() == table(Level("")) == []


def test_notification_mode_tells_every_filled_field_once() -> None:
    assert everybody([DOCTOR, Level(""), BACKUPS, DOCTOR]) == ("doctor", "backups")


LEVELS = st.lists(
    st.builds(
        Level, st.sampled_from(["", "a", "b"]), minutes=st.integers(1, 1440), retries=st.integers(0, 5),
        go_on=st.booleans(),
    ),
    max_size=5,
)  # fmt: skip


@given(LEVELS)
def test_an_escalation_ends_and_never_goes_back_in_time(levels: list[Level]) -> None:
    wanted = sum(level.retries + 1 for level in levels if level.to)
    found = [alert(levels, number) for number in range(wanted)]
    assert all(found)
    assert alert(levels, wanted) is None
    times = [one.after for one in found if one]
    assert times == sorted(times)
    assert not times or times[0] == timedelta()
