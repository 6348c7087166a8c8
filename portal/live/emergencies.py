"""Emergency calls in the database: written by the hub with everything that must follow, read by banner and pages."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from portal.live import alerts, due, keys
from portal.live.alerts import Alert
from portal.live.models import EmergencyAcknowledged, EmergencyCall, SystemEvent

NOTICE = "emergency_notice"  # kind of Due, key: call id (portal/phone_system/emergency/notices.py)
FIELDS = ("number", "station", "handset", "owner", "owner_id", "caller_id", "location", "line")


def keep(fields: Mapping[str, Any]) -> None:
    """Inside the transaction of the records: the call, the alert it raises, its notices, the system event. Once."""
    at = datetime.fromtimestamp(fields["at"], UTC)
    before = EmergencyCall.objects.filter(raised=True, at__lte=at + timedelta(seconds=alerts.QUIET)).order_by("-at")
    last = before.values_list("at", flat=True).first()
    values = {name: _fitting(name, fields[name]) for name in FIELDS}
    call, made = EmergencyCall.objects.get_or_create(
        call_id=fields["call_id"],
        defaults={**values, "at": at, "raised": alerts.raises(fields["at"], last.timestamp() if last else None)},
    )
    if not made:
        return
    due.put(NOTICE, call.call_id, at)
    SystemEvent.objects.get_or_create(
        event_id=f"emergency-{call.call_id}"[:40],
        defaults={
            "at": at,
            "severity": SystemEvent.Severity.ERROR,
            "kind": "emergency.called",
            "subject": call.station,
            "text": sentence(call)[:300],
        },
    )


def _fitting(name: str, value: Any) -> Any:
    column = EmergencyCall._meta.get_field(name)
    return value.replace("\0", "")[: column.max_length] if isinstance(value, str) else value


def who(call: EmergencyCall) -> str:
    """The user of the handset; without one the station number (S23-14)."""
    return call.owner or (f"Station {call.station}" if call.station else "Somebody")


def sentence(call: EmergencyCall) -> str:
    handset = f" at {call.handset} ({call.station})" if call.station else ""
    place = f", location {call.location}" if call.location else ""
    out = f" It was sent out on {call.line}." if call.line else " No outside line was there to take the call."
    return f"{who(call)}{handset} called the emergency number {call.number}{place}.{out}"


def shown_to(user_id: int, now: float | None = None) -> dict[str, Any]:
    """The banner of one person, as the consumer sends it: {"alert": ... or None, "beeping", "waiting"}."""
    moment = time.time() if now is None else now
    since = datetime.fromtimestamp(moment - alerts.GONE_AFTER, UTC)
    calls = {call.call_id: call for call in EmergencyCall.objects.filter(raised=True, at__gt=since)}
    if not calls:
        return {"alert": None, "beeping": False, "waiting": 0}
    mine = EmergencyAcknowledged.objects.filter(user_id=user_id, call__at__gt=since)
    cleared = set(mine.values_list("call__call_id", flat=True))
    seen = alerts.shown([Alert(key, call.at.timestamp()) for key, call in calls.items()], cleared, moment)
    if seen.alert is None:
        return {"alert": None, "beeping": False, "waiting": 0}
    call = calls[seen.alert.key]
    body = {
        "call_id": call.call_id,
        "at": call.at.timestamp(),
        "number": call.number,
        "who": who(call),
        "station": call.station,
        "handset": call.handset,
        "location": call.location,
    }
    return {"alert": body, "beeping": seen.beeping, "waiting": len(seen.waiting)}


def acknowledge(call_id: str, user_id: int) -> bool:
    """Clears it for this person only (S23-11). False when there is no such call."""
    call = EmergencyCall.objects.filter(call_id=call_id).first()
    if call is None:
        return False
    EmergencyAcknowledged.objects.get_or_create(call=call, user_id=user_id)
    async_to_sync(get_channel_layer().group_send)(keys.GROUP_EMERGENCY, {"type": "emergency.changed"})
    return True
