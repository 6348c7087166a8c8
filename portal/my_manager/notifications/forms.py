"""Voicemail notification and escalation of one's own mailbox (S20-03..S20-10): a part of the administrator's user form,
with its fields, rules and sentences."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from portal.business.users.checks import EMPTY_LEVEL
from portal.business.users.forms import ERRORS_AT, UserForm, level_names
from portal.business.users.models import LEVELS, User

SMTP = ("smtp_server", "smtp_port", "smtp_encryption", "smtp_username", "smtp_password")
LEVEL_NAMES = tuple(level_names(number) for number in range(1, LEVELS + 1))
MINE = ("notification_mode", *(name for names in LEVEL_NAMES for name in names), *SMTP)


class NotificationsForm(forms.Form):
    def __init__(self, data: Any = None, instance: User | None = None) -> None:
        assert instance is not None
        whole = UserForm(instance=instance)
        super().__init__(data, initial={name: whole.initial.get(name) for name in MINE})
        self.fields = {name: whole.fields[name] for name in MINE}

    def values(self) -> dict[str, Any]:
        """Of a valid form: what `modify_user` calls `values`."""
        found = {name: self.cleaned_data[name] for name in ("notification_mode", *SMTP)}
        found["notification_levels"] = [
            dict(zip(EMPTY_LEVEL, (self.cleaned_data[name] for name in names), strict=True)) for names in LEVEL_NAMES
        ]
        return found

    def add_error(self, field: str | None, error: Any) -> None:
        """The service's sentences at the fields that are here, the rest above the form."""
        if field is None and isinstance(error, ValidationError) and hasattr(error, "error_dict"):
            for name, errors in error.error_dict.items():
                shown = ERRORS_AT.get(name, name)
                super().add_error(shown if shown in self.fields else None, errors)
            return
        super().add_error(field, error)
