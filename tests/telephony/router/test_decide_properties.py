"""What holds for every configuration: decisions end, stay within the switch's branches, emergency wins."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.messages.plan import MAX_BRANCHES, RoutePlan
from telephony.messages.snapshot import Attempt, Emergency, Finally, FinallyKind, Presence, Route
from telephony.router.decide import decide
from telephony.router.draft import MAX_STEPS
from telephony.router.invite import Facts
from telephony.router.steps.extension import MAX_HOPS
from tests.telephony.router.office import (
    ANNS,
    BOBS,
    BOBS_SECOND,
    EMERGENCY_LINE,
    LINE,
    LOBBY,
    OWN,
    extension,
    index,
    inside,
    invite,
    phone,
)

STATIONS = (ANNS, BOBS, BOBS_SECOND, LOBBY)
NUMBERS = ("101", "102", "103", "200", "201", "299")

destinations = st.one_of(
    st.just(OWN), st.sampled_from((*STATIONS, "5999")).map(phone), st.sampled_from(NUMBERS).map(inside)
)
finals = st.builds(Finally, kind=st.sampled_from(FinallyKind), value=st.sampled_from(NUMBERS))
attempts = st.builds(
    Attempt,
    destinations=st.lists(destinations, max_size=5).map(tuple),
    rings=st.integers(0, 20),
    ring_tone=st.sampled_from(["", "urgent", "\r\nX: y"]),
)
routes = st.builds(
    Route,
    attempts=st.lists(attempts, max_size=4).map(tuple),
    finally_=finals,
    on_busy=st.one_of(st.none(), finals),
)
owners = {"101": 1, "102": 2, "103": 3}
offices = st.fixed_dictionaries({number: routes for number in NUMBERS[:5]}).map(
    lambda made: index(
        extensions=[extension(number, owners.get(number), one) for number, one in made.items()],
        lines=[LINE, EMERGENCY_LINE],
    )
)
facts = st.builds(
    Facts,
    registered=st.dictionaries(st.sampled_from(STATIONS), st.integers(0, 10)),
    in_use=st.frozensets(st.sampled_from(STATIONS)),
    presences=st.dictionaries(st.integers(1, 3), st.sampled_from(Presence)),
)
dialled = st.one_of(
    st.sampled_from([*NUMBERS, *STATIONS, "404", "3102", "6101", "0", "95551212"]), st.text(max_size=12)
)


def every_path_ends(plan: RoutePlan) -> None:
    """Jumps only lead forwards, so the switch cannot go round in circles; the last step is final."""
    for number, step in enumerate(plan.steps):
        for jump in (step.busy, step.no_answer, step.not_registered, step.error):
            assert jump is None or number < jump <= len(plan.steps)
    assert plan.steps[-1].code or plan.steps[-1].ask


@settings(max_examples=120, deadline=None)
@given(office=offices, live=facts, number=dialled, station=st.sampled_from(STATIONS))
def test_every_decision_ends_within_the_limits_of_the_switch(office, live, number, station) -> None:  # type: ignore[no-untyped-def]
    plan = decide(office, live, invite(number, station=station))
    every_path_ends(plan)
    contacts = sum(max(1, live.contacts(t.aor)) for step in plan.steps for t in step.targets)
    assert contacts <= MAX_BRANCHES
    assert len(plan.steps) <= MAX_STEPS + 2 * (MAX_HOPS + 1)
    for step in plan.steps:
        for target in step.targets:
            assert target.aor != station or plan.kind != "internal"
            assert not any("\n" in header or "\r" in header for header in target.headers)


@settings(max_examples=40, deadline=None)
@given(office=offices, live=facts, station=st.sampled_from(STATIONS), prefix=st.sampled_from(["", "9"]))
def test_emergency_wins_in_every_office(office, live, station, prefix) -> None:  # type: ignore[no-untyped-def]
    plan = decide(office, live, invite(f"{prefix}911", station=station))
    assert plan.kind == "emergency"
    assert plan.steps[0].line_id == EMERGENCY_LINE.line_id
    assert plan.mode == "switched"


@given(number=st.sampled_from(NUMBERS))
def test_emergency_wins_over_every_extension(number: str) -> None:
    office = index(lines=[EMERGENCY_LINE], emergency=Emergency(numbers=(number,)))
    assert decide(office, Facts(), invite(number)).kind == "emergency"
