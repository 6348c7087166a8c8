"""The Phone Functions sheet (S07-22): from the dial plan to what one can dial.

Every row names a sample; it is on the sheet when the dial plan gives the sample the row's meaning. So the sheet follows
changed digits, drops what another row hides, and shows a function from the day the dial plan understands it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from telephony.messages.snapshot import DialPlan, Emergency
from telephony.numbers import meaning as meanings
from telephony.numbers.internal import meaning

Understand = Callable[[str, DialPlan, Emergency], Any]

NOTHING = (meanings.NotYet, meanings.Unknown)
TODAY = (
    meanings.EmergencyCall, meanings.Operator, meanings.Extension, meanings.Station, meanings.LeaveVoicemail,
    meanings.MessageCenter, meanings.PickUp, meanings.External, meanings.Enterprise, *NOTHING,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Function:
    """One row. `dial` is what to key in, with words for what varies; `example` only digits, "" when `dial` is."""

    group: str
    title: str
    dial: str
    example: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Candidate:
    function: Function
    sample: str
    kind: type[Any] | None = None  # None: a function this version lacks; any meaning of its own will do


def phone_functions(
    plan: DialPlan,
    emergency: Emergency,
    *,
    outside: bool,
    extension: str = "",
    understand: Understand = meaning,
) -> tuple[Function, ...]:
    """What can be dialled, in the order of the sheet. `outside`: whether there is an outside line; `extension`: the
    reader's own, for the examples."""
    own = extension or first_digits(plan)[0] + "0" * (plan.extension_digits - 2) + "1"
    found = []
    for candidate in (*_calls(plan, emergency, outside), *_messages(plan, own), *_in_the_office(plan, own)):
        got = understand(candidate.sample, plan, emergency)
        if isinstance(got, candidate.kind) if candidate.kind else not isinstance(got, TODAY):
            found.append(candidate.function)
    return tuple(found)


def _calls(plan: DialPlan, emergency: Emergency, outside: bool) -> list[_Candidate]:
    first = first_digits(plan)
    low, high = (first[n] + d * (plan.extension_digits - 1) for n, d in ((0, "0"), (-1, "9")))
    station, speed = plan.star + plan.station, plan.star + plan.speed_dial
    rows = [
        _Candidate(
            Function("Calls", "Emergency call", number, text="Reaches the emergency services at once."),
            number,
            meanings.EmergencyCall,
        )
        for number in _emergency(plan, emergency)
        if outside
    ]
    rows += [
        _Candidate(Function("Calls", "Another extension", _span(low, high, plan)), low, meanings.Extension),
        _Candidate(Function("Calls", "Operator", plan.operator), plan.operator, meanings.Operator),
    ]
    if outside:
        rows.append(
            _Candidate(
                Function("Calls", "An outside number", f"{plan.external} + number", f"{plan.external}5551234"),
                f"{plan.external}5551234",
                meanings.External,
            )
        )
    rows += [
        _Candidate(
            Function(
                "Calls", "One telephone", f"{station}nnn", f"{station}111",
                "Rings that telephone alone.",
            ),
            f"{station}111",
            meanings.Station,
        ),
        _future("Calls", "System speed dial", f"{speed}50 to {speed}99", f"{speed}50"),
    ]  # fmt: skip
    return rows


def _messages(plan: DialPlan, own: str) -> list[_Candidate]:
    center, leave, functions = (
        plan.star + one for one in (plan.message_center, plan.leave_voicemail, plan.pbx_functions)
    )
    return [
        _Candidate(
            Function(
                "Messages", "Hear the messages of an extension", f"{center} + extension", f"{center}{own}",
                "Asks for the PIN.",
            ),
            f"{center}{own}",
            meanings.MessageCenter,
        ),
        _Candidate(
            Function("Messages", "Message Center", f"{functions}04", text="Asks for extension and PIN."),
            f"{functions}04",
            meanings.MessageCenter,
        ),
        _Candidate(
            Function(
                "Messages", "Leave a message without ringing", f"{leave} + extension", f"{leave}{own}",
            ),
            f"{leave}{own}",
            meanings.LeaveVoicemail,
        ),
    ]  # fmt: skip


def _in_the_office(plan: DialPlan, own: str) -> list[_Candidate]:
    calls, pbx = plan.star + plan.call_functions, plan.star + plan.pbx_functions
    return [
        _Candidate(
            Function(
                "Calls of others", "Answer a call that rings elsewhere", f"{calls} + extension", f"{calls}{own}",
            ),
            f"{calls}{own}",
            meanings.PickUp,
        ),
        _future("Calls of others", "Park a call", f"{calls}00", f"{calls}00"),
        _future("Calls of others", "Take a parked call", f"{calls}01 to {calls}09", f"{calls}01"),
        _future("Calls of others", "Take a parked call", f"{pbx}950 to {pbx}999", f"{pbx}950"),
        _future("Calls of others", "Take a call parked at another site", f"{pbx}800 to {pbx}949", f"{pbx}800"),
        _future("More", "Auto attendant", f"{pbx}00", f"{pbx}00"),
        _future("More", "Auto attendants 1 to 9", f"{pbx}31 to {pbx}39", f"{pbx}31"),
        _future("More", "Call queues 0 to 9", f"{pbx}400 to {pbx}409", f"{pbx}400"),
        _future("More", "Conference center", f"{pbx}08", f"{pbx}08"),
        _future("More", "Do not disturb", f"{pbx}20 to {pbx}29", f"{pbx}20"),
        _future("More", "Forward your calls", f"{pbx}5 + extension", f"{pbx}5{own}"),
        _future("More", "Paging zones", f"{pbx}60 to {pbx}69", f"{pbx}60"),
        _future("More", "Open the door", f"{pbx}03", f"{pbx}03"),
    ]  # fmt: skip


def _future(group: str, title: str, dial: str, sample: str) -> _Candidate:
    return _Candidate(Function(group, title, dial, sample if dial != sample and "+" in dial else ""), sample)


def first_digits(plan: DialPlan) -> tuple[str, ...]:
    """What an extension may begin with."""
    if plan.mode == "extension":
        return tuple(digit for digit in "0123456789" if digit not in (plan.operator, plan.external))
    return plan.extension_leading


def _emergency(plan: DialPlan, emergency: Emergency) -> Sequence[str]:
    """With the access digit, and without it where that is allowed (S23-01)."""
    numbers = [number for number in emergency.numbers if number]
    direct = numbers if emergency.direct_dial else []
    return (*direct, *(plan.external + number for number in numbers))


def _span(low: str, high: str, plan: DialPlan) -> str:
    if plan.mode == "extension":
        return f"{low} to {high}, but none that begins with {plan.operator} or {plan.external}"
    first, last = plan.extension_leading
    if int(last) - int(first) <= 1:
        return f"{low} to {high}"
    rest = plan.extension_digits - 1
    return f"{low} to {first}{'9' * rest}, {last}{'0' * rest} to {high}"
