"""What is done with outside lines. Raises ValidationError, Conflict or Refused; then nothing was saved."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from portal.phone_system.outside_lines.models import AnonymousCalls, OutsideLine
from portal.publish.change import By, Change, change

PROXY_ONLY = ("user_id", "outbound_proxy", "registers", "registrar", "login_id", "enterprise_server")
BOTH = (
    "description", "host", "port", "caller_id_name", "handset_name", "external_name", "caller_id", "handset_number",
    "external_number", "max_calls", "as_dialed", "digits_sent", "prefix", "default_language",
    "emergency", "route", "destination", "attendant", "early_media", "supports_refer", "e164", "identity", "diversion",
    "did_source", "request_user", "codecs",
)  # fmt: skip
MODIFIABLE = frozenset({*PROXY_ONLY, *BOTH})
HOST_NAME = re.compile(r"(?=.{1,255}$)[A-Za-z0-9]([A-Za-z0-9-]{0,62})?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,62})?)*")
CALLER_ID = re.compile(r"\+?[0-9]{0,23}")
ACCOUNT = re.compile(r"[A-Za-z0-9._~!$&'*=+-]*")  # of the user part of a SIP address what needs no escaping
PREFIX = re.compile(r"[0-9*#+]*")
Kind = OutsideLine.Kind


def add_outside_line(
    values: Mapping[str, Any], *, by: By, password: str = "", kind: str = Kind.SIP_PROXY
) -> tuple[OutsideLine, Change]:
    line = OutsideLine(kind=kind, password=password)
    with change(by, f"Add outside line {values.get('description', '')}") as work:
        _fill(line, values)
        work.add(line)
    return line, work


def modify_outside_line(
    line: OutsideLine, values: Mapping[str, Any], *, by: By, seen: int | None = None, password: str | None = None
) -> Change:
    """An empty password means keep."""
    with change(by, f"Modify outside line {line}") as work:
        line = work.lock(line, seen=seen, mine=values)
        _fill(line, values)
        if password:
            line.password = password
        work.save(line)
    return work


def delete_outside_line(line: OutsideLine, *, by: By, seen: int | None = None) -> Change:
    """Refused while it is the only one that carries emergency calls and there are handsets."""
    with change(by, f"Delete outside line {line}") as work:
        work.delete(work.lock(line, seen=seen))
    return work


def anonymous_calls() -> AnonymousCalls:
    return AnonymousCalls.objects.filter(pk=1).first() or AnonymousCalls(pk=1)


def send_anonymous_calls(destination: str, *, by: By) -> Change:
    """To an extension, or "" to where any other call goes (S13-100)."""
    destination = destination.strip()
    if destination and not destination.isdecimal():
        raise ValidationError({"destination": ["Give the number of an extension, or nothing."]})
    with change(by, "Anonymous call handling") as work:
        row = anonymous_calls()
        if row._state.adding:
            row.destination = destination
            work.add(row)
        else:
            row = work.lock(row)
            row.destination = destination
            work.save(row)
    return work


def _fill(line: OutsideLine, values: Mapping[str, Any]) -> None:
    if unknown := values.keys() - MODIFIABLE:
        raise ValueError(f"not a setting of an outside line: {sorted(unknown)}")
    for name, value in values.items():
        setattr(line, name, value.strip() if isinstance(value, str) else value)
    if wrong := _wrong(line):
        raise ValidationError(wrong)


def _wrong(line: OutsideLine) -> dict[str, list[str]]:
    found = {
        "description": "" if line.description else "Describe the line, so that it is found again.",
        "host": _wrong_host(line),
        "port": "" if 1 <= line.port <= 65535 else "A port is a number from 1 to 65535.",
        "user_id": _wrong_account(line.user_id),
        "login_id": _wrong_login(line),
        "caller_id": ""
        if CALLER_ID.fullmatch(line.caller_id)
        else "A caller ID has digits only, perhaps with + before them.",
        "caller_id_name": ""
        if line.caller_id_name.isprintable()
        else "A name has letters, digits and signs that can be seen.",
        "digits_sent": "A number has 24 digits at most; 0 sends all of them." if line.digits_sent > 24 else "",
        "prefix": "" if PREFIX.fullmatch(line.prefix) else "A prefix has digits, *, # or +.",
        "destination": _wrong_destination(line),
        "attendant": "" if 1 <= line.attendant <= 9 else "The auto attendants have the numbers 1 to 9.",
    }
    for name in ("outbound_proxy", "registrar"):
        if not _is_server(getattr(line, name)):
            found[name] = "Give a name or an IPv4 address, perhaps with :port, and no sip: before it."
    return {name: [text] for name, text in found.items() if text}


def _wrong_host(line: OutsideLine) -> str:
    if line.kind == Kind.SIP_GATEWAY:
        if _is_address(line.host):
            return ""
        return "Give the gateway's IPv4 address. Names are refused: who answers to a name may change."
    if is_host(line.host):
        return ""
    return "Give the name or the IPv4 address of the carrier's SIP server, without sip: and port."


def _wrong_account(text: str) -> str:
    return "" if ACCOUNT.fullmatch(text) else "Letters, digits and the signs . _ - + are possible, no @ and no spaces."


def _wrong_login(line: OutsideLine) -> str:
    if line.registers and not line.login_id:
        return "A line registers with a Login ID; give the one your carrier told you."
    return _wrong_account(line.login_id)


def _wrong_destination(line: OutsideLine) -> str:
    if line.destination and not line.destination.isdecimal():
        return "Give the number of an extension, or nothing for the operator."
    if line.route == OutsideLine.Route.VOICEMAIL and not line.destination:
        return "Give the extension in whose mailbox the calls shall end."
    return ""


def _is_server(text: str) -> bool:
    """ "", "host" or "host:port"."""
    host, colon, port = text.partition(":")
    if colon and not (port.isdecimal() and 1 <= int(port) <= 65535):
        return False
    return not text or is_host(host)


def _is_address(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def is_host(text: str) -> bool:
    return _is_address(text) or (HOST_NAME.fullmatch(text) is not None and not text.replace(".", "").isdecimal())
