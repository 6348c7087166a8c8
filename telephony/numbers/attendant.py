"""What a caller's keys mean in an auto attendant (S26-08, S26-20), and how names are spelled on a telephone's keys."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from telephony.messages.snapshot import DialPlan
from telephony.numbers.functions import first_digits
from telephony.numbers.internal import digits_only, is_extension, is_speed_dial

_KEYS = {
    letter: key
    for key, letters in {
        "2": "abc", "3": "def", "4": "ghi", "5": "jkl", "6": "mno", "7": "pqrs", "8": "tuv", "9": "wxyz",
    }.items()
    for letter in letters
}  # fmt: skip


class Sense(StrEnum):
    MORE = "more"  # nothing yet: another key may follow, and must
    READY = "ready"  # complete, nothing longer begins like this
    PERHAPS = "perhaps"  # complete, unless another key follows within the pause
    WRONG = "wrong"  # nothing begins like this


@dataclass(frozen=True, slots=True)
class Reading:
    sense: Sense
    dial: str = ""  # what is called, for READY and PERHAPS


def read(entry: str, plan: DialPlan, shortcuts: Mapping[str, str], *, speed_dials: bool) -> Reading:
    """The digits entered so far in the menu. A shortcut is one digit; it waits when an extension or a speed dial
    number may begin with it."""
    if not digits_only(entry):
        return Reading(Sense.WRONG)
    number = is_extension(entry, plan) or (speed_dials and is_speed_dial(entry, plan))
    longer = _may_become(entry, plan, speed_dials=speed_dials)
    dial = shortcuts.get(entry, "") if len(entry) == 1 else ""
    if number:
        dial = entry
    if dial:
        return Reading(Sense.PERHAPS if longer else Sense.READY, dial)
    return Reading(Sense.MORE if longer else Sense.WRONG)


def _may_become(entry: str, plan: DialPlan, *, speed_dials: bool) -> bool:
    """Whether a longer number begins with the entry."""
    if entry[0] in first_digits(plan) and len(entry) < plan.extension_digits:
        return True
    if not speed_dials:
        return False
    lengths = (len(plan.speed_dial) + 2, len(plan.speed_dial) + 4)
    candidates = (entry.ljust(length, filler) for length in lengths if length > len(entry) for filler in "0459")
    return any(is_speed_dial(one, plan) for one in candidates)


def keys_of(name: str) -> str:
    """A name on the keys: "Brown" is 27696. Accents count as their letter; what is on no key is left out."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(_KEYS.get(c, c if c in "0123456789" else "") for c in plain)


def spelled(entry: str, names: Iterable[str]) -> bool:
    """Whether one of the names begins with these keys."""
    return bool(entry) and any(keys_of(name).startswith(entry) for name in names)
