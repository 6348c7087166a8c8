"""What the engines know of outside lines."""

from __future__ import annotations

from portal.phone_system.outside_lines.models import OutsideLine
from telephony.messages.snapshot import OutsideLine as Line


def outside_lines() -> tuple[Line, ...]:
    rows = OutsideLine.objects.order_by("pk").values_list(
        "pk",
        "description",
        "host",
        "port",
        "caller_id",
        "login_id",
        "max_calls",
        "emergency",
        "registers",
        "destination",
    )
    return tuple(
        Line(
            line_id=pk,
            description=description,
            target=f"sip:{host}:{port}",
            caller_id=caller_id,
            username=login_id,
            max_calls=max_calls,
            emergency=emergency,
            registers=registers,
            destination=destination,
            link=f"/phone-system/outside-lines/{pk}/",
        )
        for pk, description, host, port, caller_id, login_id, max_calls, emergency, registers, destination in rows
    )


def passwords() -> dict[int, str]:
    return {pk: text for pk, text in OutsideLine.objects.order_by("pk").values_list("pk", "password") if text}
