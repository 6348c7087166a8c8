"""The comparison of three states of one form: what the second of two administrators is shown."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from portal.pages import conflict


class Lamp(forms.Form):
    name = forms.CharField(label="Name")
    colour = forms.ChoiceField(label="Colour", choices=(("r", "Red"), ("g", "Green")))
    bright = forms.BooleanField(label="Bright", required=False)
    secret = forms.CharField(label="Secret", widget=forms.PasswordInput)


BASE = {"name": "Hall", "colour": "r", "bright": True}


def merged(sent: dict[str, str], now: dict[str, Any]) -> tuple[QueryDict, dict[str, conflict.Note]]:
    data = QueryDict(mutable=True)
    data.update(sent)
    original = conflict.unsign(conflict.sign(Lamp(initial=BASE)))
    return conflict.merge(original, Lamp(data), Lamp(initial=now))


def test_what_only_they_changed_is_taken_and_said() -> None:
    data, notes = merged({"name": "Hall", "colour": "r", "bright": "on"}, {**BASE, "colour": "g"})
    assert data["colour"] == "g"
    assert notes["colour"].taken
    assert (notes["colour"].mine, notes["colour"].theirs) == ("Red", "Green")


def test_what_only_i_changed_stays_without_a_word() -> None:
    data, notes = merged({"name": "Cellar", "colour": "r", "bright": "on"}, BASE)
    assert data["name"] == "Cellar"
    assert notes == {}


def test_what_both_changed_stays_mine_with_theirs_beside_it() -> None:
    data, notes = merged({"name": "Cellar", "colour": "r", "bright": "on"}, {**BASE, "name": "Attic"})
    assert data["name"] == "Cellar"
    assert not notes["name"].taken
    assert (notes["name"].theirs, notes["name"].value) == ("Attic", "Attic")


def test_what_both_changed_alike_is_no_difference() -> None:
    _, notes = merged({"name": "Attic", "colour": "r", "bright": "on"}, {**BASE, "name": "Attic"})
    assert notes == {}


def test_a_check_box_they_cleared_is_cleared() -> None:
    data, notes = merged({"name": "Hall", "colour": "r", "bright": "on"}, {**BASE, "bright": False})
    assert "bright" not in data
    assert (notes["bright"].mine, notes["bright"].theirs) == ("yes", "no")


def test_a_secret_is_neither_signed_nor_compared() -> None:
    assert "secret" not in conflict.unsign(conflict.sign(Lamp(initial={**BASE, "secret": "s3cret"})))
    data, notes = merged({"name": "Hall", "colour": "r", "bright": "on", "secret": "typed"}, BASE)
    assert data["secret"] == "typed"
    assert notes == {}


def test_a_tampered_original_makes_every_difference_count() -> None:
    data = QueryDict(mutable=True)
    data.update({"name": "Cellar", "colour": "r", "bright": "on"})
    _, notes = conflict.merge(conflict.unsign("forged"), Lamp(data), Lamp(initial={**BASE, "name": "Attic"}))
    assert not notes["name"].taken
