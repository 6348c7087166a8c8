"""What is done with audit PIN codes (S14-34..S14-40). Raises ValidationError, Conflict or Refused; then nothing was
saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from portal.phone_system.audit_pin_codes.export import digest_of
from portal.phone_system.audit_pin_codes.models import AuditPinCode, AuditPinSettings
from portal.phone_system.service_groups.models import ServiceGroup
from portal.publish.change import By, Change, change

SHORTEST, LONGEST = 1, 15  # digits of a code


def audit_settings() -> AuditPinSettings:
    return AuditPinSettings.objects.filter(pk=1).first() or AuditPinSettings(pk=1)


def add_code(values: Mapping[str, Any], *, by: By) -> tuple[AuditPinCode, Change]:
    """`values`: pin, description."""
    row = AuditPinCode()
    with change(by, "Add audit PIN code") as work:
        _fill(row, values)
        work.add(row)
    return row, work


def modify_code(row: AuditPinCode, values: Mapping[str, Any], *, by: By, seen: int | None = None) -> Change:
    """An empty `pin` keeps the one there is."""
    with change(by, f"Modify audit PIN code {row}") as work:
        row = work.lock(row, seen=seen, mine={name: value for name, value in values.items() if name != "pin"})
        _fill(row, {name: value for name, value in values.items() if name != "pin" or value})
        work.save(row)
    return work


def delete_code(row: AuditPinCode, *, by: By, seen: int | None = None) -> Change:
    with change(by, f"Delete audit PIN code {row}") as work:
        work.delete(work.lock(row, seen=seen))
    return work


def set_verification(verify: bool, *, by: By) -> Change:
    """S14-37: length and membership are checked, or the length only."""
    return _set(by, "Audit PIN code verification", verify=verify)


def set_dialing_rule(length: int, group: ServiceGroup | None, *, by: By, seen: int | None = None) -> Change:
    """S14-35: how many digits a code has, and which lines calls with one take (None: as the dialing rules say)."""
    if not SHORTEST <= length <= LONGEST:
        raise ValidationError({"length": [f"A code has {SHORTEST} to {LONGEST} digits."]})
    stored = AuditPinCode.objects.count()
    if stored and length != audit_settings().length:
        codes = "1 code is" if stored == 1 else f"{stored} codes are"
        raise ValidationError(
            {"length": [f"{codes} stored with {audit_settings().length} digits. Delete them to change the length."]}
        )
    return _set(by, "Audit PIN code dialing rule", seen, length=length, group=group)


def _set(by: By, why: str, seen: int | None = None, **values: Any) -> Change:
    with change(by, why) as work:
        row = audit_settings()
        new = row._state.adding
        row = row if new else work.lock(row, seen=seen, mine=values)
        for name, value in values.items():
            setattr(row, name, value)
        if new:
            work.add(row)
        else:
            work.save(row)
    return work


def _fill(row: AuditPinCode, values: Mapping[str, Any]) -> None:
    wrong: dict[str, list[str]] = {}
    if "description" in values:
        row.description = str(values["description"]).strip()
        if not row.description:
            wrong["description"] = ["Say whose code it is, or what for."]
    if "pin" in values:
        pin, length = str(values["pin"]), audit_settings().length
        if len(pin) != length or not (pin.isascii() and pin.isdigit()):
            wrong["pin"] = [f"A code has exactly {length} digits, as the dialing rule says."]
        else:
            row.pin, row.digest = pin, digest_of(pin)
            if AuditPinCode.objects.filter(digest=row.digest).exclude(pk=row.pk).exists():
                wrong["pin"] = ["This code is in use already. Choose another one."]
    if wrong:
        raise ValidationError(wrong)
