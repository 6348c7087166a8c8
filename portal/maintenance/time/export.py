"""Which time zone is in force. Times of day of the configuration are those of its wall clock (S03-05)."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from portal.maintenance.time.models import ServerTime

ZONEINFO = "zoneinfo/"


def time_zone() -> str:
    """IANA name, such as America/New_York."""
    return ServerTime.objects.filter(pk=1).values_list("time_zone", flat=True).first() or machine_zone()


def zone() -> ZoneInfo:
    return ZoneInfo(time_zone())


@cache
def machine_zone(etc: Path = Path("/etc")) -> str:
    """What the machine is set to; UTC when it does not say."""
    return next(filter(_known, _said(etc)), "UTC")


def _said(etc: Path) -> tuple[str, ...]:
    link = os.path.realpath(etc / "localtime")
    named = etc / "timezone"
    return (
        os.environ.get("TZ", "").lstrip(":"),
        link.partition(ZONEINFO)[2],
        named.read_text().strip() if named.is_file() else "",
    )


def _known(name: str) -> bool:
    try:
        return bool(name) and bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
