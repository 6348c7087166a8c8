"""Emergency calls (S23): switched, never anchored, never held up by a line's limit.

The plan holds every line, so it is carried out to its end without another question. When all channels of the lines
are in use the router ends the newest ordinary call before it answers (`questions.py`).
"""

from __future__ import annotations

from typing import Any

from telephony.messages.plan import RoutePlan, Step, Target
from telephony.messages.snapshot import EmergencyCallerId, OutsideLine
from telephony.router.draft import Draft
from telephony.router.index import SnapshotIndex
from telephony.router.steps.external import full, take_line
from telephony.router.steps.line import RING_MS, line_host, line_uri

MOST_LINES = 10  # each may take two branches (401 or 407) of the switch's 30


def call_emergency(made: Draft, number: str) -> None:
    made.kind = "emergency"
    made.callee(number, "Emergency")
    made.explain(f"{number} is an emergency number.", "/phone-system/emergency-cid/")
    appearance = made.index.appearances.get(made.invite.station)
    caller_id = appearance.emergency_caller_id if appearance else ""
    entry = made.index.emergency_caller_ids.get(caller_id)
    lines = in_order(made, entry)
    if not lines:
        made.explain("No outside line is marked for emergency calls.")
        made.refuse(503, f"No outside line for {number}: use another telephone")
        return
    if entry is not None:
        where = f", location {entry.location}" if entry.location else ""
        made.explain(f"The handset shows the emergency caller ID {caller_id}{where}.", entry.link)
    for line in lines[:MOST_LINES]:
        take_line(made, line, number, emergency_caller_id=caller_id)
    made.refuse(503, f"No outside line took the call to {number}: use another telephone")


def in_order(made: Draft, entry: EmergencyCallerId | None) -> list[OutsideLine]:
    """The lines of the caller ID come first, then those of the emergency service group of the phone's privileges
    (S14-42), then all others that carry emergency calls; a line with a free channel comes before one that is full."""
    index = made.index
    group = index.privileges_of(made.rights_of()).emergency_group
    wanted = [*(entry.line_ids if entry else ()), *(index.external.groups.get(group, ()))]
    chosen = [index.lines[one] for one in dict.fromkeys(wanted) if one in index.lines]
    lines = [*chosen, *(line for line in index.emergency_lines if line not in chosen)]
    return sorted(lines, key=lambda line: full(made, line))


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
