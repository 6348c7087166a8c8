"""What is done with outside lines. Raises ValidationError, Conflict or Refused; then nothing was saved."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from portal.phone_system.outside_lines.models import OutsideLine
from portal.publish.change import By, Change, change

MODIFIABLE = frozenset(
    {"description", "host", "port", "caller_id", "login_id", "max_calls", "emergency", "registers", "destination"}
)
HOST_NAME = re.compile(r"(?=.{1,255}$)[A-Za-z0-9]([A-Za-z0-9-]{0,62})?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,62})?)*")
CALLER_ID = re.compile(r"\+?[0-9]{0,23}")


def add_outside_line(values: Mapping[str, Any], *, by: By, password: str = "") -> tuple[OutsideLine, Change]:
    _check(values)
    line = OutsideLine(**values, password=password)
    with change(by, f"Add outside line {line}") as work:
        work.add(line)
    return line, work


def modify_outside_line(
    line: OutsideLine, values: Mapping[str, Any], *, by: By, seen: int | None = None, password: str | None = None
) -> Change:
    """An empty password means keep."""
    _check(values)
    with change(by, f"Modify outside line {line}") as work:
        line = work.lock(line, seen=seen, mine=values)
        for name, value in values.items():
            setattr(line, name, value)
        if password:
            line.password = password
        work.save(line)
    return work


def delete_outside_line(line: OutsideLine, *, by: By, seen: int | None = None) -> Change:
    """Refused while it is the only one that carries emergency calls and there are handsets."""
    with change(by, f"Delete outside line {line}") as work:
        work.delete(work.lock(line, seen=seen))
    return work


def _check(values: Mapping[str, Any]) -> None:
    if unknown := values.keys() - MODIFIABLE:
        raise ValueError(f"not a setting of an outside line: {sorted(unknown)}")
    wrong: dict[str, list[str]] = {}
    if "host" in values and not is_host(values["host"]):
        wrong["host"] = ["Give the name or the IPv4 address of the carrier's SIP server, without sip: and port."]
    if "port" in values and not 1 <= values["port"] <= 65535:
        wrong["port"] = ["A port is a number from 1 to 65535."]
    if "caller_id" in values and not CALLER_ID.fullmatch(values["caller_id"]):
        wrong["caller_id"] = ["A caller ID has digits only, perhaps with + before them."]
    if values.get("destination") and not values["destination"].isdecimal():
        wrong["destination"] = ["Give the number of an extension, or nothing for the operator."]
    if values.get("registers") and not values.get("login_id", "x"):
        wrong["login_id"] = ["A line registers with a Login ID; give the one your carrier told you."]
    if "description" in values and not values["description"].strip():
        wrong["description"] = ["Describe the line, so that it is found again."]
    if wrong:
        raise ValidationError(wrong)


def is_host(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return HOST_NAME.fullmatch(text) is not None
    return True
