"""Forms of the schedules. A day is one field: rows of a table as HTML, a text of periods.py as value."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from portal.business.schedules import export
from portal.business.schedules.models import WEEKDAYS, GreetingNames, Holiday, Schedule
from portal.business.schedules.periods import clock, minutes, parse, text_of
from portal.business.schedules.services import GREETING_FIELDS, HolidayValues
from telephony.messages.snapshot import ScheduleMode

BLANK_ROWS = 2  # below the periods there are, for browsers without scripts


def greeting_choices() -> list[tuple[int, str]]:
    names = export.greetings()
    return [(number, f"{number} {name}".strip()) for number, name in enumerate(names)]


class PeriodsWidget(forms.Widget):
    """Sends `<day>-start`, `-end`, `-mode`, `-greeting` once for each row."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.title = ""
        self.copy_url = ""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        rows = _rows(str(value or ""))
        blank = {"start": "", "end": "", "mode": "day", "greeting": "0"}
        context = {
            "name": name,
            "id": (attrs or {}).get("id", f"id_{name}"),
            "invalid": (attrs or {}).get("aria-invalid"),
            "described": (attrs or {}).get("aria-describedby", ""),
            "title": self.title,
            "copy_url": self.copy_url,
            "rows": [*rows, *[blank] * BLANK_ROWS],
            "greetings": [(str(number), text) for number, text in greeting_choices()],
        }
        return render_to_string("business/schedules/periods.html", context)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        if name in data:  # the text itself, as a comparison of two administrators puts it in
            return str(data[name])
        if not hasattr(data, "getlist"):
            return ""
        columns = (data.getlist(f"{name}-{part}") for part in ("start", "end", "mode", "greeting"))
        filled = [row for row in zip(*columns, strict=False) if row[0].strip() or row[1].strip()]
        text = ", ".join(f"{_time(start)}-{_time(end)} {mode} {greeting}" for start, end, mode, greeting in filled)
        try:
            return text_of(parse(text))
        except ValidationError:
            return text

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False


class PeriodsField(forms.CharField):
    widget = PeriodsWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, strip=True, **kwargs)
        self.widget.title = self.label or ""

    def clean(self, value: Any) -> str:
        return text_of(parse(str(super().clean(value))))


class ScheduleForm(forms.Form):
    description = forms.CharField(label="Description", max_length=64)
    monday = PeriodsField(label="Monday")
    tuesday = PeriodsField(label="Tuesday")
    wednesday = PeriodsField(label="Wednesday")
    thursday = PeriodsField(label="Thursday")
    friday = PeriodsField(label="Friday")
    saturday = PeriodsField(label="Saturday")
    sunday = PeriodsField(label="Sunday")

    def __init__(self, data: Any = None, *, instance: Schedule) -> None:
        super().__init__(data, initial={name: getattr(instance, name) for name in ("description", *WEEKDAYS)})
        self.instance = instance
        for number, name in enumerate(WEEKDAYS):
            url = reverse("business.schedules.copy_day", args=[instance.pk, number])
            self.fields[name].widget.copy_url = url  # type: ignore[attr-defined]


class HolidayForm(forms.Form):
    name = forms.CharField(label="Name", max_length=64)
    first = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Leave empty for one day.",
    )
    every_year = forms.BooleanField(label="Every year", required=False)
    periods = PeriodsField(label="Periods", help_text="Time without a period is Night with greeting 1, Closed.")

    def __init__(self, data: Any = None, *, instance: Holiday | None = None) -> None:
        names = ("name", "first", "last", "every_year", "periods")
        super().__init__(data, initial={name: getattr(instance, name) for name in names} if instance else None)
        self.instance = instance

    def values(self) -> HolidayValues:
        """Of a valid form."""
        sent = self.cleaned_data
        return HolidayValues(
            name=sent["name"],
            first=sent["first"],
            last=sent["last"] or sent["first"],
            every_year=sent["every_year"],
            periods=sent["periods"],
        )


class GreetingsForm(forms.Form):
    """S25-10: 0 and 1 are fixed."""

    def __init__(self, data: Any = None, *, instance: GreetingNames) -> None:
        super().__init__(data, initial={name: getattr(instance, name) for name in GREETING_FIELDS})
        self.instance = instance
        for number, name in enumerate(instance.names[:2]):
            self.fields[f"fixed_{number}"] = forms.CharField(
                label=f"Greeting {number}", initial=name, disabled=True, required=False
            )
        for name in GREETING_FIELDS:
            label = name.replace("_", " ").capitalize()
            self.fields[name] = forms.CharField(label=label, max_length=32, required=False)

    def values(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in GREETING_FIELDS}


class SetForm(forms.Form):
    """ "Schedule is currently set to" (S25-06)."""

    mode = forms.ChoiceField(label="Mode", choices=[(mode.value, mode.value.capitalize()) for mode in ScheduleMode])
    greeting = forms.TypedChoiceField(label="Greeting", coerce=int)

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["greeting"].choices = greeting_choices()  # type: ignore[attr-defined]


class ControlForm(SetForm):
    """Mode/Greeting Control (S25-05); mode and greeting are what Manual begins with."""

    control = forms.ChoiceField(
        label="Mode/Greeting Control",
        choices=Schedule.Control.choices,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )


class CopyDayForm(forms.Form):
    days = forms.TypedMultipleChoiceField(
        label="Copy to",
        coerce=int,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"required": "Tick a day."},
    )

    def __init__(self, data: Any = None, *, weekday: int) -> None:
        super().__init__(data)
        others = [(n, name.capitalize()) for n, name in enumerate(WEEKDAYS) if n != weekday]
        self.fields["days"].choices = others  # type: ignore[attr-defined]


class CopyHolidaysForm(forms.Form):
    schedules = forms.ModelMultipleChoiceField(
        label="Copy to",
        queryset=Schedule.objects.none(),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"required": "Tick the schedules that shall get the holidays."},
    )

    def __init__(self, data: Any = None, *, schedule: Schedule) -> None:
        super().__init__(data)
        self.fields["schedules"].queryset = Schedule.objects.exclude(pk=schedule.pk)  # type: ignore[attr-defined]


def _rows(text: str) -> list[dict[str, str]]:
    """For the table: also of a text with mistakes, which must come back as typed."""
    rows = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        times, _, said = part.partition(" ")
        start, _, end = times.partition("-")
        mode, _, greeting = said.strip().partition(" ")
        rows.append({"start": start, "end": end, "mode": mode, "greeting": greeting})
    return rows


def _time(text: str) -> str:
    """ "8" and "0800" become 08:00; what is no time stays, without what would be read as something else."""
    try:
        return clock(minutes(text))
    except ValidationError:
        return text.strip()[:10].translate(str.maketrans("", "", ",;- ")) or "?"
