"""Views of Schedules that the page kernel does not have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portal.access.guard import requires_link
from portal.business.schedules import export, services, state
from portal.business.schedules.forms import ControlForm, CopyDayForm, CopyHolidaysForm, HolidayForm, SetForm
from portal.business.schedules.models import WEEKDAYS, Holiday, Schedule
from portal.business.schedules.page import PAGE, list_url
from portal.business.schedules.periods import DAY_MINUTES, clock, parse
from portal.maintenance.time.export import zone
from portal.pages.views import AddView, DeleteView, ModifyView
from portal.publish.change import by_request
from portal.publish.errors import Conflict
from telephony.messages.snapshot import ScheduleMode, SchedulePeriod
from telephony.tasks import Verdict


@dataclass(frozen=True, slots=True)
class Bar:
    """A period in the picture; left and width in percent of the day."""

    left: str
    width: str
    mode: str
    text: str
    title: str


@dataclass(frozen=True, slots=True)
class DayPicture:
    name: str
    number: int
    bars: tuple[Bar, ...]

    @property
    def words(self) -> str:
        """For people who do not see the picture."""
        return ", ".join(bar.title for bar in self.bars) or "closed all day"


@dataclass(frozen=True, slots=True)
class Card:
    """One schedule of the list."""

    schedule: Schedule
    now: state.Now
    days: tuple[DayPicture, ...]
    holidays: tuple[tuple[Holiday, DayPicture], ...]


def bars(periods: tuple[SchedulePeriod, ...], names: tuple[str, ...]) -> tuple[Bar, ...]:
    return tuple(
        Bar(
            left=f"{period.start / DAY_MINUTES:.3%}",
            width=f"{(period.end - period.start) / DAY_MINUTES:.3%}",
            mode=period.mode.value,
            text=state.greeting_name(period.greeting, names),
            title=f"{clock(period.start)}-{clock(period.end)} {state.MODES[period.mode]}, "
            f"{state.greeting_name(period.greeting, names)}",
        )
        for period in periods
    )


def cards() -> tuple[Card, ...]:
    """In five queries, however many schedules there are."""
    names, here, by_hand = export.greetings(), zone(), state.set_by_hand()
    entries = {entry.schedule_id: entry for entry in export.schedules()}
    return tuple(
        Card(
            schedule=schedule,
            now=state.now_of(entries[schedule.pk], here, names, by_hand.get(schedule.pk)),
            days=tuple(
                DayPicture(day.capitalize(), number, bars(schedule.day(number), names))
                for number, day in enumerate(WEEKDAYS)
            ),
            holidays=tuple(
                (holiday, DayPicture(holiday.name, 0, bars(parse(holiday.periods), names)))
                for holiday in schedule.holidays.all()
            ),
        )
        for schedule in Schedule.objects.prefetch_related("holidays")
        if schedule.pk in entries
    )


@requires_link(PAGE.name)
@never_cache
def schedules(request: HttpRequest) -> HttpResponse:
    """Template context: page, cards, greetings ((number, name) pairs), time_zone."""
    context = {
        "page": PAGE,
        "cards": cards(),
        "greetings": tuple(enumerate(export.greetings())),
        "time_zone": zone().key,
    }
    return render(request, "business/schedules/list.html", context)


@requires_link("business.schedules.copy")
@require_POST
def copy_schedule(request: HttpRequest, pk: int) -> HttpResponse:
    schedule = get_object_or_404(Schedule, pk=pk)
    try:
        made, change = services.copy_schedule(schedule, by=by_request(request))
    except (ValidationError, Conflict) as error:
        messages.error(request, " ".join(error.messages) if isinstance(error, ValidationError) else str(error))
        return redirect("business.schedules")
    messages.success(request, f"{made} was added. {change.outcome}")
    return redirect(f"{list_url()}#schedule-{made.pk}")


class ModifyScheduleView(ModifyView):
    template = "business/schedules/form.html"

    def delete_url(self, row: Schedule) -> str:
        return "" if row.is_default else super().delete_url(row)


class AddHolidayView(AddView):
    template = "business/schedules/form.html"
    schedule: Schedule

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.schedule = get_object_or_404(Schedule, pk=kwargs.pop("schedule"))
        super().setup(request, *args, **kwargs)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().dispatch(request)

    def list_url(self) -> str:
        return f"{list_url()}#schedule-{self.schedule.pk}"

    def post(self, request: HttpRequest) -> HttpResponse:
        form = HolidayForm(request.POST)
        if form.is_valid():
            try:
                row, change = services.add_holiday(self.schedule, form.values(), by=by_request(request))
            except ValidationError as error:
                form.add_error(None, error)
            else:
                return self.done(row, f"{row} was added. {change.outcome}")
        return self.answer(form)


class ModifyHolidayView(ModifyView):
    template = "business/schedules/form.html"

    def list_url(self) -> str:
        return list_url()


class DeleteHolidayView(DeleteView):
    def list_url(self) -> str:
        return list_url()

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        answer = super().post(request, pk)
        return redirect(list_url()) if answer.status_code == 302 else answer


class GreetingsView(ModifyView):
    """There is one row."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().dispatch(request, pk=1)

    def list_url(self) -> str:
        return list_url()


