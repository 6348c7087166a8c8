"""What the second of two administrators sees: a comparison of three states of one form.

`base` is what the form showed when it was opened (it travels with the form, signed), `mine` what was sent,
`theirs` what the row holds now. Field by field:

    mine = base, theirs different   → theirs is taken, and said so
    mine different, theirs = base   → mine stays
    both different from base        → mine stays in the field, theirs stands beside it with a button
so saving once more can lose nothing unseen, on either side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core import signing
from django.forms import BoundField
from django.http import QueryDict

SALT = "portal.pages.conflict"


@dataclass(frozen=True, slots=True)
class Note:
    """Said at a field. `value` is what the button puts into it; "" and `taken` when theirs is already there."""

    label: str
    mine: str
    theirs: str
    taken: bool
    field_id: str
    value: str


def sign(form: forms.Form) -> str:
    """The values this form shows, for the hidden field `original`. `form` must not be bound."""
    return signing.dumps({bound.name: _plain(bound.value()) for bound in _compared(form)}, salt=SALT)


def unsign(text: str) -> dict[str, str]:
    """Empty when it was tampered with or is missing: then every difference counts as one of both sides."""
    try:
        values: dict[str, str] = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return {}
    return values


def merge(base: Mapping[str, str], sent: forms.Form, now: forms.Form) -> tuple[QueryDict, dict[str, Note]]:
    """The data to show again, and the notes by field name. `sent` is bound to the request, `now` is not bound."""
    data = QueryDict(mutable=True)
    data.update(sent.data)  # type: ignore[arg-type]
    notes: dict[str, Note] = {}
    for bound in _compared(now):
        name, theirs_value = bound.name, bound.value()
        mine, theirs = _plain(sent[name].value()), _plain(theirs_value)
        if mine == theirs or theirs == base.get(name):
            continue
        taken = mine == base.get(name)
        if taken:
            _put(data, bound, theirs_value)
        notes[name] = Note(
            label=str(bound.label),
            mine=_shown(bound, mine),
            theirs=_shown(bound, theirs),
            taken=taken,
            field_id=str(bound.id_for_label),
            value="" if taken else theirs,
        )
    return data, notes


def _compared(form: forms.Form) -> Iterator[BoundField]:
    """Secrets are never shown, so they cannot be compared; what was typed for them stays as typed."""
    for bound in form:
        if not isinstance(bound.field.widget, forms.PasswordInput) and not bound.field.disabled:
            yield bound


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):  # a group of check boxes
        return " ".join(str(part) for part in value)
    return "" if value is None else str(value)


def _shown(bound: BoundField, plain: str) -> str:
    return shown_value(bound.field, plain)


def shown_value(field: forms.Field, value: Any) -> str:
    """As the page words it: the text of a choice, yes and no for a check box."""
    plain = _plain(value)
    if isinstance(field.widget, forms.CheckboxInput):
        return "yes" if plain == "True" else "no"
    if isinstance(field, forms.MultipleChoiceField):
        chosen = set(plain.split())
        return ", ".join(str(text) for key, text in field.choices if str(key) in chosen) or "none"
    if isinstance(field, forms.ChoiceField):
        return next((str(text) for key, text in field.choices if _plain(key) == plain), plain)
    return plain or "nothing"


def _put(data: QueryDict, bound: BoundField, value: Any) -> None:
    if isinstance(bound.field.widget, forms.CheckboxInput):
        data.pop(bound.html_name, None)
        if value:
            data[bound.html_name] = "on"
    elif isinstance(bound.field, forms.MultipleChoiceField):
        data.setlist(bound.html_name, list(value or ()))
    else:
        data[bound.html_name] = _plain(value)
