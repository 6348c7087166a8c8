"""What is done with emergency settings. Raises ValidationError (field → sentences), Conflict or Refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from portal.business.message_aliases.recipients import MOST, resolve
from portal.phone_system.emergency.export import numbers_of
from portal.phone_system.emergency.models import EmergencySettings
from portal.publish.change import By, Change, change

FIELDS = ("numbers", "direct_dial", "notify", "recipients")
NUMBER = re.compile(r"[0-9]{2,8}", re.ASCII)
MOST_NUMBERS = 8


def current() -> EmergencySettings:
    return EmergencySettings.objects.filter(pk=1).first() or EmergencySettings(pk=1)


def modify_emergency(values: Mapping[str, Any], *, by: By, seen: int | None = None) -> Change:
    """Set `values` (names in FIELDS)."""
    if unknown := values.keys() - set(FIELDS):
        raise ValueError(f"not an emergency setting: {sorted(unknown)}")
    wanted = dict(values)
    if "numbers" in wanted:
        wanted["numbers"] = ", ".join(_numbers(wanted["numbers"]))
    if "recipients" in wanted:
        wanted["recipients"] = "\n".join(line.strip() for line in wanted["recipients"].splitlines() if line.strip())
    with change(by, "Modify the emergency settings") as work:
        row = EmergencySettings.objects.filter(pk=1).first()
        if row is None:
            row = EmergencySettings(pk=1)
            work.add(row)
        row = work.lock(row, seen=seen, mine=wanted)
        for name, value in wanted.items():
            setattr(row, name, value)
        if row.notify or "recipients" in wanted:
            _check_recipients(row)
        work.save(row)
    return work


def _numbers(text: str) -> tuple[str, ...]:
    found = numbers_of(text)
    if not found:
        raise ValidationError({"numbers": ["Give at least one emergency number, such as 911."]})
    if len(found) > MOST_NUMBERS:
        raise ValidationError({"numbers": [f"At most {MOST_NUMBERS} emergency numbers; these are {len(found)}."]})
    for number in found:
        if not NUMBER.fullmatch(number):
            raise ValidationError(
                {"numbers": [f"{number} is no emergency number: it has 2 to 8 digits, without the outside line digit."]}
            )
    return found


def _check_recipients(row: EmergencySettings) -> None:
    lines = row.recipients.splitlines()
    if row.notify and not lines:
        raise ValidationError({"recipients": ["Say who is to be told: at least one recipient."]})
    if len(lines) > MOST:
        raise ValidationError({"recipients": [f"At most {MOST} recipients; these are {len(lines)}."]})
    if wrong := resolve(row.recipients).wrong:
        raise ValidationError({"recipients": list(wrong)})
