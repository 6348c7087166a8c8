"""Business schedules as the router sees them: configuration of a snapshot, and what was set by hand.

Nothing is scheduled: a question asks what the schedule says now. The older of two never replaces the newer, so the
hub may give back what it knows at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from telephony.messages.schedules import SetByHand
from telephony.numbers.schedule import CLOSED, ByHand, Setting, setting_at
from telephony.router.index import SnapshotIndex


class Schedules:
    def __init__(self) -> None:
        self.by_hand: dict[int, SetByHand] = {}

    def take(self, schedule_id: int, made: SetByHand) -> bool:
        """False when something newer is known."""
        known = self.by_hand.get(schedule_id)
        if known is not None and known.made >= made.made:
            return False
        self.by_hand[schedule_id] = made
        return True

    def setting(self, index: SnapshotIndex, schedule_id: int, now: float) -> Setting:
        """Mode and greeting at `now` (Unix time); of a schedule that does not exist: closed."""
        return setting_of(index, self.by_hand, schedule_id, now)


def setting_of(index: SnapshotIndex, by_hand: Mapping[int, SetByHand], schedule_id: int, now: float) -> Setting:
    schedule = index.schedules.get(schedule_id)
    if schedule is None:
        return CLOSED
    made = by_hand.get(schedule_id)
    hand = ByHand(made.mode, made.greeting, datetime.fromtimestamp(made.made, UTC)) if made else None
    return setting_at(schedule, index.zone, datetime.fromtimestamp(now, UTC), hand)
