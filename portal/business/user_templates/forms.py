"""The settings a template holds, as form fields: on the user's page and on the template's."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from portal.business.user_templates.apply import plain
from portal.business.user_templates.fields import SeveralField
from portal.business.user_templates.models import SETTINGS, TemplateSettings, UserTemplate


def setting_field(field: models.Field[Any, Any]) -> forms.Field:
    """Of a column: its label, hint, limits and choices."""
    about: dict[str, Any] = {"label": str(field.verbose_name), "help_text": field.help_text}
    if isinstance(field, SeveralField):
        words = [(word, word) for word in field.words]
        return forms.MultipleChoiceField(choices=words, required=False, widget=forms.CheckboxSelectMultiple, **about)
    if isinstance(field, models.BooleanField):
        return forms.BooleanField(required=False, **about)
    if field.choices:
        return forms.ChoiceField(choices=field.choices, **about)
    if isinstance(field, models.IntegerField):
        least, most = (validator.limit_value for validator in field.validators[:2])
        return forms.IntegerField(min_value=least, max_value=most, **about)
    return forms.CharField(max_length=field.max_length, required=False, **about)


def setting_fields() -> dict[str, forms.Field]:
    return {field.name: setting_field(field) for field in TemplateSettings._meta.local_fields}


class TemplateForm(forms.Form):
    name = forms.CharField(label="Name", max_length=64)

    def __init__(self, data: Any = None, *, instance: UserTemplate | None = None) -> None:
        initial = {name: plain(getattr(instance, name)) for name in ("name", *SETTINGS)} if instance else None
        super().__init__(data, initial=initial)
        self.fields.update(setting_fields())
        if instance is not None and instance.is_default:
            for field in self.fields.values():
                field.disabled = True

    def clean_operator_extension(self) -> str:
        number = str(self.cleaned_data["operator_extension"])
        if number and not number.isdigit():
            raise ValidationError("An extension has digits only.")
        return number

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in SETTINGS}
