"""Two seconds of every kind of hostile input with a fixed seed (`make fuzz` does ten minutes), and proof that the
verdict would notice a dead worker and a call that stays."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from tests.fuzz.kinds import KINDS, attack
from tests.fuzz.target import Target

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]
SEED, SECONDS = 1, 2.0


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with Target() as made:
        yield made


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_input_breaks_nothing_and_leaves_nothing_behind(target: Target, kind: str) -> None:
    before = target.baseline()
    attack(target, kind, SEED, SECONDS)
    verdict = target.judge(before)
    assert not verdict.faults, f"{verdict}\n{target.house.logs(15)}"


def test_the_verdict_sees_a_call_that_stays(target: Target) -> None:
    before = target.baseline()
    target.ann.hang_up = False
    target.ann.call("95551212")
    target.ann.hang_up = True
    faults = target.judge(before, 0.5).faults
    target.ann.end_all()
    target.wait_quiet()
    assert any("stuck: Legs(dialogs=" in fault for fault in faults), faults


def test_the_verdict_sees_a_worker_that_died(target: Target) -> None:
    before = target.baseline()
    os.kill(target.house.pids("media")[1], signal.SIGABRT)
    faults = target.judge(before).faults
    assert any("worker.died" in fault for fault in faults), faults
