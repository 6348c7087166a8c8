"""External dialling as the engines see it (chapter 14): rules, service groups, privileges, PIN codes, speed dials.

Service groups name outside lines by id, in the order they are tried. Group 0 is every line, in the order of the lines:
what counts where nothing was chosen.
"""

from __future__ import annotations

from typing import Literal

from telephony.messages import Wire

EVERY_LINE = 0  # the service group that needs no entry


class ExternalRule(Wire):
    """One row of Automatic Route Selection (S14-20..S14-27)."""

    leading: str = ""
    total: int
    delete: int = 0
    insert: str = ""
    append: str = ""
    group: int = EVERY_LINE
    link: str = ""


class ServiceGroup(Wire):
    group_id: int
    description: str
    line_ids: tuple[int, ...] = ()  # top is tried first (S14-13)
    link: str = ""


class ExternalDialing(Wire):
    """Everything of the page's external part. The groups of the services table are by the type of the number."""

    home_area_code: str = ""
    nanpa: bool = True
    rules: tuple[ExternalRule, ...] = ()
    groups: tuple[ServiceGroup, ...] = ()
    service: int = EVERY_LINE  # 211 to 811
    operator: int = EVERY_LINE
    long_distance: int = EVERY_LINE  # 1 + ten digits
    international: int = EVERY_LINE
    other: int = EVERY_LINE  # what no rule knows: sent as dialled
    enterprise: int | None = None  # 8 + number; None: there is no enterprise server
    link: str = ""


class PrivilegesGroup(Wire):
    """A dialing privileges group (S14-41..S14-48)."""

    group_id: int
    description: str
    selection: Literal["service_group", "chosen", "none"] = "service_group"  # Outside Line Selection Method
    line_ids: tuple[int, ...] = ()  # the lines of "chosen"
    emergency_group: int = EVERY_LINE
    blocked: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    default: bool = False  # of every appearance that is in no other
    link: str = ""


class AuditPinDialing(Wire):
    """78 + PIN + number (S14-34). The codes themselves travel with the credentials."""

    length: int = 5
    verify: bool = True
    group: int | None = None  # service group of these calls; None: as the rules say
    link: str = ""


class AuditPin(Wire):
    digest: str  # HMAC-SHA256 of "audit:<pin>" under the PIN key, hex
    description: str


class SpeedDialEntry(Wire):
    """`entry` is k of 350 + k (0..49) or, from 1000 on, 1000 + k of 34000 + k (0..999); both numbers move with the dial
    plan's digit, the entry does not (S18-27, S18-29)."""

    entry: int
    description: str
    target: str  # what is dialled
    link: str = ""
