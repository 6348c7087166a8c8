"""What the switch and the stream know that we do not: after our restart, after the switch's, and now and then.

Pure; `resync.py` asks and applies.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from telephony.messages.events import CallAnswered, CallEnded, CallEvent, CallExplained, CallStarted, any_event
from telephony.router.index import SnapshotIndex
from telephony.router.live import Call

EARLY = frozenset({1, 2})
CONFIRMED = frozenset({3, 4})
_FACTS = (
    "from_number",
    "from_name",
    "from_station",
    "from_user",
    "to_number",
    "to_name",
    "to_user",
    "dialled",
    "audit_pin",
    "call_kind",
    "mode",
    "anchor_reason",
    "version",
)


@dataclass(frozen=True, slots=True)
class Dialog:
    cid: str
    call_id: str  # "" when it was made without a plan of ours
    h_entry: int
    h_id: int
    talking: bool
    started: float
    from_user: str
    to_user: str
    cseq: int
    line_id: int | None = None  # of the outside line the dialog uses
    direct: bool = False  # its sound does not pass the relay
    tags: tuple[str, str] = ("", "")  # of caller and callee


def dialogs(answer: object) -> Iterator[Dialog]:
    """The dialogs of `dlg.list` that are alive."""
    for one in answer if isinstance(answer, list) else []:
        state = int(one.get("state", 0))
        if state not in EARLY and state not in CONFIRMED:
            continue
        yield Dialog(
            cid=str(one.get("call-id", "")),
            call_id=_variable(one.get("variables"), "call"),
            h_entry=int(one.get("h_entry", 0)),
            h_id=int(one.get("h_id", 0)),
            talking=state in CONFIRMED,
            started=float(one.get("start_ts") or one.get("init_ts") or 0),
            from_user=_user(str(one.get("from_uri", ""))),
            to_user=_user(str(one.get("to_uri", ""))),
            cseq=_first_number(one.get("caller")),
            line_id=int(line) if (line := _variable(one.get("variables"), "line")).isdigit() else None,
            direct=_variable(one.get("variables"), "direct") == "1",
            tags=(_tag(one.get("caller")), _tag(one.get("callee"))),
        )


def _variable(variables: object, name: str) -> str:
    """Dialog variables are a list of one-item objects (or one object, in some versions)."""
    for item in variables if isinstance(variables, list) else [variables]:
        if isinstance(item, dict) and name in item:
            return str(item[name])
    return ""


def _user(uri: str) -> str:
    return uri.partition(":")[2].partition("@")[0]


def _tag(side: object) -> str:
    return str(side.get("tag", "")) if isinstance(side, dict) else ""


def _first_number(side: object) -> int:
    text = str(side.get("cseq", "")) if isinstance(side, dict) else ""
    return int(text) if text.isdigit() else 1


def missing_calls(raw: list[tuple[str, bytes]], wanted: set[str]) -> Iterator[CallEvent]:
    """The events of those calls among entries of the stream, in the given order."""
    for _, entry in raw:
        if not any(call_id.encode() in entry for call_id in wanted):
            continue
        try:
            event = any_event.validate_json(entry, extra="ignore")
        except ValidationError:
            continue
        if isinstance(event, CallEvent) and event.call_id in wanted:
            yield event


def remember(call: Call, event: CallEvent) -> None:
    """Put what an old event of the call says back into it; events may come in any order."""
    call.seq = max(call.seq, event.seq)
    if isinstance(event, CallStarted):
        call.started, call.at = True, event.at
        call.facts = {name: getattr(event, name) for name in _FACTS}
        call.why[:0] = event.why
    elif isinstance(event, CallExplained):
        call.why.extend(event.why)
    elif isinstance(event, CallAnswered):
        call.answered, call.answered_by, call.answered_name = event.at, event.by, event.by_name
    elif isinstance(event, CallEnded):
        call.ended_by = ""


def invent(call: Call, dialog: Dialog, index: SnapshotIndex) -> None:
    """Facts of a call whose beginning nobody remembers: as the dialog shows it."""
    owner = index.owner(dialog.from_user)
    to = index.user_of_extension.get(dialog.to_user)
    call.at = dialog.started
    call.facts = {
        "from_number": owner.extension if owner and owner.extension else dialog.from_user,
        "from_name": owner.name if owner else "",
        "from_station": dialog.from_user if dialog.from_user in index.appearances else "",
        "from_user": owner.user_id if owner else None,
        "to_number": dialog.to_user,
        "to_name": to.name if to else "",
        "to_user": to.user_id if to else None,
        "dialled": dialog.to_user,
        "audit_pin": "",
        "call_kind": "internal",
        "mode": "switched",
        "anchor_reason": "",
        "version": index.version,
    }
