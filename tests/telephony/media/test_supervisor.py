"""When a dead worker is replaced: at once, unless it keeps dying."""

from __future__ import annotations

import pytest

from telephony.media.supervisor import AT_ONCE, LONGEST_PAUSE, RECENT, Slot


def test_accidents_are_answered_at_once() -> None:
    slot = Slot(0, pid=1)
    for accident in range(20):
        now = 100.0 + accident * (RECENT + 1)
        slot.died(now)
        assert (slot.pid, slot.start_at) == (0, now)


def test_a_worker_that_keeps_dying_is_started_less_and_less_often() -> None:
    slot, now, pauses = Slot(0), 100.0, []
    for _ in range(12):
        slot.died(now)
        pauses.append(slot.start_at - now)
        now = slot.start_at + 0.1
    assert pauses[:AT_ONCE] == [0.0] * AT_ONCE
    assert pauses[AT_ONCE] == pytest.approx(1.0)
    assert max(pauses) <= LONGEST_PAUSE
    assert len([pause for pause in pauses if pause > 0]) >= 4


def test_a_worker_that_lived_for_a_while_is_forgiven() -> None:
    slot = Slot(0)
    for moment in range(8):
        slot.died(100.0 + moment * 0.1)
    assert slot.start_at > 101
    slot.died(1000.0)
    assert slot.start_at == 1000.0
