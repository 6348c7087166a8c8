"""Template tags of the face: icons of our own sprite, nothing that decides."""

from __future__ import annotations

from functools import cache

from django import forms, template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.pages.conflict import Note

register = template.Library()

NOTE_ICONS = {"success": "check", "warning": "warning", "error": "error"}


@register.simple_tag
@cache  # a list has a hundred of them
def icon(name: str) -> SafeString:
    """One symbol of static/img/icons.svg. Always decoration: the words beside it say what it means."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("img/icons.svg"), name
    )


@register.simple_tag
def note_icon(level: str) -> SafeString:
    return icon(NOTE_ICONS.get(level, "info"))


@register.simple_tag
def widget(field: BoundField) -> SafeString:
    """The input of a form field, with Tabler's class for its kind. Django adds the aria attributes."""
    return field.as_widget(attrs={"class": css_class(field.field.widget)})


def css_class(kind: forms.Widget) -> str:
    if isinstance(kind, forms.CheckboxInput | forms.RadioSelect):  # a group of check boxes is a RadioSelect, too
        return "form-check-input"
    return "form-select" if isinstance(kind, forms.Select) else "form-control"


@register.filter
def is_check(field: BoundField) -> bool:
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_group(field: BoundField) -> bool:
    """Several check boxes or radio buttons under one label."""
    return isinstance(field.field.widget, forms.RadioSelect)


@register.simple_tag
def note_for(notes: dict[str, Note] | str, field: BoundField) -> Note | None:
    """The note of a conflicting edit at this field; `notes` is "" on pages without one."""
    return notes.get(field.name) if isinstance(notes, dict) else None
