from __future__ import annotations

from typing import Any

from django import forms

from portal.access.secrets import PASSWORD_MAX, STRONG_MIN
from portal.business.password_requirements.models import PasswordRequirements

FIELDS = ("require_strong", "minimum_length", "require_lower", "require_upper", "require_digit", "require_special")


class RequirementsForm(forms.Form):
    """S08-04."""

    require_strong = forms.BooleanField(
        label="Require Strong Passwords", required=False, help_text="Off: 4 to 128 characters of any kind."
    )
    minimum_length = forms.IntegerField(
        label="Minimum length",
        min_value=STRONG_MIN,
        max_value=PASSWORD_MAX,
        help_text=f"{STRONG_MIN} to {PASSWORD_MAX}.",
        error_messages={
            "min_value": f"The minimum length is a number from {STRONG_MIN} to {PASSWORD_MAX}.",
            "max_value": f"The minimum length is a number from {STRONG_MIN} to {PASSWORD_MAX}.",
        },
    )
    require_lower = forms.BooleanField(label="Require lower case", required=False)
    require_upper = forms.BooleanField(label="Require upper case", required=False)
    require_digit = forms.BooleanField(label="Require numeric", required=False)
    require_special = forms.BooleanField(label="Require special character(s)", required=False)

    def __init__(self, data: Any = None, instance: PasswordRequirements | None = None) -> None:
        super().__init__(data, initial={name: getattr(instance, name) for name in FIELDS} if instance else None)
