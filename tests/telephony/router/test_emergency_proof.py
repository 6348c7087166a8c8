"""Every handset x every way to dial help, through the decision itself (S23-01, S23-15)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.ask.proof import prove, reaching
from telephony.messages.snapshot import Emergency, EmergencyCallerId, Snapshot
from telephony.router.decide import decide
from telephony.router.index import build
from telephony.router.invite import Facts
from tests.telephony.router.office import (
    ANNS,
    BOBS,
    EMERGENCY_LINE,
    LINE,
    LOBBY,
    appearance,
    extension,
    invite,
    route,
    snapshot,
)

SECOND = EMERGENCY_LINE.model_copy(update={"line_id": 9, "description": "Second"})
NORTH = EmergencyCallerId(number="5854215555", location="North wing", line_ids=(9,))


def office(**changes: object) -> Snapshot:
    made = snapshot(lines=[LINE, EMERGENCY_LINE, SECOND], emergency=Emergency(caller_ids=(NORTH,)))
    return made.model_copy(update=changes)


def test_every_handset_is_shown_with_its_lines_caller_id_and_location() -> None:
    rows = {(row.station, row.dialled): row for row in prove(office())}
    assert {dialled for _, dialled in rows} == {"911", "9911"}
    assert {station for station, _ in rows} == {ANNS, BOBS, "5113", LOBBY}
    anns = rows[ANNS, "911"]
    assert (anns.lines, anns.caller_id, anns.location) == (("Second", "Copper"), "5854215555", "North wing")
    assert (anns.handset, anns.owner) == ("Desk 5111", "Ann Archer")
    lobby = rows[LOBBY, "9911"]
    assert (lobby.lines, lobby.caller_id, lobby.location) == (("Copper", "Second"), EMERGENCY_LINE.caller_id, "")
    assert reaching(office()) == {ANNS, BOBS, "5113", LOBBY}


def test_without_direct_dialling_only_the_access_digit_is_a_way() -> None:
    """S14-08, S23-T01"""
    made = office(emergency=Emergency(direct_dial=False))
    assert {row.dialled for row in prove(made)} == {"9911"}
    assert decide(build(made), Facts(), invite("911")).kind != "emergency"
    assert decide(build(made), Facts(), invite("9911")).kind == "emergency"


def test_without_a_line_nobody_is_reached_and_it_says_why() -> None:
    rows = prove(office(outside_lines=(LINE,)))
    assert not any(row.reached for row in rows)
    assert {row.why for row in rows} == {"No outside line is marked for emergency calls."}
    assert reaching(office(outside_lines=(LINE,))) == frozenset()


def test_a_line_that_is_full_comes_last_but_is_not_left_out() -> None:
    full = SECOND.model_copy(update={"max_calls": 1})
    index = build(office(outside_lines=(EMERGENCY_LINE, full)))
    plan = decide(index, Facts(on_lines={9: 1}), invite("911"))
    assert [step.line_id for step in plan.steps if step.line_id] == [8, 9]
    assert {step.caller_number for step in plan.steps if step.line_id} == {"5854215555"}


@settings(max_examples=60, deadline=None)
@given(
    numbers=st.lists(
        st.sampled_from(["911", "112", "999", "0", "101", "5111", "9"]), min_size=1, max_size=3, unique=True
    ),
    direct=st.booleans(),
    stations=st.lists(st.integers(5111, 5120).map(str), min_size=1, max_size=4, unique=True),
    extensions=st.lists(st.sampled_from(["101", "112", "200", "299"]), unique=True),
)
def test_with_one_emergency_line_every_handset_reaches_help_whatever_else_is_configured(
    numbers: list[str], direct: bool, stations: list[str], extensions: list[str]
) -> None:
    made = snapshot(
        lines=[LINE, EMERGENCY_LINE],
        emergency=Emergency(numbers=tuple(numbers), direct_dial=direct),
        extensions=[extension(number, None, route()) for number in extensions],
    ).model_copy(update={"appearances": tuple(appearance(station, None) for station in stations)})
    rows = prove(made)
    assert len(rows) == len(stations) * len({row.dialled for row in rows})
    assert all(row.lines == ("Copper",) for row in rows)
    assert reaching(made) == frozenset(stations)


def test_a_line_that_is_only_named_by_the_caller_id_is_used_too() -> None:
    north = NORTH.model_copy(update={"line_ids": (LINE.line_id,)})
    made = office(outside_lines=(LINE,), emergency=Emergency(caller_ids=(north,)))
    assert reaching(made) == {ANNS}
