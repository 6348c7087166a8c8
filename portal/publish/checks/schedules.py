"""Schedules with a hole: time between two periods of a day that nobody thought of (S25-15: it is Night)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from portal.publish.findings import Finding, Severity
from telephony.messages.snapshot import SchedulePeriod, Snapshot

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def schedules(snapshot: Snapshot) -> Iterator[Finding]:
    for schedule in snapshot.schedules:
        days = [(day, periods) for day, periods in zip(DAYS, schedule.days, strict=False)]
        days += [(holiday.name, holiday.periods) for holiday in schedule.holidays]
        for day, periods in days:
            for start, end in _holes(periods):
                yield Finding(
                    f"schedule.hole.{schedule.schedule_id}.{day}.{start}",
                    Severity.WARNING,
                    f"Schedule {schedule.description} has a hole on {day} from {_clock(start)} to {_clock(end)}: no "
                    "period covers it, so it is Night with greeting 1.",
                    schedule.link,
                    field=day.lower(),
                )


def _holes(periods: tuple[SchedulePeriod, ...]) -> Iterator[tuple[int, int]]:
    """Only between two periods: a day may begin late and end early, or be closed."""
    for before, after in pairwise(periods):
        if before.end < after.start:
            yield before.end, after.start


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
