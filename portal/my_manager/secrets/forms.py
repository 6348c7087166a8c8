"""One's own password and PIN, either or both (S08-01)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest

from portal.access.forms import check_own_password, new_password_field
from portal.access.secrets import check_pin_rules, check_user_password, current_requirements
from portal.business.users.models import User
from telephony.numbers import pin


class OwnSecretsForm(forms.Form):
    old_password = forms.CharField(
        label="Current password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="So that nobody can change them at a browser you left open.",
    )
    new_password = new_password_field("New password", required=False)
    confirm_password = new_password_field("Confirm new password", required=False)
    new_pin = forms.CharField(label="New PIN", required=False)
    confirm_pin = forms.CharField(label="Confirm new PIN", required=False)

    def __init__(self, *args: Any, user: User, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.request = user, request
        self.fields["new_password"].help_text = f"{current_requirements().sentence()} Leave empty to keep it."
        self.fields["new_pin"].help_text = f"{pin.SHORTEST} to {pin.LONGEST} digits. Leave empty to keep it."
        for name in ("new_pin", "confirm_pin"):
            self.fields[name].widget = forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def clean_old_password(self) -> str:
        old: str = self.cleaned_data["old_password"]
        check_own_password(self.request, self.user, old)
        return old

    def clean_new_password(self) -> str:
        new: str = self.cleaned_data["new_password"]
        if new:
            check_user_password(new)
            if new == self.cleaned_data.get("old_password"):
                raise forms.ValidationError("The new password must differ from the current one.")
        return new

    def clean_new_pin(self) -> str:
        pin: str = self.cleaned_data["new_pin"]
        if pin:
            check_pin_rules(pin)
        return pin

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for what, confirm in (("new_password", "confirm_password"), ("new_pin", "confirm_pin")):
            if what in cleaned and cleaned.get(confirm, "") != cleaned[what]:
                self.add_error(confirm, "The two entries differ. Type the new one twice.")
        if not self.errors and not cleaned["new_password"] and not cleaned["new_pin"]:
            self.add_error(None, "Enter a new password, a new PIN, or both.")
        return cleaned
