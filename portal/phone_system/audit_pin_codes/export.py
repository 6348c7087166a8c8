"""What the engines know of audit PIN codes."""

from __future__ import annotations

from portal.access.secrets import pin_key
from portal.phone_system.audit_pin_codes.models import AuditPinCode, AuditPinSettings
from telephony.messages.dialing import AuditPin, AuditPinDialing
from telephony.numbers.audit_pin import digest


def audit_pins() -> AuditPinDialing:
    row = AuditPinSettings.objects.filter(pk=1).first() or AuditPinSettings()
    return AuditPinDialing(
        length=row.length, verify=row.verify, group=row.group_id, link="/phone-system/audit-pin-codes/"
    )


def codes() -> tuple[AuditPin, ...]:
    rows = AuditPinCode.objects.order_by("pk").values_list("digest", "description")
    return tuple(AuditPin(digest=text, description=description) for text, description in rows)


def digest_of(pin: str) -> str:
    return digest(pin_key(), pin)
