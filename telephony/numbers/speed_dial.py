"""System speed dials (S18-27): 50 of three digits and 1000 of five. The dial plan says which number each has."""

from __future__ import annotations

SHORT, LONG = 50, 1000
FIRST_LONG = 1000  # entries 1000..1999 are the long ones
_DIGITS = frozenset("0123456789")


def entry_of(rest: str) -> int | None:
    """The entry of the digits after the plan's digit: "50".."99" and "4000".."4999"."""
    if not rest or not _DIGITS.issuperset(rest):
        return None
    if len(rest) == 2 and rest >= "50":
        return int(rest) - 50
    if len(rest) == 4 and rest[0] == "4":
        return FIRST_LONG + int(rest[1:])
    return None


def number_of(entry: int, digit: str) -> str:
    """What is dialled for an entry: "350", "34000"."""
    return f"{digit}{50 + entry}" if entry < SHORT else f"{digit}4{entry - FIRST_LONG:03}"


def entries() -> tuple[int, ...]:
    return (*range(SHORT), *range(FIRST_LONG, FIRST_LONG + LONG))
