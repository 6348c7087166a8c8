"""Numbers that lead nowhere: unknown ones, and functions this version does not have."""

from __future__ import annotations

from telephony.router.draft import Draft


def refuse_unknown(made: Draft, reason: str) -> None:
    made.refusal(404, reason)


def not_yet(made: Draft, function: str) -> None:
    """501: the phone shows the sentence and does not try again."""
    made.refusal(501, f"{function[:1].upper()}{function[1:]} is not available in this version.")
