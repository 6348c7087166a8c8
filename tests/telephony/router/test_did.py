"""Direct inward dialling, decided (S22, A-071, S28-T06)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.messages.plan import RoutePlan
from telephony.messages.snapshot import DidBlock, DidNumber, DidPlan, Language, OutsideLine
from telephony.numbers.did import DidIndex, holds, overlap, plain
from telephony.router.decide import draft
from telephony.router.draft import Draft
from telephony.router.index import SnapshotIndex, build
from telephony.router.invite import Facts, Invite
from tests.telephony.router.office import ANNS, LINE, LOBBY, snapshot

SUPPORT = DidNumber(number="5854213850", extension="101", dnis="Support")
PLAN = DidPlan(plan_id=1, description="Main", default_extension="200", numbers=(SUPPORT,), link="/plan/")
BLOCK = DidBlock(block_id=1, first="5854213800", count=100, plan_id=1, line_ids=(7,))


def office(plan: DidPlan = PLAN, line: OutsideLine = LINE, *blocks: DidBlock) -> SnapshotIndex:
    whole = snapshot(lines=[line.model_copy(update={"destination": "102"})])
    return build(whole.model_copy(update={"did_blocks": blocks or (BLOCK,), "did_plans": (plan,)}))


def called(number: str, index: SnapshotIndex, *, dialled: str = "line7", name: str = "") -> Draft:
    """As the worker's leg: who rings."""
    invite = Invite(
        call_id="c1",
        kind="line",
        dialled=dialled,
        called=number,
        line_id=7,
        from_number="5850001",
        from_name=name,
        bridged=True,
    )
    return draft(index, Facts(registered={ANNS: 1, LOBBY: 1}), invite)


def rings(plan: RoutePlan) -> list[str]:
    return [target.aor for target in plan.steps[0].targets]


def test_a_mapped_number_rings_its_extension_and_shows_its_name() -> None:
    """S22-T01"""
    plan = called("5854213850", office(), name="Jo Smith").plan()
    assert rings(plan) == [ANNS]
    assert plan.caller_name == "Support: Jo Smith"
    header = 'P-Called-Party-ID: "Support" <sip:5854213850@switchroom>'
    assert header in plan.steps[0].targets[0].headers
    assert "DID number 5854213850 (Support) goes to extension 101." in [line.text for line in plan.why]


def test_an_unassigned_number_rings_the_default_extension_and_shows_itself() -> None:
    """S22-T01, S22-06"""
    plan = called("5854213851", office()).plan()
    assert rings(plan) == [LOBBY]
    assert plan.caller_name == "5854213851"


def test_a_number_outside_the_block_takes_the_lines_own_route() -> None:
    """S22-08, A-071"""
    made = called("5854213900", office())
    assert made.callee_number == "102"
    assert made.plan().caller_name == ""


@pytest.mark.parametrize("written", ["+15854213850", "15854213850", "5854213850", "585-421-3850"])
def test_carriers_write_numbers_in_several_ways(written: str) -> None:
    assert rings(called(written, office()).plan()) == [ANNS]
    block = BLOCK.model_copy(update={"first": "15854213800"})
    assert rings(called(written, office(PLAN, LINE, block)).plan()) == [ANNS]


def test_the_request_uri_is_looked_at_when_to_names_the_line() -> None:
    assert rings(called("line7", office(), dialled="5854213850").plan()) == [ANNS]


@pytest.mark.parametrize(("source", "station"), [("to", LOBBY), ("request_uri", ANNS)])
def test_the_line_says_which_of_two_numbers_was_called(source: str, station: str) -> None:
    """S13-50"""
    line = LINE.model_copy(update={"did_source": source})
    assert rings(called("5854213851", office(PLAN, line), dialled="5854213850").plan()) == [station]


def test_a_mapping_to_a_deleted_extension_falls_back_step_by_step() -> None:
    gone = SUPPORT.model_copy(update={"extension": "150"})
    made = called("5854213850", office(PLAN.model_copy(update={"numbers": (gone,)})))
    assert made.callee_number == "200"
    assert "DID number 5854213850 goes to extension 150, which does not exist." in [line.text for line in made.why]
    nothing = PLAN.model_copy(update={"numbers": (gone,), "default_extension": ""})
    assert called("5854213850", office(nothing)).callee_number == "102"


def test_the_language_of_a_mapping_overrides_the_lines() -> None:
    """S28-T06"""
    line = LINE.model_copy(update={"default_language": Language.SECONDARY})
    assert called("5854213850", office(line=line)).language is Language.SECONDARY
    english = SUPPORT.model_copy(update={"language": "primary"})
    assert called("5854213850", office(PLAN.model_copy(update={"numbers": (english,)}), line)).language == "primary"
    assert called("5854213851", office(PLAN.model_copy(update={"default_language": "primary"}), line)).language == (
        "primary"
    )


def test_scattered_numbers_share_one_block() -> None:
    """S22-T03"""
    numbers = tuple(DidNumber(number=f"58542138{n:02}", extension="101") for n in (*range(10), *range(90, 100)))
    index = office(PLAN.model_copy(update={"numbers": numbers}))
    assert {called(f"58542138{n:02}", index).callee_number for n in (0, 9, 90, 99)} == {"101"}
    assert called("5854213850", index).callee_number == "200"


def test_a_name_cannot_break_out_of_its_header() -> None:
    evil = SUPPORT.model_copy(update={"dnis": 'A"\r\nX: y\\'})
    headers = (
        called("5854213850", office(PLAN.model_copy(update={"numbers": (evil,)}))).plan().steps[0].targets[0].headers
    )
    assert headers == ('P-Called-Party-ID: "AX: y" <sip:5854213850@switchroom>',)


starts = st.integers(1000, 1200).map(str)
counts = st.integers(1, 80)


@given(one=starts, n=counts, other=starts, m=counts, number=st.integers(1000, 1300).map(str))
def test_blocks_overlap_exactly_when_they_share_a_number(one: str, n: int, other: str, m: int, number: str) -> None:
    shared = set(range(int(one), int(one) + n)) & set(range(int(other), int(other) + m))
    assert overlap((one, n), (other, m)) == bool(shared)
    assert holds(one, n, number) == (int(number) in range(int(one), int(one) + n))


@given(blocks=st.lists(st.tuples(starts, counts), max_size=6), number=st.integers(900, 1300).map(str))
def test_the_index_finds_what_a_search_would_find(blocks: list[tuple[str, int]], number: str) -> None:
    apart: list[tuple[str, int]] = []
    for block in blocks:
        if not any(overlap(block, known) for known in apart):
            apart.append(block)
    wire = tuple(
        DidBlock(block_id=at, first=first, count=count, plan_id=1, line_ids=(7,))
        for at, (first, count) in enumerate(apart)
    )
    index = DidIndex.of(snapshot().model_copy(update={"did_blocks": wire, "did_plans": (PLAN,)}))
    found = index.find(7, ["line7", number])
    right = [at for at, (first, count) in enumerate(apart) if holds(first, count, number)]
    assert [found.block.block_id] if found else right == []
    assert index.find(8, [number]) is None


@given(st.text(max_size=20))
def test_any_text_can_be_a_called_number(text: str) -> None:
    assert plain(text).isascii()
    assert called(text, office(), dialled=text).plan().steps
