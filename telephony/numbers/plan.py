"""Which leading digits a dial plan may have (S07-17..S07-20): two rows collide when a number of one begins, or is, a
number of the other (AMB-14). So speed dial (350, 34000) and leave voicemail (3 + extension) share the 3 while no
extension begins with 4 to 9. Pure.

Within one row lengths tell numbers apart: 7 + extension and 78 + PIN + number.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from telephony.messages.snapshot import DialPlan
from telephony.numbers.functions import first_digits

ANY = "0123456789"
Pattern = tuple[str, ...]  # for each place the characters it may have; a longer number may follow an open one


class Row(NamedTuple):
    """A row of the dial plan's page, in its order: whoever stands above chooses first."""

    field: str
    title: str


EXTENSIONS = Row("extension_leading", "User and system extensions")
ROWS = (
    EXTENSIONS,
    Row("operator", "Operator"),
    Row("external", "Outside lines"),
    Row("enterprise", "Enterprise calls"),
    Row("station", "Internal stations"),
    Row("speed_dial", "System speed dial"),
    Row("message_center", "Message Center of an extension"),
    Row("call_functions", "Call functions"),
    Row("leave_voicemail", "Leave a voicemail"),
    Row("pbx_functions", "PBX functions"),
)


def extension_mode(plan: DialPlan) -> DialPlan:
    """The codes of Extension Mode (S07-18): those of Normal Mode behind a star, speed dial on *2 (AMB-15, AMB-16)."""
    usual = DialPlan()
    return DialPlan(
        mode="extension",
        extension_digits=plan.extension_digits,
        operator=usual.operator,
        external=usual.external,
        speed_dial="2",
    )


def patterns(plan: DialPlan, field: str) -> tuple[Pattern, ...]:
    """Every form of the row's numbers."""
    first = "".join(first_digits(plan))
    extension: Pattern = (first, *[ANY] * (plan.extension_digits - 1))
    if field == EXTENSIONS.field:
        return (extension,)
    digit: str = getattr(plan, field)
    if field == "operator":
        return ((digit,),)
    if field == "external":
        return ((digit, ANY),)
    lead: Pattern = (*plan.star, digit)
    forms: dict[str, tuple[Pattern, ...]] = {
        "enterprise": ((ANY,),),
        "station": ((ANY, ANY, ANY),),
        "speed_dial": (("56789", ANY), ("4", ANY, ANY, ANY)),
        "message_center": (extension,),
        "leave_voicemail": (extension,),
        "call_functions": (extension, ("0", ANY), ("8", ANY)),
        "pbx_functions": (
            ("0", "0348"), ("236", ANY), ("4", "01", ANY), ("5", *extension), ("89", ANY, ANY),
        ),
    }  # fmt: skip
    return tuple((*lead, *form) for form in forms[field])


def collide(one: Pattern, other: Pattern) -> bool:
    """Whether a number of the shorter one begins, or is, a number of the other."""
    return all(set(a) & set(b) for a, b in zip(one, other, strict=False))


def rows_collide(plan: DialPlan, one: str, other: str) -> bool:
    return any(collide(a, b) for a, b in product(patterns(plan, one), patterns(plan, other)))


def problems(plan: DialPlan) -> dict[str, str]:
    """Field → a sentence, of what has to change; empty for a plan that may be saved. Of two rows that collide the lower
    one is named."""
    found: dict[str, str] = {}
    if sentence := _wrong_digits(plan):
        found.update(sentence)
        return found
    for row, above in _pairs():
        if row.field not in found and rows_collide(plan, row.field, above.field):
            digit = getattr(plan, row.field)
            found[row.field] = (
                f"{row.title} on {plan.star}{digit} and {above.title[0].lower()}{above.title[1:]} could not be told "
                "apart. Choose another digit."
            )
    return found


def _pairs() -> Iterator[tuple[Row, Row]]:
    for place, row in enumerate(ROWS):
        for above in ROWS[:place]:
            yield row, above


def _wrong_digits(plan: DialPlan) -> dict[str, str]:
    found = {
        row.field: f"{row.title}: choose one digit from 0 to 9."
        for row in ROWS[1:]
        if len(getattr(plan, row.field)) != 1 or getattr(plan, row.field) not in ANY
    }
    if plan.extension_digits not in (3, 4):
        found["extension_digits"] = "Extensions have 3 or 4 digits."
    low, high = plan.extension_leading
    if plan.mode == "normal" and (low, high) not in BLOCKS:
        found[EXTENSIONS.field] = "Extensions begin with two digits that follow each other, from 1 and 2 to 8 and 9."
    return found


BLOCKS = tuple((str(low), str(low + 1)) for low in range(1, 9))


def choices(plan: DialPlan, field: str) -> tuple[str, ...]:
    """The digits a row may take beside the rows above it (S07-20)."""
    place = [row.field for row in ROWS].index(field)
    if not place:
        raise ValueError("extensions choose among BLOCKS")
    found = []
    for digit in ANY:
        tried = plan.model_copy(update={field: digit})
        if not any(rows_collide(tried, field, above.field) for above in ROWS[:place]):
            found.append(digit)
    return tuple(found)
