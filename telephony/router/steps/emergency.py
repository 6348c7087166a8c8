"""Emergency calls (S23): switched, never anchored, never held up by a line's limit.

The plan holds every line, so it is carried out to its end without another question. When all channels of the lines
are in use the router ends the newest ordinary call before it answers (`questions.py`).
"""

from __future__ import annotations

from typing import Any

from telephony.messages.plan import RoutePlan, Step, Target
from telephony.router.draft import Draft
from telephony.router.index import SnapshotIndex
from telephony.router.steps.external import RING_MS, full, line_host, line_uri, take_line

MOST_LINES = 10  # each may take two branches (401 or 407) of the switch's 30


def call_emergency(made: Draft, number: str) -> None:
    made.kind = "emergency"
    made.callee(number, "Emergency")
    made.explain(f"{number} is an emergency number.", "/phone-system/emergency-cid/")
    lines = made.index.emergency_lines
    if not lines:
        made.explain("No outside line is marked for emergency calls.")
        made.refuse(503, f"No outside line for {number}: use another telephone")
        return
    appearance = made.index.appearances.get(made.invite.station)
    caller_id = appearance.emergency_caller_id if appearance else ""
    for line in sorted(lines, key=lambda line: full(made, line))[:MOST_LINES]:  # lines with a free channel first
        take_line(made, line, number, caller_id=caller_id)
    made.refuse(503, f"No outside line took the call to {number}: use another telephone")


def plan_without_router(index: SnapshotIndex, number: str) -> dict[str, Any]:
    """The same lines as the switch keeps them in its own table (docs/messages.md). The caller ID of each handset is in
    a table beside it, so the number shown here is the line's, and nothing else names the caller."""
    steps = tuple(
        Step(
            ring_ms=RING_MS,
            targets=(Target(uri=line_uri(line, number)),),
            line_id=line.line_id,
            caller_number=line.caller_id,
            caller_host=line_host(line),
        )
        for line in index.emergency_lines[:MOST_LINES]
    )
    return RoutePlan(call_id="", version=index.version, steps=steps).to_switch()
