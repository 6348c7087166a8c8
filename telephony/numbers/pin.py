"""What a PIN may be (S08-06, S08-07): one rule for the portal and for the telephone."""

from __future__ import annotations

SHORTEST, LONGEST = 4, 8  # digits
DEFAULT = "1234"  # every new user's, to be changed at the first login


def fits(pin: str) -> bool:
    return SHORTEST <= len(pin) <= LONGEST and pin.isascii() and pin.isdigit()
