"""Emergency calls (S23): switched, never anchored, never counted against a line's limit."""

from __future__ import annotations

from telephony.router.draft import Draft
from telephony.router.steps.external import take_lines


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
    take_lines(made, lines, number, caller_id=appearance.emergency_caller_id if appearance else "")
    made.refuse(503, f"No outside line took the call to {number}: use another telephone")
