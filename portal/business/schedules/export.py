"""What the engines know of schedules."""

from __future__ import annotations

from collections import defaultdict

from portal.business.schedules.models import WEEKDAYS, GreetingNames, Holiday, Schedule
from portal.business.schedules.periods import parse
from telephony.messages.snapshot import HolidayEntry, ScheduleEntry, ScheduleMode


def schedules() -> tuple[ScheduleEntry, ...]:
    holidays: defaultdict[int, list[HolidayEntry]] = defaultdict(list)
    rows = Holiday.objects.order_by("first", "last", "pk").values_list(
        "schedule_id", "name", "first", "last", "every_year", "periods"
    )
    for schedule_id, name, first, last, every_year, periods in rows:
        holidays[schedule_id].append(
            HolidayEntry(name=name, first=first, last=last, every_year=every_year, periods=parse(periods))
        )
    return tuple(
        ScheduleEntry(
            schedule_id=pk,
            number=number,
            description=description,
            control=control,
            since=since,
            manual_mode=ScheduleMode(mode),
            manual_greeting=greeting,
            days=tuple(parse(day) for day in days),
            holidays=tuple(holidays[pk]),
            link=f"/business/schedules/{pk}/",
        )
        for pk, number, description, control, since, mode, greeting, *days in Schedule.objects.order_by(
            "number"
        ).values_list("pk", "number", "description", "control", "since", "manual_mode", "manual_greeting", *WEEKDAYS)
    )


def greetings() -> tuple[str, ...]:
    return names().names


def names() -> GreetingNames:
    return GreetingNames.objects.filter(pk=1).first() or GreetingNames()
