"""The router's side of schedules: what was set by hand counts at once, the older never replaces the newer."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from telephony.messages.schedules import SetByHand
from telephony.messages.snapshot import ScheduleMode, Snapshot
from telephony.numbers.schedule import CLOSED
from telephony.router.index import build
from telephony.router.schedules import Schedules
from tests.telephony.numbers.schedules import DEFAULT

NEW_YORK = ZoneInfo("America/New_York")
INDEX = build(Snapshot(version=1, at="", realm="r", time_zone="America/New_York", schedules=(DEFAULT,)))
MONDAY_TEN = datetime(2026, 11, 23, 10, tzinfo=NEW_YORK).timestamp()
DAY, NIGHT = ScheduleMode.DAY, ScheduleMode.NIGHT


def test_the_clock_of_the_snapshots_zone_counts() -> None:
    assert Schedules().setting(INDEX, 1, MONDAY_TEN) == (DAY, 0)
    assert Schedules().setting(INDEX, 1, MONDAY_TEN - 3 * 3600) == CLOSED


def test_a_schedule_key_counts_for_the_next_question_and_not_after_the_next_beginning() -> None:
    schedules = Schedules()
    assert schedules.take(1, SetByHand(mode=NIGHT, greeting=3, made=MONDAY_TEN))
    assert schedules.setting(INDEX, 1, MONDAY_TEN) == (NIGHT, 3)
    assert schedules.setting(INDEX, 1, MONDAY_TEN + 24 * 3600) == (DAY, 0)


def test_the_older_never_replaces_the_newer() -> None:
    schedules = Schedules()
    schedules.take(1, SetByHand(mode=DAY, greeting=0, made=MONDAY_TEN + 60))
    assert not schedules.take(1, SetByHand(mode=NIGHT, greeting=3, made=MONDAY_TEN))
    assert not schedules.take(1, SetByHand(mode=NIGHT, greeting=3, made=MONDAY_TEN + 60))
    assert schedules.by_hand[1].mode is DAY


def test_a_schedule_that_does_not_exist_is_closed() -> None:
    assert Schedules().setting(INDEX, 7, MONDAY_TEN) == CLOSED


def test_a_zone_this_machine_does_not_know_is_utc() -> None:
    odd = build(Snapshot(version=1, at="", realm="r", time_zone="Mars/Olympus", schedules=(DEFAULT,)))
    assert odd.zone == ZoneInfo("UTC")
