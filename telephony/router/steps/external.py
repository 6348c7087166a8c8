"""Outside lines: 9 + number goes out on one, and what comes in on one.

Both kinds of call are anchored (engine-calls 1): drafted twice, once for the phone or line that calls, which is
given a media worker, and once for the leg this worker dials (`Invite.bridged`).

Lines are taken one by one: a line that does not take the call is followed by the question "line/<number>/<tried>",
so that the next one is chosen by what is free at that moment and nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Collection

from telephony.messages.plan import Step, Target
from telephony.messages.snapshot import OutsideLine
from telephony.numbers.internal import meaning
from telephony.numbers.meaning import AutoAttendant
from telephony.router.draft import Draft
from telephony.router.steps.attendant import call_attendant
from telephony.router.steps.did import by_did
from telephony.router.steps.extension import call_extension, call_operator

LINE_USER = "line"  # a registered line is "line7" to its carrier: the user part of its Contact
RING_MS = 120_000  # carriers give up on their own; a caller may wait longer than in the office
NO_LINE = (503, "No outside line took the call")
# What a line says about itself rather than about the number: the next line is tried. 408 is nobody there at all.
LINE_FAILED = frozenset({401, 403, 407, 408, *range(500, 600)})
_SENTENCES = {404: "The number is not in service", 410: "The number is not in service", 480: "Nobody answered"}


def line_uri(line: OutsideLine, number: str) -> str:
    """The request URI of a number on a line; `target` is "sip:host[:port]"."""
    scheme, _, host = line.target.partition(":")
    return f"{scheme}:{number}@{host}"


def line_host(line: OutsideLine) -> str:
    """Host part of the line's own addresses."""
    return line.target.partition(":")[2].partition(";")[0].rsplit(":", 1)[0]


def call_outside(made: Draft, number: str) -> None:
    made.callee(number, "")
    made.kind = "outside"
    if not made.index.snapshot.outside_lines:
        made.refusal(503, "There is no outside line.")
        return
    if not take_next_line(made, number):
        made.refusal(503, "All outside lines are in use.")


def take_next_line(made: Draft, number: str, *, tried: Collection[int] = ()) -> bool:
    """A step on the first free line that was not tried yet, then the question for the one after it."""
    for line in made.index.snapshot.outside_lines:
        if line.line_id in tried or full(made, line):
            continue
        take_line(made, line, number)
        so_far = ",".join(str(one) for one in (*tried, line.line_id))
        made.ask(f"line/{number}/{so_far}")
        made.jump(0, busy=len(made.steps))  # busy is busy on every line: the answer goes back
        return True
    return False


def after_line(made: Draft, number: str, tried: Collection[int], code: int, *, rang: bool) -> None:
    """The last line of `tried` answered `code`: its fault, or the number's?"""
    if code not in LINE_FAILED or (code == 408 and rang):
        made.refuse(480 if rang and code == 408 else code, _SENTENCES.get(code, f"The outside line answered {code}"))
        return
    if not take_next_line(made, number, tried=tried):
        made.explain("No outside line took the call.")
        made.refuse(*NO_LINE)


def full(made: Draft, line: OutsideLine) -> bool:
    return bool(line.max_calls) and made.live.line_calls(line.line_id) >= line.max_calls


def take_line(made: Draft, line: OutsideLine, number: str, *, caller_id: str = "") -> None:
    """One step. The caller is shown as a number the line owns; without one, as his extension."""
    shown = caller_id or line.caller_id or made.caller.number
    host = line_host(line)
    headers = (f"P-Asserted-Identity: <sip:{shown}@{host}>",) if shown else ()
    made.explain(f"Outside line {line.description}.", line.link)
    made.steps.append(
        Step(
            ring_ms=RING_MS,
            targets=(Target(uri=line_uri(line, number), headers=headers),),
            line_id=line.line_id,
            caller_number=shown,
            caller_host=host,
        )
    )


def call_from_outside(made: Draft, line: OutsideLine | None) -> None:
    """A caller on a line reaches the line's destination; a number of the office only if the line asks for one. What
    else he dialled is not looked at, so nobody telephones at the office's expense."""
    made.kind = "inbound"
    dialled = made.invite.dialled
    if line is not None:
        made.explain(f"Call on outside line {line.description}.", line.link)
        if (number := by_did(made, line)) is not None:
            _destination(made, number)
            return
    if dialled in made.index.extensions:
        call_extension(made, dialled)
    elif line is not None and line.destination:
        _destination(made, line.destination)
    else:
        call_operator(made)


def _destination(made: Draft, number: str) -> None:
    """An extension or an auto attendant (S26-02)."""
    found = meaning(number, made.index.dial_plan, made.index.emergency)
    if isinstance(found, AutoAttendant):
        call_attendant(made, found.number)
    else:
        call_extension(made, number)
