"""Outside lines: 9 + number goes out on one, and what comes in on one.

Both kinds of call are anchored (engine-calls 1): drafted twice, once for the phone or line that calls, which is
given a media worker, and once for the leg this worker dials (`Invite.bridged`).

Who may call what is decided once, before any line is looked at: privileges, dialing rule, service group. What is left
is a list of lines. They are taken one by one: a line that does not take the call is followed by the question
"line/<digits>/<tried>/<lines>", so that the next one is chosen by what is free at that moment, nothing is counted
twice, and a router that was restarted in between needs to know nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from telephony.messages.snapshot import LineKind, OutsideLine
from telephony.numbers.external import allowed, permitted
from telephony.numbers.internal import meaning
from telephony.numbers.meaning import AutoAttendant
from telephony.router.draft import Draft
from telephony.router.steps.attendant import call_attendant
from telephony.router.steps.did import by_did
from telephony.router.steps.extension import call_extension, call_operator
from telephony.router.steps.line import line_step
from telephony.router.steps.voicemail import finally_voicemail

LINE_USER = "line"  # a registered line is "line7" to its carrier: the user part of its Contact
NO_LINE = (503, "No outside line took the call")
# What a line says about itself rather than about the number: the next line is tried. 408 is nobody there at all.
LINE_FAILED = frozenset({401, 403, 407, 408, *range(500, 600)})
_SENTENCES = {404: "The number is not in service", 410: "The number is not in service", 480: "Nobody answered"}


def call_outside(made: Draft, number: str, *, group: int | None = None) -> None:
    """`group`: of calls with an audit PIN or to the enterprise; else the dialing rule says."""
    made.callee(number, "")
    made.kind = "outside"
    index = made.index
    dialled = index.external.as_digits(number)
    privileges = index.privileges_of(made.rights_of())
    if not index.snapshot.outside_lines:
        made.refusal(503, "There is no outside line.")
        return
    if not allowed(privileges, dialled):
        made.explain(f"The dialing privileges group {privileges.description} blocks this number.", privileges.link)
        made.refusal(403, "This phone may not call this number.")
        return
    routed = index.external.route(number)
    made.explain(routed.text, routed.link)
    made.later = routed.later
    wanted = index.external.lines(routed.group if group is None else group, index.lines)
    lines = permitted(privileges, wanted)
    if not lines:
        if wanted:
            name = privileges.description
            made.explain(f"The dialing privileges group {name} permits none of the lines.", privileges.link)
        made.refusal(403 if wanted else 503, "No outside line is meant for this number and this phone.")
        return
    if not take_next_line(made, routed.digits, lines):
        made.refusal(503, "All outside lines are in use.")


def call_enterprise(made: Draft, number: str) -> None:
    """By the enterprise's server, which knows every number of its sites (S13-59). It takes its number as it is."""
    group = made.index.snapshot.external.enterprise
    if group is None:
        made.refusal(404, "There is no enterprise server: its service group is not set in the dial plan.")
        return
    made.callee(number, "")
    made.kind = "outside"
    privileges = made.index.privileges_of(made.rights_of())
    lines = permitted(privileges, made.index.external.lines(group, made.index.lines))
    made.explain("An enterprise number.", made.index.snapshot.external.link)
    if not lines or not take_next_line(made, number, lines):
        made.refusal(503, "No line to the enterprise server is free.")


def take_next_line(made: Draft, digits: str, lines: Sequence[int], *, tried: Collection[int] = ()) -> bool:
    """A step on the first free line that was not tried yet, then the question for the one after it (S14-13)."""
    for line_id in lines:
        line = made.index.lines.get(line_id)
        if line is None or line_id in tried or full(made, line) or _round_trip(made, line):
            continue
        take_line(made, line, made.index.external.on_line(line, digits))
        so_far = ",".join(str(one) for one in (*tried, line.line_id))
        made.ask(f"line/{digits}/{so_far}/{','.join(str(one) for one in lines)}")
        made.jump(0, busy=len(made.steps))  # busy is busy on every line: the answer goes back
        return True
    return False


def read_key(key: str) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    """ "line/<digits>/<ids tried>/<ids meant>" -> the three; each line once, top first."""
    _, digits, tried, lines = key.split("/")
    so_far, meant = (tuple(int(one) for one in text.split(",") if one.isdigit()) for text in (tried, lines))
    return digits, so_far, meant


def after_line(
    made: Draft, digits: str, lines: Sequence[int], tried: Collection[int], code: int, *, rang: bool
) -> None:
    """The last line of `tried` answered `code`: its fault, or the number's?"""
    if code not in LINE_FAILED or (code == 408 and rang):
        made.refuse(480 if rang and code == 408 else code, _SENTENCES.get(code, f"The outside line answered {code}"))
        return
    if not take_next_line(made, digits, lines, tried=tried):
        made.explain("No outside line took the call.")
        made.refuse(*NO_LINE)


def full(made: Draft, line: OutsideLine) -> bool:
    return bool(line.max_calls) and made.live.line_calls(line.line_id) >= line.max_calls


def _round_trip(made: Draft, line: OutsideLine) -> bool:
    """A call of a remote site is never passed to a remote site (S14-32)."""
    if line.kind is not LineKind.REMOTE_SITE:
        return False
    came = made.index.lines.get(made.invite.line_id or 0)
    return made.invite.kind == "line" and came is not None and came.kind is LineKind.REMOTE_SITE


def take_line(made: Draft, line: OutsideLine, digits: str, *, emergency_caller_id: str | None = None) -> None:
    made.explain(f"Outside line {line.description}.", line.link)
    made.steps.append(line_step(made, line, digits, emergency_caller_id=emergency_caller_id))


def call_from_outside(made: Draft, line: OutsideLine | None) -> None:
    """A caller on a line reaches the line's destination; a number of the office only if the line asks for one. What
    else he dialled is not looked at, so nobody telephones at the office's expense."""
    made.kind = "inbound"
    dialled = made.invite.dialled
    anonymous = made.index.snapshot.anonymous_destination
    if line is not None:
        made.explain(f"Call on outside line {line.description}.", line.link)
        if made.invite.anonymous and anonymous:
            made.explain(f"Anonymous callers go to {anonymous}.", "/phone-system/outside-lines/")
            _destination(made, anonymous)
            return
        if (number := by_did(made, line)) is not None:
            _destination(made, number)
            return
    if dialled in made.index.extensions:
        call_extension(made, dialled)
    elif line is not None and line.voicemail:
        _mailbox(made, line.voicemail)
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


def _mailbox(made: Draft, extension: str) -> None:
    """Directly to a user's mailbox (S13-97)."""
    user = made.index.user_of_extension.get(extension)
    made.callee(extension, user.name if user else "", user.user_id if user else None)
    finally_voicemail(made, extension, "/phone-system/outside-lines/", busy=False)
