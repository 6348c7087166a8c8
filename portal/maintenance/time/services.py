"""The server's time zone."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError

from portal.maintenance.time.models import ServerTime
from portal.publish.change import By, Change, change


def set_time_zone(name: str, *, by: By) -> Change:
    if name not in available_timezones():
        raise ValidationError({"time_zone": [f"{name} is no time zone. Write it as America/New_York or UTC."]})
    with change(by, f"Set the time zone to {name}") as work:
        row = ServerTime.objects.filter(pk=1).first()
        if row is None:
            work.add(ServerTime(pk=1, time_zone=name))
        else:
            row = work.lock(row)
            row.time_zone = name
            work.save(row)
    return work
