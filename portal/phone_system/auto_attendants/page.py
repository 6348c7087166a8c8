"""Phone System > Auto Attendants: the nine with their settings (S26-03)."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest
from django.urls import reverse

from portal.pages.page import Action, AdminPage, Column, Linked, Section
from portal.phone_system.auto_attendants import services
from portal.phone_system.auto_attendants.forms import AttendantForm
from portal.phone_system.auto_attendants.models import SHORTCUT_FIELDS, AutoAttendant
from portal.publish.change import Change, by_request


def modify(request: HttpRequest, row: AutoAttendant, form: forms.Form, seen: int) -> Change:
    assert isinstance(form, AttendantForm)
    return services.modify_attendant(row, form.values(), seen=seen, by=by_request(request))


def _menus(row: AutoAttendant) -> str:
    found = [
        title
        for title, on in (("by name", row.dial_by_name), ("directory", row.directory), ("speed dial", row.speed_dials))
        if on
    ]
    return ", ".join(found) or "none"


def _shortcuts(row: AutoAttendant) -> str:
    operator = services.dial_plan().operator
    return (
        ", ".join(
            f"{digit} → {'operator' if target == operator else target}" for digit, target in row.shortcuts().items()
        )
        or "none"
    )


def _recorded(row: AutoAttendant) -> str:
    greetings = [name for name in row.recorded if name != "c"]
    said = [f"greeting{'s' if len(greetings) > 1 else ''} {', '.join(greetings)}"] if greetings else []
    return ", ".join([*said, *(["custom message"] if "c" in row.recorded else [])]) or "built-in greetings"


def _number(row: AutoAttendant) -> Linked:
    text = services.number_of(row)
    url = reverse("phone_system.auto_attendants.modify", args=[row.pk])
    return Linked(f"{text}, 400" if row.is_default else text, url, "phone_system.auto_attendants.modify")


PAGE = AdminPage(
    name="phone_system.auto_attendants",
    path="auto-attendants/",
    menu="Phone System",
    title="Auto Attendants",
    singular="auto attendant",
    icon="voicemail",
    rows=lambda: AutoAttendant.objects.select_related("schedule"),
    order=("number",),
    lead="An attendant answers, greets and lets callers reach people. Lead a line to one, or dial its number.",
    columns=(
        Column("Number", _number, sort=("number",), template="pages/cells/link.html", css="num"),
        Column("Description", lambda row: row.name, sort=("name",)),
        Column("Schedule", lambda row: row.schedule or "Schedule 0"),
        Column("Menus", _menus),
        Column("Shortcuts", _shortcuts),
        Column("Default extension", lambda row: row.default_extension or "none"),
        Column("Recordings", _recorded),
    ),
    search=("name__icontains",),
    search_hint="Description",
    actions=(
        Action(
            "Modify",
            "edit",
            "phone_system.auto_attendants.modify",
            lambda row: reverse("phone_system.auto_attendants.modify", args=[row.pk]),
        ),
        Action(
            "Recordings",
            "voicemail",
            "phone_system.auto_attendants.recordings",
            lambda row: f"{reverse('phone_system.auto_attendants.recordings')}#attendant-{row.number}",
        ),
    ),
    modify_link="phone_system.auto_attendants.modify",
    form=AttendantForm,
    sections=(
        Section("", ("name", "is_default", "schedule")),
        Section("Dial by name", ("dial_by_name", "dial_by_name_prompt", "spell_by")),
        Section("Directory", ("directory", "directory_prompt", "directory_order")),
        Section("Other prompts", ("dial_now_prompt", "repeat_prompt", "end_call_prompt")),
        Section(
            "Where callers get to",
            ("default_extension", "speed_dials"),
        ),
        Section(
            "Shortcuts",
            SHORTCUT_FIELDS,
            "One digit reaches an extension, the operator or another attendant. Empty: the digit does nothing.",
        ),
    ),
    modify=modify,
)
