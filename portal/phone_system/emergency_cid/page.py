"""Phone System > Emergency CID (S23-04..S23-09): the numbers, and which handset shows which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from portal.access.guard import requires_link
from portal.pages.page import Action, AdminPage, Column, Linked, Section, Use
from portal.pages.urls import page_urls
from portal.pages.views import ListView
from portal.phone_system.emergency.services import current
from portal.phone_system.emergency_cid import services
from portal.phone_system.emergency_cid.models import EmergencyCallerId
from portal.phone_system.handsets.models import CallAppearance
from portal.phone_system.outside_lines.models import OutsideLine
from portal.publish.change import Change, by_request
from portal.publish.errors import Conflict, Refused

ASSIGN = "phone_system.emergency_cid.modify_all"


class CallerIdForm(forms.Form):
    number = forms.CharField(
        label="Caller ID number", max_length=24, help_text="A number your provider lets you send with emergency calls."
    )
    location = forms.CharField(
        label="Location", max_length=100, help_text="Where help shall come to: building, floor, room."
    )
    first_line = forms.ModelChoiceField(
        label="Outside line tried first",
        queryset=OutsideLine.objects.none(),
        required=False,
        empty_label="any line that carries emergency calls",
        help_text="Whatever you choose, the other lines that carry emergency calls follow.",
    )

    def __init__(self, data: Any = None, *, instance: EmergencyCallerId | None = None) -> None:
        shown = {name: getattr(instance, name) for name in services.FIELDS} if instance else None
        super().__init__(data, initial=shown)
        self.instance = instance
        self.fields["first_line"].queryset = OutsideLine.objects.order_by("description")  # type: ignore[attr-defined]


def form(data: Any, row: EmergencyCallerId | None) -> CallerIdForm:
    return CallerIdForm(data, instance=row)


def add(request: HttpRequest, form: forms.Form) -> tuple[EmergencyCallerId, Change]:
    return services.add_caller_id(form.cleaned_data, by=by_request(request))


def modify(request: HttpRequest, row: EmergencyCallerId, form: forms.Form, seen: int) -> Change:
    return services.modify_caller_id(row, form.cleaned_data, seen=seen, by=by_request(request))


def delete(request: HttpRequest, row: EmergencyCallerId, seen: int) -> Change:
    return services.delete_caller_id(row, seen=seen, by=by_request(request))


def uses(row: EmergencyCallerId) -> Sequence[Use]:
    return [
        Use(
            f"The handset {line} ({line.station}) shows it with emergency calls.",
            reverse("phone_system.handsets.modify", args=[line.pk]),
        )
        for line in row.appearances.select_related("handset")
    ]


def _url(name: str) -> Any:
    return lambda row: reverse(name, args=[row.pk])


def _number(row: EmergencyCallerId) -> Linked:
    modify_link = "phone_system.emergency_cid.modify"
    return Linked(row.number, reverse(modify_link, args=[row.pk]), modify_link)


PAGE = AdminPage(
    name="phone_system.emergency_cid",
    path="emergency-cid/",
    menu="Phone System",
    title="Emergency CID",
    singular="caller ID number",
    plural="caller ID numbers",
    icon="warning",
    lead="What the emergency centre sees when a handset calls for help, and the place it stands for.",
    rows=lambda: EmergencyCallerId.objects.select_related("first_line").annotate(handsets=Count("appearances")),
    objects=lambda: EmergencyCallerId.objects.all(),
    order=("location", "number"),
    columns=(
        Column("Caller ID", _number, sort=("number",), template="pages/cells/link.html", css="num"),
        Column("Location", lambda row: row.location, sort=("location",)),
        Column("Tried first", lambda row: row.first_line or "any line that carries emergency calls"),
        Column("Handsets", lambda row: row.handsets, sort=("handsets",), css="num"),
    ),
    search=("number__icontains", "location__icontains"),
    search_hint="Number or location",
    actions=(
        Action("Modify", "edit", "phone_system.emergency_cid.modify", _url("phone_system.emergency_cid.modify")),
        Action(
            "Delete",
            "trash",
            "phone_system.emergency_cid.delete",
            _url("phone_system.emergency_cid.delete"),
            danger=True,
        ),
    ),
    empty_title="No emergency caller IDs yet",
    empty_text="Without one the emergency centre sees the number of the outside line, wherever the handset stands.",
    add_link="phone_system.emergency_cid.add",
    add_title="add new caller ID number",
    modify_link="phone_system.emergency_cid.modify",
    delete_link="phone_system.emergency_cid.delete",
    form=form,
    sections=(
        Section(
            "",
            services.FIELDS,
            "Agree every number with your provider. Then call the emergency centre from a handset that uses it, say "
            "that it is a test, and ask: does the call arrive at the right centre, and does it see this location by "
            "itself?",
        ),
    ),
    add=add,
    modify=modify,
    delete=delete,
    uses=uses,
    delete_text="Handsets must not use it any more.",
)


class EmergencyCidView(ListView):
    """Template context besides the list's: handsets, entries, settings."""

    template = "phone_system/emergency_cid/list.html"

    def extra(self) -> dict[str, Any]:
        return {
            "handsets": CallAppearance.objects.select_related("handset", "owner", "emergency_cid"),
            "entries": EmergencyCallerId.objects.all(),
            "settings": current(),
        }


@requires_link(ASSIGN)
@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    chosen, stations = request.POST.get("entry", ""), request.POST.getlist("station")
    entry = EmergencyCallerId.objects.filter(pk=int(chosen)).first() if chosen.isdecimal() else None
    if not stations:
        messages.error(request, "Tick the handsets first.")
    elif chosen and entry is None:
        messages.error(request, "This caller ID number does not exist any more: choose another one.")
    else:
        try:
            work = services.assign(entry, stations, by=by_request(request))
        except (Conflict, Refused) as error:
            messages.error(request, str(error))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, work.outcome)
    return redirect("phone_system.emergency_cid")


urlpatterns: list[URLPattern] = [
    path("emergency-cid/handsets/", assign, name="phone_system.emergency_cid.assign"),
    *page_urls(PAGE, list_view=EmergencyCidView),
]
