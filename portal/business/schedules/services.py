"""What is done with schedules, their holidays and the names of greetings.

Every function raises ValidationError (field → sentences), Conflict or Refused; then nothing was saved. Setting mode and
greeting by hand is user state, not configuration: state.py.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from portal.business.schedules.models import WEEKDAYS, GreetingNames, Holiday, Schedule
from portal.business.schedules.periods import LAST_GREETING, parse, text_of
from portal.publish.change import By, Change, change
from telephony.messages.snapshot import ScheduleMode

MOST_SCHEDULES = 100
MOST_HOLIDAYS = 200  # of a schedule
LONGEST_HOLIDAY = 366  # days
MODIFIABLE = frozenset({"description", *WEEKDAYS})
GREETING_FIELDS = tuple(f"greeting_{number}" for number in range(2, LAST_GREETING + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayValues:
    name: str
    first: date
    last: date
    every_year: bool = False
    periods: str = ""


def copy_schedule(schedule: Schedule, *, by: By, description: str = "") -> tuple[Schedule, Change]:
    """S25-04: with its days, control and holidays. The first free number."""
    with change(by, f"Copy {schedule}") as work:
        schedule = work.lock(schedule)
        taken = set(Schedule.objects.values_list("number", flat=True))
        free = next((number for number in range(MOST_SCHEDULES) if number not in taken), None)
        if free is None:
            raise ValidationError(f"There are {MOST_SCHEDULES} schedules, and no more are possible. Delete one first.")
        made = Schedule(
            number=free,
            description=description.strip() or f"Copy of {schedule.description}"[:64],
            control=schedule.control,
            since=time.time(),
            manual_mode=schedule.manual_mode,
            manual_greeting=schedule.manual_greeting,
            **{day: getattr(schedule, day) for day in WEEKDAYS},
        )
        _check_description(made.description)
        work.add(made)
        for holiday in schedule.holidays.all():
            work.add(_copied(holiday, made))
    return made, work


def modify_schedule(schedule: Schedule, values: Mapping[str, Any], *, by: By, seen: int | None = None) -> Change:
    """Set description and days (texts of periods.py); names in MODIFIABLE."""
    if unknown := values.keys() - MODIFIABLE:
        raise ValueError(f"not a setting of a schedule: {sorted(unknown)}")
    wanted = dict(values)
    wrong: dict[str, Any] = {}
    for name in wanted:
        try:
            if name == "description":
                wanted[name] = _check_description(wanted[name])
            else:
                wanted[name] = text_of(parse(wanted[name]))
        except ValidationError as error:
            wrong[name] = error.messages
    if wrong:
        raise ValidationError(wrong)
    with change(by, f"Modify {schedule}") as work:
        schedule = work.lock(schedule, seen=seen, mine=wanted)
        for name, value in wanted.items():
            setattr(schedule, name, value)
        work.save(schedule)
    return work


def copy_day(schedule: Schedule, weekday: int, to: Iterable[int], *, by: By, seen: int | None = None) -> Change:
    """S25-08: the days `to` (Monday is 0) get the periods of `weekday`."""
    if not set(to) <= set(range(len(WEEKDAYS))):
        raise ValidationError({"days": ["Choose days of the week."]})
    with change(by, f"Copy {WEEKDAYS[weekday].capitalize()} of {schedule}") as work:
        schedule = work.lock(schedule, seen=seen)
        for other in to:
            setattr(schedule, WEEKDAYS[other], getattr(schedule, WEEKDAYS[weekday]))
        work.save(schedule)
    return work


def set_control(
    schedule: Schedule,
    control: str,
    *,
    mode: ScheduleMode = ScheduleMode.NIGHT,
    greeting: int = 1,
    by: By,
    seen: int | None = None,
) -> Change:
    """S25-05. Manual begins with `mode` and `greeting`; what was set by hand before is void. Choosing what is chosen
    already changes nothing."""
    if control not in Schedule.Control.values:
        raise ValidationError({"control": ["Choose Automatic or Manual."]})
    check_greeting(greeting)
    with change(by, f"{control.capitalize()} control of {schedule}") as work:
        schedule = work.lock(schedule, seen=seen, mine={"control": control})
        if schedule.control != control:
            schedule.control, schedule.since = control, time.time()
            if control == Schedule.Control.MANUAL:
                schedule.manual_mode, schedule.manual_greeting = mode.value, greeting
            work.save(schedule)
    return work


def delete_schedule(schedule: Schedule, *, by: By, seen: int | None = None) -> Change:
    if schedule.is_default:
        raise ValidationError("Schedule 0 exists from installation and cannot be deleted.")
    with change(by, f"Delete {schedule}") as work:
        work.delete(work.lock(schedule, seen=seen))
    return work


def add_holiday(schedule: Schedule, values: HolidayValues, *, by: By) -> tuple[Holiday, Change]:
    values = _checked(values)
    with change(by, f"Add holiday {values.name} to {schedule}") as work:
        schedule = work.lock(schedule)
        if schedule.holidays.count() >= MOST_HOLIDAYS:
            raise ValidationError(f"A schedule has at most {MOST_HOLIDAYS} holidays. Delete one that is past.")
        _check_dates_free(schedule, values)
        holiday = Holiday(schedule=schedule, **_columns(values))
        work.add(holiday)
        work.touch(schedule)
    return holiday, work


def modify_holiday(holiday: Holiday, values: HolidayValues, *, by: By, seen: int | None = None) -> Change:
    values = _checked(values)
    with change(by, f"Modify holiday {holiday} of {holiday.schedule}") as work:
        holiday = work.lock(holiday, seen=seen, mine=_columns(values))
        _check_dates_free(holiday.schedule, values, but=holiday)
        for name, value in _columns(values).items():
            setattr(holiday, name, value)
        if work.save(holiday):
            work.touch(holiday.schedule)
    return work


def delete_holiday(holiday: Holiday, *, by: By, seen: int | None = None) -> Change:
    with change(by, f"Delete holiday {holiday} of {holiday.schedule}") as work:
        holiday = work.lock(holiday, seen=seen)
        work.delete(holiday)
        work.touch(holiday.schedule)
    return work


def copy_holidays(schedule: Schedule, to: Sequence[Schedule], *, by: By) -> Change:
    """S25-09: every schedule of `to` gets all holidays of `schedule`; one with the same dates is replaced."""
    if not to:
        raise ValidationError({"schedules": ["Tick the schedules that shall get the holidays."]})
    with change(by, f"Copy holidays of {schedule}") as work:
        holidays = list(work.lock(schedule).holidays.all())
        for other in to:
            target = work.lock(other)
            there = list(target.holidays.all())
            for holiday in holidays:
                for old in there:
                    if _same_dates(old, holiday):
                        work.delete(old)
                work.add(_copied(holiday, target))
            if target.holidays.count() > MOST_HOLIDAYS:
                raise ValidationError(f"{target} would have more than {MOST_HOLIDAYS} holidays. Delete some first.")
            work.touch(target)
    return work


def name_greetings(values: Mapping[str, str], *, by: By, seen: int | None = None) -> Change:
    """S25-10: names of 2 to 8, by field name (`greeting_2`)."""
    if unknown := values.keys() - set(GREETING_FIELDS):
        raise ValueError(f"not the name of a greeting: {sorted(unknown)}")
    wanted = {name: value.strip() for name, value in values.items()}
    with change(by, "Name greetings") as work:
        row = work.lock(GreetingNames(pk=1), seen=seen, mine=wanted)
        taken = {"open", "closed", *(getattr(row, name).lower() for name in GREETING_FIELDS if name not in wanted)}
        wrong = {}
        for name, value in wanted.items():
            if value and value.lower() in taken:
                wrong[name] = [f"Another greeting is called {value} already."]
            taken.add(value.lower())
            setattr(row, name, value)
        if wrong:
            raise ValidationError(wrong)
        work.save(row)
    return work


def check_greeting(greeting: int) -> None:
    if not 0 <= greeting <= LAST_GREETING:
        raise ValidationError({"greeting": [f"Greetings have the numbers 0 to {LAST_GREETING}; {greeting} is none."]})


def _check_description(text: str) -> str:
    if not text.strip():
        raise ValidationError("Describe the schedule, so that it is found again: whose hours are these?")
    return text.strip()


def _checked(values: HolidayValues) -> HolidayValues:
    wrong: dict[str, Any] = {}
    if not values.name.strip():
        wrong["name"] = ["Name the holiday."]
    if values.last < values.first:
        wrong["last"] = ["The last day is before the first. For one day leave it empty or write the same date."]
    elif (values.last - values.first).days >= LONGEST_HOLIDAY:
        wrong["last"] = [f"A holiday has at most {LONGEST_HOLIDAY} days."]
    periods = ""
    try:
        periods = text_of(parse(values.periods))
    except ValidationError as error:
        wrong["periods"] = error.messages
    if wrong:
        raise ValidationError(wrong)
    return HolidayValues(
        name=values.name.strip(),
        first=values.first,
        last=values.last,
        every_year=values.every_year,
        periods=periods,
    )


def _columns(values: HolidayValues) -> dict[str, Any]:
    return {
        "name": values.name,
        "first": values.first,
        "last": values.last,
        "every_year": values.every_year,
        "periods": values.periods,
    }


def _check_dates_free(schedule: Schedule, values: HolidayValues, *, but: Holiday | None = None) -> None:
    """Two holidays with the same dates would leave open which of them counts."""
    for other in schedule.holidays.exclude(pk=but.pk if but else None):
        if _same_dates(other, values):
            raise ValidationError({"first": [f"The holiday {other.name} has these dates already. Modify that one."]})


def _same_dates(one: Holiday | HolidayValues, other: Holiday | HolidayValues) -> bool:
    if one.every_year != other.every_year:
        return False
    if not one.every_year:
        return (one.first, one.last) == (other.first, other.last)
    days = [((h.first.month, h.first.day), (h.last.month, h.last.day)) for h in (one, other)]
    return days[0] == days[1]


def _copied(holiday: Holiday, schedule: Schedule) -> Holiday:
    return Holiday(
        schedule=schedule,
        name=holiday.name,
        first=holiday.first,
        last=holiday.last,
        every_year=holiday.every_year,
        periods=holiday.periods,
    )
