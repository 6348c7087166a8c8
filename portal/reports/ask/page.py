"""Reports > Ask the System: what would happen to a call, by the decision of live calls (decision 11)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from portal.access.guard import requires_link
from portal.business.users.models import User
from portal.maintenance.time.export import zone
from portal.phone_system.handsets.models import CallAppearance
from portal.phone_system.outside_lines.models import OutsideLine
from portal.reports.ask.services import Asked, answer
from telephony.messages.snapshot import Presence

LINE = "line:"  # prefix of a caller that is an outside line


def _stations(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


class AskForm(forms.Form):
    """Read from the address, so that a question can be kept as a bookmark and sent to somebody."""

    caller = forms.ChoiceField(label="Who calls")
    from_number = forms.CharField(
        label="Caller's number", max_length=24, required=False, help_text="Of somebody outside, on an outside line."
    )
    dialled = forms.CharField(
        label="Number", max_length=40, help_text="What is dialled; from outside, the number that is called."
    )
    at = forms.DateTimeField(
        label="When",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        help_text="By the clock of the office; empty: now.",
    )
    as_now = forms.BooleanField(
        label="Begin with presences and registered handsets as they are now",
        required=False,
        help_text="Otherwise everybody is in the office and every handset is registered and free.",
    )
    person = forms.ModelChoiceField(
        label="Whose presence", queryset=User.objects.none(), required=False, empty_label="nobody's is different"
    )
    presence = forms.ChoiceField(
        label="is",
        required=False,
        choices=[(one.value, one.value.replace("_", " ").title()) for one in Presence],
        initial=Presence.AWAY.value,
    )
    in_use = forms.CharField(label="Handsets in use", required=False, help_text="Station numbers, such as 5111, 5112.")
    not_registered = forms.CharField(
        label="Handsets not registered", required=False, help_text="Station numbers, such as 5111, 5112."
    )
    lines_down = forms.ModelMultipleChoiceField(
        label="Outside lines that are down",
        queryset=OutsideLine.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    version = forms.IntegerField(
        label="Configuration", min_value=1, required=False, help_text="Number of a version; empty: as it is now."
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        handsets = CallAppearance.objects.select_related("handset", "owner").order_by("station")
        lines = OutsideLine.objects.order_by("description")
        self.fields["caller"].choices = [  # type: ignore[attr-defined]
            ("", "choose"),
            ("A handset", [(line.station, _name(line)) for line in handsets]),
            ("Somebody outside, on", [(f"{LINE}{line.pk}", str(line)) for line in lines]),
        ]
        self.fields["person"].queryset = User.objects.filter(extension__isnull=False, is_active=True)  # type: ignore[attr-defined]
        self.fields["lines_down"].queryset = lines  # type: ignore[attr-defined]

    def clean_at(self) -> datetime:
        """Django reads it in its own zone, UTC; what is meant is the office's wall clock."""
        given = self.cleaned_data["at"]
        return given.replace(tzinfo=zone()) if given else timezone.now()

    def asked(self) -> Asked:
        sent = self.cleaned_data
        outside = sent["caller"].startswith(LINE)
        return Asked(
            dialled=sent["dialled"].strip(),
            station="" if outside else sent["caller"],
            line_id=int(sent["caller"].removeprefix(LINE)) if outside else None,
            from_number=sent["from_number"].strip(),
            at=sent["at"].timestamp(),
            as_now=sent["as_now"],
            presences={sent["person"].pk: Presence(sent["presence"])} if sent["person"] and sent["presence"] else {},
            in_use=_stations(sent["in_use"]),
            not_registered=_stations(sent["not_registered"]),
            lines_down=tuple(line.pk for line in sent["lines_down"]),
            version=sent["version"],
        )


def _name(line: CallAppearance) -> str:
    owner = f", {line.owner.label}" if line.owner else ""
    return f"{line.station} {line}{owner}"


@requires_link("reports.ask")
@never_cache
def ask_the_system(request: HttpRequest) -> HttpResponse:
    """Template context: form, answer (telephony.ask.answer.Answer, or None before anything was asked)."""
    form = AskForm(request.GET if "dialled" in request.GET else None)
    found, status = None, 200
    if form.is_bound:
        if form.is_valid():
            try:
                found = answer(form.asked())
            except ValidationError as error:
                form.add_error(None, error)
        status = 200 if found else 422
    return render(request, "reports/ask/ask.html", {"form": form, "answer": found}, status=status)
