"""What is done with emergency caller IDs. Raises ValidationError (field → sentences), Conflict or Refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse

from portal.phone_system.emergency_cid.models import EmergencyCallerId
from portal.phone_system.handsets.models import CallAppearance
from portal.publish.change import By, Change, change
from portal.publish.errors import Reason, Refused

FIELDS = ("number", "location", "first_line")
NUMBER = re.compile(r"\+?[0-9]{3,15}", re.ASCII)


def add_caller_id(values: Mapping[str, Any], *, by: By) -> tuple[EmergencyCallerId, Change]:
    entry = EmergencyCallerId()
    with change(by, f"Add emergency caller ID {values.get('number', '')}") as work:
        _fill(entry, values)
        work.add(entry)
    return entry, work


def modify_caller_id(entry: EmergencyCallerId, values: Mapping[str, Any], *, by: By, seen: int | None = None) -> Change:
    with change(by, f"Modify emergency caller ID {entry.number}") as work:
        entry = work.lock(entry, seen=seen, mine={"number": values.get("number", entry.number)})
        _fill(entry, values)
        work.save(entry)
    return work


def delete_caller_id(entry: EmergencyCallerId, *, by: By, seen: int | None = None) -> Change:
    """S23-09: refused while a handset uses it, naming the handsets."""
    with change(by, f"Delete emergency caller ID {entry.number}") as work:
        entry = work.lock(entry, seen=seen)
        used = [
            Reason(
                f"The handset {line} ({line.station}) shows it with emergency calls. Give it another one first.",
                reverse("phone_system.emergency_cid"),
            )
            for line in entry.appearances.select_related("handset")
        ]
        if used:
            raise Refused(used)
        work.delete(entry)
    return work


def assign(entry: EmergencyCallerId | None, stations: Collection[str], *, by: By) -> Change:
    """One number for many handsets (S23-06); None: the outside line's own. One change, in force for the next call."""
    what = f"Emergency caller ID {entry.number}" if entry else "No emergency caller ID"
    with change(by, f"{what} for {len(stations)} handsets") as work:
        lines = CallAppearance.objects.filter(station__in=stations).select_related("handset")
        known = {line.station for line in lines}
        if missing := sorted(set(stations) - known):
            raise ValidationError({"stations": [f"There is no handset with the station number {missing[0]}."]})
        for line in lines:
            line = work.lock(line)
            line.emergency_cid = entry
            if work.save(line):
                work.touch(work.lock(line.handset))
    return work


def clean_number(text: str) -> str:
    return "".join(one for one in text if one not in " -().")


def _fill(entry: EmergencyCallerId, values: Mapping[str, Any]) -> None:
    if unknown := values.keys() - set(FIELDS):
        raise ValueError(f"not a setting of an emergency caller ID: {sorted(unknown)}")
    for name, value in values.items():
        setattr(entry, name, value.strip() if isinstance(value, str) else value)
    entry.number = clean_number(entry.number)
    wrong: dict[str, list[str]] = {}
    if not NUMBER.fullmatch(entry.number):
        wrong["number"] = ["Give a telephone number of 3 to 15 digits, perhaps with + before them."]
    elif EmergencyCallerId.objects.filter(number=entry.number).exclude(pk=entry.pk).exists():
        wrong["number"] = [f"There is an entry for {entry.number} already. Modify that one."]
    if not entry.location:
        wrong["location"] = ["Say where help shall come to: building, floor, room."]
    if wrong:
        raise ValidationError(wrong)
