"""Phone System > Speed Dial (S18-27)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import URLPattern, reverse

from portal.pages.page import Action, AdminPage, Column, Linked, Section
from portal.pages.urls import page_urls
from portal.phone_system.speed_dial import services
from portal.phone_system.speed_dial.models import SpeedDialNumber
from portal.publish.change import Change, by_request

NAME = "phone_system.speed_dial"


class SpeedDialForm(forms.Form):
    entry = forms.TypedChoiceField(label="Speed Dial Number", coerce=int)
    description = forms.CharField(label="Description", max_length=64)
    target = forms.CharField(
        label="Number to Dial",
        max_length=48,
        help_text="As a telephone of the office dials it: 102 for an extension, 9 15854213850 for a number outside.",
    )

    def __init__(self, data: Any = None, *, instance: SpeedDialNumber | None = None) -> None:
        names = ("entry", "description", "target")
        super().__init__(data, initial={name: getattr(instance, name) for name in names} if instance else None)
        self.fields["entry"].choices = services.free(but=instance)  # type: ignore[attr-defined]


def form(data: Any, row: SpeedDialNumber | None) -> SpeedDialForm:
    return SpeedDialForm(data, instance=row)


def add(request: HttpRequest, form: forms.Form) -> tuple[SpeedDialNumber, Change]:
    return services.add_speed_dial(form.cleaned_data, by=by_request(request))


def modify(request: HttpRequest, row: SpeedDialNumber, form: forms.Form, seen: int) -> Change:
    return services.modify_speed_dial(row, form.cleaned_data, seen=seen, by=by_request(request))


def delete(request: HttpRequest, row: SpeedDialNumber, seen: int) -> Change:
    return services.delete_speed_dial(row, seen=seen, by=by_request(request))


def _url(name: str) -> Callable[[SpeedDialNumber], str]:
    return lambda row: reverse(name, args=[row.pk])


PAGE = AdminPage(
    name=NAME,
    path="speed-dial/",
    menu="Phone System",
    title="Speed Dial",
    singular="speed dial number",
    plural="speed dial numbers",
    icon="list",
    lead="Short numbers of the whole office. The rights of the telephone that dials one count as if it had dialled the "
    "number behind it.",
    rows=SpeedDialNumber.objects.all,
    order=("entry",),
    label=lambda row: f"{services.number(row)} {row.description}",
    columns=(
        Column(
            "Number",
            lambda row: Linked(services.number(row), _url(f"{NAME}.modify")(row), f"{NAME}.modify"),
            sort=("entry",),
            template="pages/cells/link.html",
            css="num",
        ),
        Column("Description", lambda row: row.description, sort=("description",)),
        Column("Number to Dial", lambda row: row.target, sort=("target",), css="num"),
    ),
    search=("description__icontains", "target__contains"),
    search_hint="Description or number to dial",
    actions=(
        Action("Modify", "edit", f"{NAME}.modify", _url(f"{NAME}.modify")),
        Action("Delete", "trash", f"{NAME}.delete", _url(f"{NAME}.delete"), danger=True),
    ),
    empty_title="No speed dial numbers yet",
    empty_text="A speed dial number is a short number that every telephone can dial instead of a long one.",
    add_link=f"{NAME}.add",
    add_title="add new speed dial number",
    modify_link=f"{NAME}.modify",
    delete_link=f"{NAME}.delete",
    form=form,
    sections=(Section("", ("entry", "description", "target")),),
    add=add,
    modify=modify,
    delete=delete,
    delete_text="Whoever dials it is told that it is not in use.",
)
urlpatterns: list[URLPattern] = page_urls(PAGE)
