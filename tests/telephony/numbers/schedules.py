"""Schedules for tests, written as an administrator would say them."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from telephony.messages.snapshot import HolidayEntry, ScheduleEntry, ScheduleMode, SchedulePeriod

WORKDAY = "08:00-17:00 day 0"


def periods(text: str) -> tuple[SchedulePeriod, ...]:
    """ "08:00-12:00 day 0, 12:00-13:00 day 2" """
    found = re.findall(r"(\d\d):(\d\d)-(\d\d):(\d\d) (day|night) (\d)", text)
    return tuple(
        SchedulePeriod(start=int(a) * 60 + int(b), end=int(c) * 60 + int(d), mode=ScheduleMode(m), greeting=int(g))
        for a, b, c, d, m, g in found
    )


def schedule(*days: str, holidays: tuple[HolidayEntry, ...] = (), **more: Any) -> ScheduleEntry:
    """Days from Monday on; what is missing is not covered."""
    week = tuple(periods(day) for day in days) + ((),) * (7 - len(days))
    return ScheduleEntry(schedule_id=1, number=1, description="Test", days=week, holidays=holidays, **more)


def holiday(name: str, first: str, last: str = "", *, says: str = "", every_year: bool = False) -> HolidayEntry:
    return HolidayEntry(
        name=name,
        first=date.fromisoformat(first),
        last=date.fromisoformat(last or first),
        every_year=every_year,
        periods=periods(says),
    )


DEFAULT = schedule(*[WORKDAY] * 5)  # S25-03
