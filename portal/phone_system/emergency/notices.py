"""Notices of an emergency call by mail and text message (S23-14): queued after it was placed, retried, waited for by
nobody. `due` rings this with the id of a call that the hub has written down.
"""

from __future__ import annotations

import logging
from typing import Any

from django.utils import timezone

from portal.business.message_aliases.recipients import resolve
from portal.celery import tick_now
from portal.live.emergencies import who
from portal.live.models import EmergencyCall
from portal.maintenance.time.export import zone
from portal.phone_system.emergency.services import current
from portal.servers.email import sending

log = logging.getLogger(__name__)


def run(key: str, payload: dict[str, Any]) -> None:
    """Of kind `emergency_notice`; key is the call id. May run twice: each address gets one message."""
    settings = current()
    call = EmergencyCall.objects.filter(call_id=key).first()
    if call is None or not settings.notify:
        return
    found = resolve(settings.recipients)
    for sentence in found.wrong:
        log.error("emergency.recipient_lost call=%s reason=%s", key, sentence)
    subject, body = text_of(call)
    for address in found.addresses:
        name = f"emergency:{key}:{address}"[:120]
        sending.queue(name, to=address, subject=subject, body=body, at=timezone.now())
    tick_now()


def text_of(call: EmergencyCall) -> tuple[str, str]:
    """Subject and body; short enough for a text message."""
    moment = f"{call.at.astimezone(zone()):%Y-%m-%d %H:%M:%S %Z}"
    subject = f"Emergency call: {who(call)} dialled {call.number}"
    lines = [f"{who(call)} dialled {call.number} on {moment}."]
    if call.station:
        lines.append(f"Handset: {call.handset}, station {call.station}.")
    if call.location:
        lines.append(f"Location: {call.location}.")
    if call.caller_id:
        lines.append(f"The emergency centre sees {call.caller_id}.")
    if not call.line:
        lines.append("No outside line was known to take the call: look after this person at once.")
    return subject, "\n".join(lines) + "\n"
