"""Half a minute of every kind of hostile input with a fixed seed; `make fuzz` does ten minutes of each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fuzz.kinds import KINDS, attack
from tests.fuzz.target import Target

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]
SEED, SECONDS = 1, 30.0


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
