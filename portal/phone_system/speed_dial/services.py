"""What is done with speed dial numbers. Raises ValidationError, Conflict or Refused; then nothing was saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from portal.phone_system.auto_attendants.services import dial_plan
from portal.phone_system.speed_dial.models import SpeedDialNumber
from portal.publish.change import By, Change, change
from telephony.messages.snapshot import Emergency
from telephony.numbers.internal import clean, meaning
from telephony.numbers.meaning import NotYet, SpeedDial, Unknown
from telephony.numbers.speed_dial import entries, number_of

FIELDS = frozenset({"entry", "description", "target"})


def number(row: SpeedDialNumber) -> str:
    """What is dialled for it."""
    return number_of(row.entry, dial_plan().speed_dial)


def free(*, but: SpeedDialNumber | None = None) -> list[tuple[int, str]]:
    """Entries nobody has, with the number of each."""
    taken = set(SpeedDialNumber.objects.exclude(pk=but.pk if but else None).values_list("entry", flat=True))
    digit = dial_plan().speed_dial
    return [(entry, number_of(entry, digit)) for entry in entries() if entry not in taken]


def add_speed_dial(values: Mapping[str, Any], *, by: By) -> tuple[SpeedDialNumber, Change]:
    row = SpeedDialNumber()
    with change(by, "Add speed dial number") as work:
        _fill(row, values)
        work.add(row)
    return row, work


def modify_speed_dial(row: SpeedDialNumber, values: Mapping[str, Any], *, by: By, seen: int | None = None) -> Change:
    with change(by, f"Modify speed dial number {row}") as work:
        row = work.lock(row, seen=seen, mine=values)
        _fill(row, values)
        work.save(row)
    return work


def delete_speed_dial(row: SpeedDialNumber, *, by: By, seen: int | None = None) -> Change:
    with change(by, f"Delete speed dial number {row}") as work:
        work.delete(work.lock(row, seen=seen))
    return work


def _fill(row: SpeedDialNumber, values: Mapping[str, Any]) -> None:
    if unknown := values.keys() - FIELDS:
        raise ValueError(f"not a setting of a speed dial number: {sorted(unknown)}")
    for name, value in values.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.target = clean(row.target)
    wrong: dict[str, list[str]] = {}
    if row.entry not in entries():
        wrong["entry"] = ["There is no such speed dial number."]
    elif SpeedDialNumber.objects.filter(entry=row.entry).exclude(pk=row.pk).exists():
        wrong["entry"] = [f"The speed dial number {number(row)} is in use already. Choose another one."]
    if not row.description:
        wrong["description"] = ["Describe the number: whom does it call?"]
    found = meaning(row.target, dial_plan(), Emergency())
    if isinstance(found, Unknown):
        wrong["target"] = [f"Give the number as a telephone of the office dials it. {found.reason}"]
    elif isinstance(found, SpeedDial):
        wrong["target"] = ["A speed dial number cannot dial another one."]
    elif isinstance(found, NotYet):
        wrong["target"] = [f"This number is for {found.function}, which this version does not have."]
    if wrong:
        raise ValidationError(wrong)
