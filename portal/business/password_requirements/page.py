"""Business > Users > Password Requirements > modify (S08-04, S08-05)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from portal.business.password_requirements.forms import FIELDS, RequirementsForm
from portal.business.password_requirements.models import PasswordRequirements
from portal.pages.page import AdminPage, Section
from portal.pages.views import ModifyView
from portal.publish.change import By, Change, by_request, change


def modify_requirements(values: Mapping[str, Any], *, by: By, seen: int | None = None) -> Change:
    """Nobody's password changes: who logs in with one that is too weak now must choose another (lockout.py)."""
    PasswordRequirements.objects.get_or_create(pk=1)
    with change(by, "Modify password requirements") as work:
        row = work.lock(PasswordRequirements(pk=1), seen=seen, mine=values)
        for name, value in values.items():
            setattr(row, name, value)
        try:
            row.clean_fields(exclude=["id"])
        except ValidationError as error:
            raise ValidationError(error.message_dict) from error
        work.save(row)
    return work


def modify(request: HttpRequest, row: PasswordRequirements, form: forms.Form, seen: int) -> Change:
    values = {name: form.cleaned_data[name] for name in FIELDS}
    return modify_requirements(values, seen=seen, by=by_request(request))


PAGE = AdminPage(
    name="business.users.password_requirements",
    path="password-requirements/",
    menu="Business › Users",
    title="Password Requirements",
    singular="rule",
    icon="key",
    rows=PasswordRequirements.objects.all,
    columns=(),
    order=("pk",),
    modify_link="business.users.password_requirements",
    form=RequirementsForm,
    sections=(
        Section("", ("require_strong",)),
        Section(
            "Strong passwords",
            ("minimum_length", "require_lower", "require_upper", "require_digit", "require_special"),
            "These count while strong passwords are required. Passwords in use stay valid; whoever logs in with one "
            "that is too weak is asked for another first.",
        ),
    ),
    modify=modify,
)


class RequirementsView(ModifyView):
    """One row, so no number in its address."""

    template = "business/password_requirements/form.html"

    def get(self, request: HttpRequest, pk: int = 1) -> HttpResponse:
        return super().get(request, pk)

    def post(self, request: HttpRequest, pk: int = 1) -> HttpResponse:
        return super().post(request, pk)

    def row(self, pk: int) -> PasswordRequirements:
        return PasswordRequirements.objects.get_or_create(pk=1)[0]

    def list_url(self) -> str:
        return reverse("business.users")
