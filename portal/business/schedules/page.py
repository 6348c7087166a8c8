"""Business > Schedules: what the kernel needs to modify and delete schedules, holidays and greeting names. The list and
the rest are views.py."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse

from portal.business.schedules import services
from portal.business.schedules.forms import GreetingsForm, HolidayForm, ScheduleForm
from portal.business.schedules.models import WEEKDAYS, GreetingNames, Holiday, Schedule
from portal.pages.page import AdminPage, Section, Use
from portal.publish.change import Change, by_request


def schedule_form(data: Any, row: Schedule) -> ScheduleForm:
    return ScheduleForm(data, instance=row)


def modify_schedule(request: HttpRequest, schedule: Schedule, form: forms.Form, seen: int) -> Change:
    return services.modify_schedule(schedule, form.cleaned_data, seen=seen, by=by_request(request))


def delete_schedule(request: HttpRequest, schedule: Schedule, seen: int) -> Change:
    return services.delete_schedule(schedule, seen=seen, by=by_request(request))


def schedule_uses(schedule: Schedule) -> list[Use]:
    count = schedule.holidays.count()
    return [Use(f"Its {count} holidays are deleted with it.")] if count else []


def holiday_form(data: Any, row: Holiday | None) -> HolidayForm:
    return HolidayForm(data, instance=row)


def modify_holiday(request: HttpRequest, holiday: Holiday, form: forms.Form, seen: int) -> Change:
    assert isinstance(form, HolidayForm)
    return services.modify_holiday(holiday, form.values(), seen=seen, by=by_request(request))


def delete_holiday(request: HttpRequest, holiday: Holiday, seen: int) -> Change:
    return services.delete_holiday(holiday, seen=seen, by=by_request(request))


def greetings_form(data: Any, row: GreetingNames) -> GreetingsForm:
    return GreetingsForm(data, instance=row)


def name_greetings(request: HttpRequest, row: GreetingNames, form: forms.Form, seen: int) -> Change:
    assert isinstance(form, GreetingsForm)
    return services.name_greetings(form.values(), seen=seen, by=by_request(request))


PAGE = AdminPage(
    name="business.schedules",
    path="schedules/",
    menu="Business",
    title="Schedules",
    singular="schedule",
    icon="list",
    rows=Schedule.objects.all,
    columns=(),
    order=("number",),
    modify_link="business.schedules.modify",
    delete_link="business.schedules.delete",
    form=schedule_form,
    sections=(
        Section("", ("description",)),
        Section(
            "Periods of each day",
            WEEKDAYS,
            "Times are 00:00 to 24:00. Time without a period is Night with greeting 1, Closed.",
        ),
    ),
    modify=modify_schedule,
    delete=delete_schedule,
    may_delete=lambda schedule: schedule.number != 0,  # S25-03
    uses=schedule_uses,
    delete_text="What follows this schedule must be given another one first.",
)

HOLIDAYS = AdminPage(
    name="business.schedules.holidays",
    path="schedules/holidays/",
    menu="Business",
    title="Schedules",
    singular="holiday",
    icon="list",
    rows=lambda: Holiday.objects.select_related("schedule"),
    columns=(),
    order=("first",),
    label=lambda row: f"holiday {row.name} of schedule {row.schedule.number}",
    add_link="business.schedules.add_holiday",
    add_title="add holiday",
    modify_link="business.schedules.modify_holiday",
    delete_link="business.schedules.delete_holiday",
    form=holiday_form,
    sections=(
        Section("", ("name", "first", "last", "every_year")),
        Section("What the holiday says instead of the weekday", ("periods",)),
    ),
    modify=modify_holiday,
    delete=delete_holiday,
    delete_text="On its dates the periods of the weekday count again.",
)

GREETINGS = AdminPage(
    name="business.schedules.greetings",
    path="schedules/greetings/",
    menu="Business",
    title="Schedules",
    singular="greeting",
    icon="list",
    rows=GreetingNames.objects.all,
    columns=(),
    order=("pk",),
    modify_link="business.schedules.greetings",
    form=greetings_form,
    sections=(
        Section(
            "",
            ("fixed_0", "fixed_1", *services.GREETING_FIELDS),
            "All schedules and attendants share these names; each attendant has recordings of its own.",
        ),
    ),
    modify=name_greetings,
)


def list_url() -> str:
    return reverse("business.schedules")
