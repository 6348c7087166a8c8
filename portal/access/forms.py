"""Log in, and change one's own password and PIN."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest

from portal.access.lockout import LockedOut, is_own_password
from portal.access.secrets import check_pin_rules, check_user_password, current_requirements
from portal.business.users.models import User


def new_password_field(label: str, *, required: bool = True) -> forms.CharField:
    """Spaces count (S08-02), so they are not stripped."""
    return forms.CharField(
        label=label,
        strip=False,
        required=required,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


def check_own_password(request: HttpRequest, user: User, password: str) -> None:
    try:
        right = is_own_password(request, user, password)
    except LockedOut as error:
        raise forms.ValidationError(str(error)) from error
    if not right:
        raise forms.ValidationError("This is not your current password.")


class LoginForm(forms.Form):
    username = forms.CharField(
        label="Login name",
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class ChangeSecretsForm(forms.Form):
    """Asks for what must be changed; for the password alone when nothing must (own wish)."""

    old_password = forms.CharField(
        label="Current password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, *args: Any, user: User, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.request = user, request
        self.asks_password = user.require_password_change or not user.require_pin_change
        self.asks_pin = user.require_pin_change
        if self.asks_password:
            self.fields["new_password"] = new_password_field("New password")
            self.fields["new_password"].help_text = current_requirements().sentence()
            self.fields["confirm_password"] = new_password_field("Confirm new password")
        if self.asks_pin:
            digits = {"inputmode": "numeric", "autocomplete": "off"}
            for name, label in (("new_pin", "New PIN"), ("confirm_pin", "Confirm new PIN")):
                self.fields[name] = forms.CharField(label=label, widget=forms.PasswordInput(attrs=digits))

    def clean_old_password(self) -> str:
        old: str = self.cleaned_data["old_password"]
        check_own_password(self.request, self.user, old)
        return old

    def clean_new_password(self) -> str:
        new: str = self.cleaned_data["new_password"]
        check_user_password(new)
        if new == self.cleaned_data.get("old_password"):
            raise forms.ValidationError("The new password must differ from the current one.")
        return new

    def clean_new_pin(self) -> str:
        pin: str = self.cleaned_data["new_pin"]
        check_pin_rules(pin)
        return pin

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for what, confirm in (("new_password", "confirm_password"), ("new_pin", "confirm_pin")):
            if what in cleaned and cleaned.get(confirm) != cleaned[what]:
                self.add_error(confirm, "The two entries differ. Type the new one twice.")
        return cleaned
