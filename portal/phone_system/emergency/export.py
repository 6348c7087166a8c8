"""What the engines know of emergency calls."""

from __future__ import annotations

from portal.phone_system.emergency.models import EmergencySettings
from portal.phone_system.emergency_cid.models import EmergencyCallerId
from telephony.messages.snapshot import Emergency
from telephony.messages.snapshot import EmergencyCallerId as CallerId


def numbers_of(text: str) -> tuple[str, ...]:
    """ "911, 112" as typed -> the numbers, each once."""
    return tuple(dict.fromkeys(one for one in text.replace(",", " ").split() if one))


def emergency() -> Emergency:
    row = EmergencySettings.objects.filter(pk=1).values_list("numbers", "direct_dial").first()
    entries = EmergencyCallerId.objects.order_by("pk").values_list("pk", "number", "location", "first_line_id")
    caller_ids = tuple(
        CallerId(
            number=number,
            location=location,
            line_ids=(line,) if line else (),
            link=f"/phone-system/emergency-cid/{pk}/",
        )
        for pk, number, location, line in entries
    )
    if row is None:
        return Emergency(caller_ids=caller_ids)
    return Emergency(numbers=numbers_of(row[0]), direct_dial=row[1], caller_ids=caller_ids)
