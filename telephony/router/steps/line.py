"""The step of a plan that goes out on a line: how the number, the caller and the offer look to its carrier (S13-22..
S13-52). Every setting of a line that shows in an INVITE shows here."""

from __future__ import annotations

from urllib.parse import quote

from telephony.messages.plan import Step, Target
from telephony.messages.snapshot import OutsideLine
from telephony.numbers.did import digits_of
from telephony.router.draft import Draft

RING_MS = 120_000  # carriers give up on their own; a caller may wait longer than in the office


def line_uri(line: OutsideLine, number: str) -> str:
    """The request URI of a number on a line; `target` is "sip:host[:port]"."""
    scheme, _, host = line.target.partition(":")
    return f"{scheme}:{quote(number, safe='+*')}@{host}"


def line_host(line: OutsideLine) -> str:
    """Host part of the line's own addresses."""
    return line.target.partition(":")[2].partition(";")[0].rsplit(":", 1)[0]


def account(line: OutsideLine) -> str:
    return line.user_id or line.username


def line_step(made: Draft, line: OutsideLine, digits: str, *, emergency_caller_id: str | None = None) -> Step:
    """`emergency_caller_id`: of an emergency call, whose caller is named whatever the line's settings are; ""
    is the line's own number."""
    host = line_host(line)
    if emergency_caller_id is None:
        name, shown = caller_name(made, line), caller_number(made, line)
        headers = _headers(made, line, shown, host)
    else:
        name, shown = made.caller.name, emergency_caller_id or line.caller_id or made.caller.number
        headers = (f"P-Asserted-Identity: <sip:{shown}@{host}>",) if shown else ()
    user = account(line) if line.request_user == "account" else ""
    return Step(
        ring_ms=RING_MS,
        targets=(Target(uri=line_uri(line, user or digits), headers=headers, proxy=line.outbound_proxy),),
        line_id=line.line_id,
        caller_name=name,
        caller_number=shown,
        caller_host=host,
        callee_number=digits,
        early_media=line.early_media or emergency_caller_id is not None,
        codecs=line.codecs if emergency_caller_id is None else "",
    )


def from_outside(made: Draft) -> bool:
    """An outside caller who is sent on to the outside."""
    return made.invite.kind == "line"


def caller_number(made: Draft, line: OutsideLine) -> str:
    """A number the line owns, or what its settings let pass (S13-28); without any, the extension."""
    if from_outside(made):
        if line.external_number and made.caller.number and not made.invite.anonymous:
            return made.caller.number
        return line.caller_id or account(line)
    user = made.index.users.get(made.caller.user_id or 0)
    if line.handset_number and user is not None and user.caller_id_number:
        return user.caller_id_number
    return line.caller_id or made.caller.number


def caller_name(made: Draft, line: OutsideLine) -> str:
    """S13-27. Nobody's name leaves the house unless a setting says so."""
    if from_outside(made):
        return made.caller.name if line.external_name and not made.invite.anonymous else line.caller_id_name
    user = made.index.users.get(made.caller.user_id or 0)
    if line.handset_name and user is not None and user.caller_id_name:
        return user.caller_id_name
    return line.caller_id_name


def _headers(made: Draft, line: OutsideLine, shown: str, host: str) -> tuple[str, ...]:
    found = []
    if line.identity and shown:
        found.append(f"P-Asserted-Identity: <sip:{quote(shown, safe='+*')}@{host}>")
    sent_on = from_outside(made)
    if line.diversion == "always" or (line.diversion == "on_redirect" and sent_on):
        by = digits_of(made.invite.called) if sent_on else ""
        by = by or line.caller_id or account(line)
        if by:
            reason = "unconditional" if sent_on else "unknown"
            found.append(f"Diversion: <sip:{quote(by, safe='+*')}@{host}>;reason={reason}")
    return tuple(found)
