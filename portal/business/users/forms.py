"""Add and modify a user (S08-09, S09-31). One form: modifying needs no password, and knows the mailbox settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from portal.access.forms import new_password_field
from portal.access.secrets import DEFAULT_PIN, check_password_rules, check_pin_rules
from portal.business.users.models import User
from portal.business.users.services import MODIFIABLE, NewUser, check_login_name
from portal.phone_system.extensions.services import check_number

NAMES = ("first_name", "middle_name", "last_name", "username", "extension")
SECRETS = ("password", "confirm_password", "pin", "confirm_pin", "require_password_change", "require_pin_change")
MAILBOX = ("voicemail_enabled", "max_voicemails", "max_message_seconds", "end_by_silence", "operator_extension")
KEEP = "Leave empty to keep it."


class UserForm(forms.Form):
    first_name = forms.CharField(label="First name", max_length=64, required=False)
    middle_name = forms.CharField(label="Middle name", max_length=64, required=False)
    last_name = forms.CharField(label="Last name", max_length=64, required=False)
    username = forms.CharField(label="Login name", max_length=64)
    extension = forms.CharField(label="Extension", max_length=4)
    password = new_password_field("Password")
    confirm_password = new_password_field("Confirm password")
    pin = forms.CharField(label="PIN", max_length=8, initial=DEFAULT_PIN)
    confirm_pin = forms.CharField(label="Confirm PIN", max_length=8, required=False)
    require_password_change = forms.BooleanField(label="Require Password Change", required=False, initial=True)
    require_pin_change = forms.BooleanField(label="Require PIN Change", required=False, initial=True)
    voicemail_enabled = forms.BooleanField(label="Enable Voicemail", required=False)
    max_voicemails = forms.IntegerField(label="Maximum Number of Voicemails", min_value=1, max_value=1000)
    max_message_seconds = forms.IntegerField(
        label="Call Answering maximum message recording time", min_value=10, max_value=3600, help_text="Seconds."
    )
    end_by_silence = forms.BooleanField(label="End Message recording (Voice Activity Detection)", required=False)
    operator_extension = forms.CharField(
        label="Operator Extension",
        max_length=4,
        required=False,
        help_text="Reached by pressing 0 while leaving a message.",
    )

    def __init__(self, data: Any = None, *, instance: User | None = None) -> None:
        super().__init__(data, initial=_initial(instance) if instance else None)
        self.instance = instance
        if instance is None:
            for name in (*MAILBOX, "confirm_pin"):
                del self.fields[name]
            return
        for name in ("password", "confirm_password", "pin"):
            self.fields[name].required = False
        self.fields["password"].help_text = self.fields["pin"].help_text = KEEP
        self.fields["pin"].initial = None
        if instance.is_server_administrator:  # not a phone user (S26-11)
            for name in ("extension", "pin", "confirm_pin", "require_pin_change", *MAILBOX):
                del self.fields[name]

    def clean_username(self) -> str:
        check_login_name(self.cleaned_data["username"])
        return str(self.cleaned_data["username"])

    def clean_extension(self) -> str:
        check_number(self.cleaned_data["extension"])
        return str(self.cleaned_data["extension"])

    def clean_password(self) -> str:
        if password := self.cleaned_data["password"]:
            check_password_rules(password)
        return str(password)

    def clean_pin(self) -> str:
        if pin := self.cleaned_data["pin"]:
            check_pin_rules(pin)
        return str(pin)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for secret, confirm in (("password", "confirm_password"), ("pin", "confirm_pin")):
            if secret in cleaned and confirm in self.fields and cleaned.get(confirm, "") != cleaned[secret]:
                self.add_error(confirm, ValidationError("The two entries differ. Type it twice."))
        return cleaned

    def new_user(self) -> NewUser:
        """Of a valid form without an instance."""
        cleaned = {name: value for name, value in self.cleaned_data.items() if not name.startswith("confirm_")}
        return NewUser(**cleaned)

    def values(self) -> dict[str, Any]:
        """Of a valid form with an instance: what `modify_user` calls `values`."""
        return {name: value for name, value in self.cleaned_data.items() if name in MODIFIABLE}

    def secrets(self) -> dict[str, str | None]:
        """The other arguments of `modify_user`."""
        return {name: self.cleaned_data.get(name) or None for name in ("extension", "password", "pin")}


def _initial(user: User) -> dict[str, Any]:
    initial = {name: getattr(user, name) for name in MODIFIABLE}
    initial["extension"] = user.extension.number if hasattr(user, "extension") else ""
    return initial
