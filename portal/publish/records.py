"""Audit rows of a change: one per field, secrets only as "changed"."""

from __future__ import annotations

from typing import Any

from django.db import models

from portal.publish.fields import EncryptedText

SECRET_NAMES = frozenset({"password", "pin_digest"})
UNRECORDED = frozenset({"id", "row_version", "created", "last_login"})
SILENT = frozenset({"template_values"})  # saved with something that is recorded (the template applied)
CHANGED = "changed"


def fields_of(obj: models.Model) -> dict[str, Any]:
    """Column values by field attname (`owner_id`, not `owner`)."""
    return {field.attname: getattr(obj, field.attname) for field in obj._meta.concrete_fields}


def is_secret(model: type[models.Model], attname: str) -> bool:
    return attname in SECRET_NAMES or isinstance(_field(model, attname), EncryptedText)


def label_of(model: type[models.Model], attname: str) -> str:
    field = _field(model, attname)
    return str(field.verbose_name).capitalize() if field else attname


def shown(model: type[models.Model], attname: str, value: Any) -> str:
    if is_secret(model, attname):
        return CHANGED if value else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    if value is not None and isinstance(field := _field(model, attname), models.ForeignKey):
        return str(field.related_model._default_manager.filter(pk=value).first() or value)
    return "" if value is None else str(value)


def _field(model: type[models.Model], attname: str) -> models.Field[Any, Any] | None:
    for field in model._meta.concrete_fields:
        if attname in (field.attname, field.name):
            return field
    return None
