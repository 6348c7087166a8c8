"""9 + number: outside. Switched for now; lines are taken in their order while they have free channels."""

from __future__ import annotations

from telephony.messages.plan import Step, Target
from telephony.messages.snapshot import OutsideLine
from telephony.router.draft import Draft

RING_MS = 120_000  # carriers give up on their own; a caller may wait longer than in the office


def line_uri(line: OutsideLine, number: str) -> str:
    """The request URI of a number on a line; `target` is "sip:host[:port]"."""
    scheme, _, host = line.target.partition(":")
    return f"{scheme}:{number}@{host}"


def call_outside(made: Draft, number: str) -> None:
    made.callee(number, "")
    lines = made.index.snapshot.outside_lines
    if not lines:
        made.refusal(503, "There is no outside line.")
        return
    free = [line for line in lines if not line.max_calls or made.live.line_calls(line.line_id) < line.max_calls]
    if not free:
        made.refusal(503, "All outside lines are in use.")
        return
    made.kind = "outside"
    take_lines(made, tuple(free), number, caller_id="")
    made.refuse(503, "No outside line took the call")


def take_lines(made: Draft, lines: tuple[OutsideLine, ...], number: str, *, caller_id: str) -> None:
    """One step per line. A busy number is busy on every line, so busy ends the attempts of ordinary calls."""
    made.outside_number = caller_id or lines[0].caller_id or made.caller.number
    made.outside_name = made.caller.name
    first = len(made.steps)
    for line in lines:
        if made.budget < 1:
            break
        made.budget -= 1
        made.explain(f"Outside line {line.description}.", line.link)
        made.steps.append(Step(ring_ms=RING_MS, targets=(Target(uri=line_uri(line, number)),), line_id=line.line_id))
    if made.kind == "outside":
        end = len(made.steps) + 1  # after the refusal that closes the plan: the last reply goes back
        for step in range(first, len(made.steps)):
            made.jump(step, busy=end)
