"""What the world is told of an emergency call, after it was placed (S23-10, S23-14). Pure."""

from __future__ import annotations

from typing import Any

from telephony.messages.plan import RoutePlan, Step
from telephony.router.index import SnapshotIndex


def called(index: SnapshotIndex, plan: RoutePlan, station: str) -> dict[str, Any]:
    """The fields of its EmergencyCalled."""
    first = next((step for step in plan.steps if step.line_id is not None), Step())
    return {"call_id": plan.call_id, "number": plan.callee_number, **caller(index, station, first)}


def unseen(index: SnapshotIndex, call_id: str, number: str, station: str) -> dict[str, Any]:
    """Of a call that the switch placed from its own table while there was no router."""
    return {"call_id": call_id, "number": number, **caller(index, station, Step())}


def caller(index: SnapshotIndex, station: str, step: Step) -> dict[str, Any]:
    appearance = index.appearances.get(station)
    owner = index.owner(station)
    line = index.lines.get(step.line_id) if step.line_id is not None else None
    caller_id = step.caller_number or (appearance.emergency_caller_id if appearance else "")
    entry = index.emergency_caller_ids.get(appearance.emergency_caller_id if appearance else "")
    return {
        "station": station,
        "handset": appearance.description if appearance else "",
        "owner": owner.name if owner else "",
        "owner_id": owner.user_id if owner else None,
        "caller_id": caller_id,
        "location": entry.location if entry else "",
        "line": line.description if line else "",
    }
