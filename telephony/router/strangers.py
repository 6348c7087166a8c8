"""Who calls on an outside line, as its carrier says. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from telephony.router.index import SnapshotIndex

_NOBODY = frozenset({"anonymous", "unavailable", "restricted", "private", "unknown"})
_HIDES = frozenset({"id", "user", "header"})  # RFC 3323 section 4.2, RFC 3325 section 9.3
_ASSERTED = re.compile(r'\s*(?:"(?P<name>(?:[^"\\]|\\.)*)"|(?P<token>[^<"]*?))\s*<\s*(?:sips?:|tel:)(?P<user>[^@;>]+)')


def is_anonymous(m: Mapping[str, Any]) -> bool:
    """The caller hides his number (S13-100): by Privacy, or by a From that names nobody."""
    wishes = {one.strip().lower() for one in str(m.get("priv", "")).split(";")}
    return str(m.get("from", "")).lower() in {"", *_NOBODY} or bool(wishes & _HIDES)


def asserted_caller(index: SnapshotIndex, line_id: int | None, m: Mapping[str, Any]) -> tuple[str, str]:
    """Number and name: what the network asserts, on a line that is trusted with it (S13-48), else From's. A caller
    who asks for privacy is shown as nobody."""
    number, name = str(m.get("from", "")), str(m.get("fn", ""))
    line = index.lines.get(line_id or 0)
    if line is None:
        return number, name
    if is_anonymous(m):
        return "anonymous", ""
    if line.identity and (found := _ASSERTED.match(str(m.get("pai", "")))):
        return found["user"], (found["name"] or found["token"] or "").replace("\\", "") or name
    return number, name
