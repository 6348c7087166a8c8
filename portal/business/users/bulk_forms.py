"""Bulk Edit: tick users, tick what to change."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from portal.business.user_templates.forms import setting_fields
from portal.business.user_templates.models import SETTINGS, UserTemplate, factory_settings
from portal.business.users.models import User


class BulkForm(forms.Form):
    """`change_<setting>` says that a setting is to be changed; its value lies in `<setting>`."""

    users = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(), error_messages={"required": "Tick at least one user."}
    )
    template = forms.ModelChoiceField(label="Template", queryset=None, required=False, empty_label="keep as it is")
    how = forms.ChoiceField(
        label="How",
        choices=(("merge", "Merge: keep own settings"), ("set", "Set: all as the template")),
        required=False,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial=factory_settings())
        self.fields["users"].queryset = User.objects.filter(is_server_administrator=False)  # type: ignore[attr-defined]
        self.fields["template"].queryset = UserTemplate.objects.all()  # type: ignore[attr-defined]
        for name, field in setting_fields().items():
            self.fields[f"change_{name}"] = forms.BooleanField(label=f"Change {field.label}", required=False)
            chosen = bool(self.data.get(f"change_{name}"))
            field.required = field.required and chosen
            field.disabled = self.is_bound and not chosen  # what is not to be changed is not looked at
            self.fields[name] = field

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not self.values() and not cleaned.get("template"):
            raise ValidationError("Tick what is to be changed, or choose a template.")
        return cleaned

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in SETTINGS if self.cleaned_data.get(f"change_{name}")}

    def rows(self) -> list[tuple[Any, Any]]:
        """(tick, field) of every setting, for the template."""
        return [(self[f"change_{name}"], self[name]) for name in SETTINGS]


class ImportForm(forms.Form):
    file = forms.FileField(label="CSV file", help_text="As Export writes it; UTF-8, at most 1 MB and 1000 users.")
