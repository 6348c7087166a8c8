"""Add a generic SIP handset, modify one of its lines (S10-33, S10-35)."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.access.forms import new_password_field
from portal.access.secrets import check_password_rules
from portal.business.users.models import User
from portal.phone_system.emergency_cid.models import EmergencyCallerId
from portal.phone_system.handsets.models import CallAppearance
from portal.phone_system.handsets.services import MAX_LINES, NewHandset, check_login_id


def _owners() -> Any:
    """Phone users: those with an extension."""
    return User.objects.filter(extension__isnull=False, is_active=True)


class _LineForm(forms.Form):
    description = forms.CharField(label="Description", max_length=64)
    login_id = forms.CharField(
        label="Login ID", max_length=64, help_text="Typed into the phone; every phone has its own."
    )
    password = new_password_field("Password")
    owner = forms.ModelChoiceField(label="Owner", queryset=User.objects.none(), required=False, empty_label="nobody")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = _owners()

    def clean_login_id(self) -> str:
        check_login_id(self.cleaned_data["login_id"])
        return str(self.cleaned_data["login_id"])

    def clean_password(self) -> str:
        if password := self.cleaned_data["password"]:
            check_password_rules(password)
        return str(password)


class GenericHandsetForm(_LineForm):
    """add new Generic SIP Handset."""

    lines = forms.IntegerField(label="Number of Lines", min_value=1, max_value=MAX_LINES, initial=1)
    field_order = ("description", "lines", "login_id", "password", "owner")

    def __init__(self, data: Any = None, *, instance: None = None) -> None:
        super().__init__(data)

    def new_handset(self) -> NewHandset:
        return NewHandset(**self.cleaned_data)


class AppearanceForm(_LineForm):
    """Modify one line. Saved with `modify_appearance(line, form.values(), password=form.password())`."""

    emergency_cid = forms.ModelChoiceField(
        label="Emergency Caller ID",
        queryset=EmergencyCallerId.objects.none(),
        required=False,
        empty_label="the outside line's own number",
        help_text="What the emergency centre sees, and where help is sent.",
    )

    def __init__(self, data: Any = None, *, instance: CallAppearance) -> None:
        shown = ("description", "login_id", "owner", "emergency_cid")
        initial = {name: getattr(instance, name) for name in shown}
        super().__init__(data, initial=initial)
        self.instance = instance
        self.fields["emergency_cid"].queryset = EmergencyCallerId.objects.all()  # type: ignore[attr-defined]
        self.fields["password"].required = False
        self.fields["password"].help_text = "Leave empty to keep it."

    def values(self) -> dict[str, Any]:
        owner, place = self.cleaned_data["owner"], self.cleaned_data["emergency_cid"]
        return {
            "description": self.cleaned_data["description"],
            "login_id": self.cleaned_data["login_id"],
            "owner_id": owner.pk if owner else None,
            "emergency_cid_id": place.pk if place else None,
        }

    def password(self) -> str | None:
        return self.cleaned_data["password"] or None