@requires_link(PAGE.modify_link)
@never_cache
def copy_day(request: HttpRequest, pk: int, weekday: int) -> HttpResponse:
    schedule = get_object_or_404(Schedule, pk=pk)
    if weekday >= len(WEEKDAYS):
        return redirect("business.schedules.modify", pk)
    form = CopyDayForm(request.POST if request.method == "POST" else None, weekday=weekday)
    if form.is_valid():
        try:
            change = services.copy_day(schedule, weekday, form.cleaned_data["days"], by=by_request(request))
        except (ValidationError, Conflict) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, change.outcome)
            return redirect(f"{list_url()}#schedule-{pk}")
    heading = f"Copy {WEEKDAYS[weekday].capitalize()} of {schedule}"
    return _ticks(request, form, heading, "Its periods replace those of the days you tick.")


@requires_link("business.schedules.copy_holiday")
@never_cache
def copy_holidays(request: HttpRequest, pk: int) -> HttpResponse:
    schedule = get_object_or_404(Schedule, pk=pk)
    form = CopyHolidaysForm(request.POST if request.method == "POST" else None, schedule=schedule)
    if form.is_valid():
        chosen = list(form.cleaned_data["schedules"])
        try:
            change = services.copy_holidays(schedule, chosen, by=by_request(request))
        except ValidationError as error:
            form.add_error(None, error.messages)
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, change.outcome)
            return redirect("business.schedules")
    text = "Every schedule you tick gets all its holidays. A holiday with the same dates is replaced."
    return _ticks(request, form, f"Copy holidays of {schedule}", text)


def _ticks(request: HttpRequest, form: forms.Form, heading: str, text: str) -> HttpResponse:
    context = {"page": PAGE, "form": form, "heading": heading, "text": text, "list_url": list_url()}
    status = 422 if form.is_bound else 200
    return render(request, "business/schedules/copy.html", context, status=status)


@requires_link(PAGE.modify_link)
@never_cache
def set_schedule(request: HttpRequest, pk: int) -> HttpResponse:
    """Mode and greeting by hand, and Mode/Greeting Control (S25-05, S25-06). Template context: page, schedule, now,
    set_form, control_form, manual."""
    schedule = get_object_or_404(Schedule, pk=pk)
    entry = next(entry for entry in export.schedules() if entry.schedule_id == pk)
    now = state.now_of(entry, zone(), export.greetings(), state.set_by_hand().get(pk))
    initial = {"mode": now.mode, "greeting": now.state.greeting, "control": schedule.control}
    sent = request.POST if request.method == "POST" else None
    what = request.POST.get("what", "")
    by_hand = SetForm(sent if what == "set" else None, initial=initial)
    control = ControlForm(sent if what == "control" else None, initial=initial)
    if what == "clock":
        return _told(request, schedule, state.tell(schedule, None, 0, by=request.user.get_username()))
    if what == "set" and by_hand.is_valid():
        mode, greeting = ScheduleMode(by_hand.cleaned_data["mode"]), by_hand.cleaned_data["greeting"]
        return _told(request, schedule, state.tell(schedule, mode, greeting, by=request.user.get_username()))
    if what == "control" and control.is_valid():
        cleaned = control.cleaned_data
        try:
            change = services.set_control(
                schedule,
                cleaned["control"],
                mode=ScheduleMode(cleaned["mode"]),
                greeting=cleaned["greeting"],
                by=by_request(request),
            )
        except (ValidationError, Conflict) as error:
            control.add_error(None, str(error))
        else:
            messages.success(request, change.outcome)
            if cleaned["control"] == Schedule.Control.AUTOMATIC:  # S25-05: opens the calendar
                return redirect("business.schedules.modify", pk)
            return redirect("business.schedules.set", pk)
    context = {
        "page": PAGE,
        "schedule": schedule,
        "now": now,
        "set_form": by_hand,
        "control_form": control,
        "manual": schedule.control == Schedule.Control.MANUAL,
        "list_url": f"{list_url()}#schedule-{pk}",
    }
    return render(request, "business/schedules/set.html", context, status=422 if what else 200)


def _told(request: HttpRequest, schedule: Schedule, verdict: Verdict) -> HttpResponse:
    if verdict["ok"]:
        messages.success(request, f"{schedule} was set. It counts for the next call.")
    else:
        messages.error(request, verdict["error"])
    return redirect(reverse("business.schedules.set", args=[schedule.pk]))
