"""What the engines know of speed dial numbers."""

from __future__ import annotations

from portal.phone_system.speed_dial.models import SpeedDialNumber
from telephony.messages.dialing import SpeedDialEntry


def speed_dials() -> tuple[SpeedDialEntry, ...]:
    rows = SpeedDialNumber.objects.order_by("entry").values_list("pk", "entry", "description", "target")
    return tuple(
        SpeedDialEntry(entry=entry, description=description, target=target, link=f"/phone-system/speed-dial/{pk}/")
        for pk, entry, description, target in rows
    )
