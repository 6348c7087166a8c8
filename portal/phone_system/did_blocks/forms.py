"""Forms of DID blocks and routing plans."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from portal.phone_system.did_blocks import services
from portal.phone_system.did_blocks.models import DidBlock, DidLanguage, DidRoutingPlan
from portal.phone_system.did_blocks.numbers import known_extensions
from portal.phone_system.did_blocks.services import NamedNumber
from portal.phone_system.outside_lines.models import OutsideLine
from telephony.numbers.did import MOST_NUMBERS

BLANK_ROWS = 8  # for numbers to come; Update shows as many again
COLUMNS = ("number", "extension", "dnis", "language")


class BlockForm(forms.Form):
    first = forms.CharField(
        label="Starting Phone Number", max_length=24, help_text="With area code, as your carrier sends it."
    )
    count = forms.IntegerField(label="Total number of phone numbers", min_value=1, max_value=MOST_NUMBERS, initial=100)
    plan = forms.ModelChoiceField(
        label="Routing Plan",
        queryset=DidRoutingPlan.objects.none(),
        required=False,
        empty_label="a new one for this block",
    )
    lines = forms.ModelMultipleChoiceField(
        label="Used by",
        queryset=OutsideLine.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *, instance: DidBlock | None = None) -> None:
        initial = None
        if instance is not None:
            lines = [line.pk for line in instance.lines.all()]
            initial = {"first": instance.first, "count": instance.count, "plan": instance.plan_id, "lines": lines}
        super().__init__(data, initial=initial)
        self.instance = instance
        self.fields["plan"].queryset = DidRoutingPlan.objects.all()  # type: ignore[attr-defined]
        self.fields["lines"].queryset = OutsideLine.objects.order_by("description")  # type: ignore[attr-defined]
        if instance is not None:
            self.fields["plan"].empty_label = None  # type: ignore[attr-defined]


class PlanForm(forms.Form):
    """A row for every named number, and some empty ones: `number_3`, `extension_3`, `dnis_3`, `language_3`."""

    description = forms.CharField(label="Description", max_length=64)
    default_extension = forms.CharField(
        label="Default Extension",
        max_length=8,
        required=False,
        widget=forms.TextInput(attrs={"list": "known-extensions", "autocomplete": "off"}),
        help_text="Rings for every number of the blocks that has no row below.",
    )
    default_language = forms.ChoiceField(label="Default Language", choices=DidLanguage.choices)

    def __init__(self, data: Any = None, *, instance: DidRoutingPlan) -> None:
        initial = {name: getattr(instance, name) for name in services.PLAN_FIELDS}
        named = list(instance.numbers.all())
        self.rows = self._asked(data) if data is not None else len(named) + BLANK_ROWS
        for at, number in enumerate(named):
            initial.update({f"{name}_{at}": getattr(number, name) for name in COLUMNS})
        super().__init__(data, initial=initial)
        self.instance = instance
        self.known = known_extensions()
        for at in range(max(self.rows, len(named))):
            self._row(at)

    @staticmethod
    def _asked(data: Any) -> int:
        numbers = [int(tail) for name in data if name.startswith("number_") and (tail := name[7:]).isdecimal()]
        return min(max(numbers, default=-1) + 1, MOST_NUMBERS)

    def _row(self, at: int) -> None:
        choose = {"list": "known-extensions", "autocomplete": "off"}
        self.fields[f"number_{at}"] = forms.CharField(label="Number", max_length=24, required=False)
        self.fields[f"extension_{at}"] = forms.CharField(
            label="Extension", max_length=8, required=False, widget=forms.TextInput(attrs=choose)
        )
        self.fields[f"dnis_{at}"] = forms.CharField(label="DNIS Name", max_length=32, required=False)
        self.fields[f"language_{at}"] = forms.ChoiceField(
            label="Language", choices=DidLanguage.choices, required=False, initial=DidLanguage.SOURCE
        )

    def number_rows(self) -> list[list[forms.BoundField]]:
        rows = sum(name.startswith("number_") for name in self.fields)
        return [[self[f"{name}_{at}"] for name in COLUMNS] for at in range(rows)]

    def clean(self) -> dict[str, Any]:
        sent = super().clean() or {}
        known = {number for number, _ in self.known}
        for at in range(self.rows):
            extension = sent.get(f"extension_{at}", "")
            if (extension or sent.get(f"dnis_{at}")) and not sent.get(f"number_{at}"):
                self.add_error(f"number_{at}", "Which number?")
            if extension and extension not in known:
                self.add_error(f"extension_{at}", f"There is no extension {extension}.")
        if sent.get("default_extension") and sent["default_extension"] not in known:
            self.add_error("default_extension", f"There is no extension {sent['default_extension']}.")
        return sent

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in services.PLAN_FIELDS}

    def numbers(self) -> list[NamedNumber]:
        found = []
        for at in range(self.rows):
            row = {name: self.cleaned_data.get(f"{name}_{at}") or "" for name in COLUMNS}
            if row["number"]:
                found.append(NamedNumber(**{**row, "language": row["language"] or DidLanguage.SOURCE}))
        return found

    def add_error(self, field: str | None, error: Any) -> None:
        """The service says "numbers" for its rows; the sentence names the number."""
        if field is None and isinstance(error, ValidationError) and hasattr(error, "error_dict"):
            rows = error.error_dict.pop("numbers", [])
            for sentence in rows:
                super().add_error(None, sentence)
            if not error.error_dict:
                return
        super().add_error(field, error)
