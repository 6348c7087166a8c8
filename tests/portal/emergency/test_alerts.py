"""Emergency alerts: when one is raised, how long it is seen and heard (S23-12, S23-T05, A-069)."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from portal.live.alerts import GONE_AFTER, QUIET, SILENT_AFTER, Alert, raises, shown

FIRST, LATER = Alert("a", 0.0), Alert("b", 20.0)


def test_further_calls_within_fifteen_seconds_raise_no_new_alert() -> None:
    assert raises(0.0, None)
    assert not raises(10.0, 0.0)
    assert not raises(14.9, 0.0)
    assert raises(15.0, 0.0)
    assert raises(20.0, 0.0)


def test_the_next_one_is_stored_and_shown_when_the_first_was_cleared() -> None:
    seen = shown([LATER, FIRST], set(), 25.0)
    assert (seen.alert, seen.waiting) == (FIRST, (LATER,))
    assert shown([FIRST, LATER], {"a"}, 25.0).alert == LATER
    assert shown([FIRST, LATER], {"a", "b"}, 25.0).alert is None


def test_the_beeping_stops_after_ten_minutes_and_the_information_leaves_after_sixty() -> None:
    assert shown([FIRST], set(), 599.9).beeping
    assert not shown([FIRST], set(), 600.0).beeping
    assert shown([FIRST], set(), 3599.9).alert == FIRST
    assert shown([FIRST], set(), 3600.0).alert is None


def test_the_system_clears_the_first_and_the_second_comes() -> None:
    assert shown([FIRST, LATER], set(), 3600.0).alert == LATER


calls = st.lists(st.floats(0, 8000), min_size=1, max_size=12).map(sorted)


@given(times=calls, now=st.floats(0, 12_000), cleared=st.sets(st.integers(0, 11)))
def test_whatever_happens_an_alert_is_one_that_was_raised_is_not_cleared_and_is_young(
    times: list[float], now: float, cleared: set[int]
) -> None:
    raised: list[Alert] = []
    for number, at in enumerate(times):
        if raises(at, raised[-1].at if raised else None):
            raised.append(Alert(str(number), at))
    assert all(after.at - before.at >= QUIET for before, after in pairwise(raised))
    seen = shown(raised, {str(one) for one in cleared}, now)
    if seen.alert is None:
        assert not seen.beeping
        assert not seen.waiting
        return
    assert seen.alert in raised
    assert int(seen.alert.key) not in cleared
    assert seen.alert.at <= now < seen.alert.at + GONE_AFTER
    assert seen.beeping == (now < seen.alert.at + SILENT_AFTER)
    assert all(one.at >= seen.alert.at for one in seen.waiting)
