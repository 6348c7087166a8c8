"""System speed dials (S18-27): the number behind one is dialled as if it had been typed, with the caller's rights."""

from __future__ import annotations

from telephony.numbers.internal import meaning
from telephony.numbers.meaning import Meaning, SpeedDial, Unknown
from telephony.router.draft import Draft


def behind(made: Draft, found: SpeedDial) -> Meaning:
    """What it stands for. A speed dial never leads to another one."""
    entry = made.index.speed_dials.get(found.entry)
    if entry is None:
        return Unknown(found.dialled, f"The speed dial number {found.dialled} is not in use.")
    made.explain(f"Speed dial {found.dialled}, {entry.description}.", entry.link)
    target = meaning(entry.target, made.index.dial_plan, made.index.emergency)
    if isinstance(target, SpeedDial):
        return Unknown(found.dialled, f"The speed dial number {found.dialled} leads to another speed dial.")
    return target
