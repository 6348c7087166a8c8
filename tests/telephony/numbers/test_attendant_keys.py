"""What keys mean in an auto attendant: S26-08, S26-20, S26-T04, S26-T07."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.messages.snapshot import DialPlan
from telephony.numbers.attendant import Reading, Sense, keys_of, read, spelled

PLAN = DialPlan()
SHORTCUTS = {"0": "0", "1": "432", "9": "200"}


@pytest.mark.parametrize(
    ("entry", "speed_dials", "sense", "dial"),
    [
        ("0", False, Sense.READY, "0"),  # nothing longer begins with 0
        ("1", False, Sense.PERHAPS, "432"),  # a shortcut, or the beginning of an extension
        ("2", False, Sense.MORE, ""),  # no shortcut, but extensions begin like this
        ("10", False, Sense.MORE, ""),
        ("101", False, Sense.READY, "101"),
        ("9", False, Sense.READY, "200"),
        ("8", False, Sense.WRONG, ""),
        ("3", False, Sense.WRONG, ""),  # S26-T07: speed dial numbers are not allowed
        ("3", True, Sense.MORE, ""),
        ("35", True, Sense.MORE, ""),
        ("350", True, Sense.READY, "350"),
        ("34", True, Sense.MORE, ""),
        ("3401", True, Sense.MORE, ""),
        ("34000", True, Sense.READY, "34000"),
        ("320", True, Sense.WRONG, ""),
        ("1a", True, Sense.WRONG, ""),
        ("", True, Sense.WRONG, ""),
    ],
)
def test_an_entry_is_read_like_this(entry: str, speed_dials: bool, sense: Sense, dial: str) -> None:
    assert read(entry, PLAN, SHORTCUTS, speed_dials=speed_dials) == Reading(sense, dial)


@given(st.text("0123456789", min_size=1, max_size=7), st.booleans())
def test_whoever_keys_on_comes_to_an_end(entry: str, speed_dials: bool) -> None:
    """MORE and PERHAPS promise that a longer number exists; nothing is longer than six digits."""
    found = read(entry, PLAN, SHORTCUTS, speed_dials=speed_dials)
    if found.sense in (Sense.MORE, Sense.PERHAPS):
        assert len(entry) <= 5
    assert bool(found.dial) == (found.sense in (Sense.READY, Sense.PERHAPS))


@pytest.mark.parametrize(
    ("name", "keys"), [("Brown", "27696"), ("O'Connor", "6266667"), ("Müller", "685537"), ("李", ""), ("A1", "21")]
)
def test_names_are_spelled_on_the_keys_of_a_telephone(name: str, keys: str) -> None:
    assert keys_of(name) == keys


def test_a_name_is_found_by_its_first_keys() -> None:
    assert spelled("276", ["BrownTom"])
    assert not spelled("277", ["BrownTom"])
    assert not spelled("", ["BrownTom"])
