"""What somebody asks, and in what state of the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from telephony.messages.schedules import SetByHand
from telephony.messages.snapshot import Presence


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Who calls: a handset (`station`), or somebody outside on a line (`line_id`, `from_number`)."""

    dialled: str
    station: str = ""
    line_id: int | None = None
    from_number: str = ""
    at: float  # Unix time: what schedules say then
    presences: Mapping[int, Presence] = field(default_factory=dict)  # of users who are not In Office
    registered: frozenset[str] | None = None  # stations; None: every one
    in_use: frozenset[str] = frozenset()  # stations whose key is in use
    line_calls: Mapping[int, int] = field(default_factory=dict)  # calls on each line
    lines_down: frozenset[int] = frozenset()
    by_hand: Mapping[int, SetByHand] = field(default_factory=dict)  # schedules somebody has set
