"""Ask the system: the way of a call as boxes, by the decision of live calls (issue 5, point 5)."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.ask.answer import MOST_BOXES, Answer, ask
from telephony.ask.question import Question
from telephony.messages.snapshot import DidBlock, DidNumber, DidPlan, Presence, Snapshot
from telephony.router.decide import decide
from telephony.router.invite import Facts, Invite
from tests.telephony.router.office import (
    ANN,
    ANNS,
    BOB,
    BOBS,
    BOBS_SECOND,
    CID,
    EMERGENCY_LINE,
    LINE,
    LOBBY,
    attempt,
    extension,
    inside,
    phone,
    route,
    snapshot,
    to_extension,
    to_voicemail,
)
from tests.telephony.router.test_decide_properties import dialled, offices

AT = datetime(2026, 12, 24, 17, 5, tzinfo=UTC).timestamp()


def asked(made: Snapshot, number: str, **more: object) -> Answer:
    return ask(made, Question(**{"dialled": number, "station": ANNS, "at": AT, **more}))  # type: ignore[arg-type]


def titles(answer: Answer) -> list[str]:
    return [box.title for box in answer.boxes]


def test_a_call_is_told_from_the_caller_to_its_end() -> None:
    answer = asked(snapshot(), "102")
    assert [(box.kind, box.title, box.text, box.label) for box in answer.boxes] == [
        ("caller", "Ann Archer (101)", "dials 102", ""),
        ("rule", "Call route of extension 102, presence In Office.", "", ""),
        ("ring", "Desk 5112 (5112), Desk 5113 (5113)", "ring for 24 s", ""),
        (
            "application",
            "Voicemail of Bob Baker",
            "greeting of the presence In Office",
            "nobody answers, after 24 s",
        ),
    ]
    assert answer.boxes[1].link == "/routes/"
    assert answer.sentence == (
        "First: Desk 5112 (5112), Desk 5113 (5113) ring for 24 s. "
        "If nobody answers, in the end: Voicemail of Bob Baker."
    )


def test_presence_use_and_registration_are_part_of_the_question() -> None:
    away = extension("102", BOB, {p: route(attempt(phone(LOBBY))) if p is Presence.AWAY else route() for p in Presence})
    made = snapshot(extensions=[away])
    answer = asked(made, "102", presences={BOB: Presence.AWAY})
    assert "Call route of extension 102, presence Away." in titles(answer)
    assert titles(answer)[2] == f"Desk {LOBBY} ({LOBBY})"
    gone = asked(snapshot(), "102", registered=frozenset({ANNS}))
    assert [(box.text, box.label) for box in gone.boxes if box.kind == "ring"] == [
        ("not registered: passed over at once", "")
    ]
    assert gone.boxes[-1].label == "nobody registered"
    busy = asked(snapshot(), "102", in_use=frozenset({BOBS, BOBS_SECOND}))
    assert [box.kind for box in busy.boxes] == ["caller", "rule", "rule", "application"]
    assert busy.boxes[-1].text == "the greeting says: is on the phone"


def test_on_busy_stands_beside_the_way() -> None:
    made = snapshot(
        extensions=[extension("102", BOB, route(attempt(), end=to_voicemail("102"), busy=to_extension("200")))]
    )
    [ringing] = [box for box in asked(made, "102").boxes if box.kind == "ring" and "5112" in box.title]
    assert ringing.on_busy == f"Desk {LOBBY} ({LOBBY})"


def test_a_caller_from_outside_is_shown_through_the_did_number() -> None:
    plan = DidPlan(
        plan_id=1, description="Main", numbers=(DidNumber(number="5854213850", extension="102"),), link="/p/"
    )
    block = DidBlock(block_id=1, first="5854213800", count=100, plan_id=1, line_ids=(7,))
    made = snapshot(lines=[LINE]).model_copy(update={"did_blocks": (block,), "did_plans": (plan,)})
    answer = asked(made, "15854213850", station="", line_id=7, from_number="5855550100")
    assert titles(answer)[0] == "5855550100 on outside line Carrier"
    assert [(box.title, box.link) for box in answer.boxes if box.link == "/p/"] == [
        ("DID number 5854213850 goes to extension 102.", "/p/")
    ]
    assert answer.anchored == "outside line"
    assert answer.boxes[-1].title == "Voicemail of Bob Baker"


def test_a_line_that_is_down_is_passed_over_and_the_next_is_tried() -> None:
    made = snapshot(lines=[LINE, EMERGENCY_LINE])
    answer = asked(made, "95551212", lines_down=frozenset({LINE.line_id}))
    lines = [(box.title, box.text) for box in answer.boxes if box.kind == "line"]
    assert lines[0] == ("Outside line Carrier", "is down: passed over")
    assert lines[1][0] == "Outside line Copper"
    none = asked(made, "95551212", lines_down=frozenset({7, 8}))
    assert none.boxes[-1].title == "No outside line took the call"
    help_ = asked(made, "9911")
    assert help_.kind == "emergency"
    assert [box.text for box in help_.boxes if box.kind == "line"] == ["shows 5854215555"]


def test_a_number_nobody_has_says_so() -> None:
    answer = asked(snapshot(), "777")
    assert answer.kind == "refused"
    assert answer.sentence == "777 is not a number of this office."


def test_a_chain_of_extensions_shows_every_link() -> None:
    made = snapshot(
        extensions=[
            extension("101", ANN, route(attempt(inside("102")), end=to_extension("103"))),
            extension("103", CID, route(end=to_voicemail("103"))),
        ]
    )
    answer = asked(made, "101", station=LOBBY)
    assert [title for title in titles(answer) if title.startswith("Call route")] == [
        "Call route of extension 101, presence In Office.",
        "Call route of extension 103, presence In Office.",
    ]
    assert answer.boxes[-1].title == "Voicemail of Cid Chandler"


@settings(max_examples=80, deadline=None)
@given(
    office=offices,
    number=dialled,
    station=st.sampled_from((ANNS, BOBS, LOBBY)),
    registered=st.frozensets(st.sampled_from((ANNS, BOBS, BOBS_SECOND, LOBBY))),
    in_use=st.frozensets(st.sampled_from((ANNS, BOBS, BOBS_SECOND, LOBBY))),
    down=st.frozensets(st.sampled_from((7, 8))),
)
def test_every_answer_ends_and_is_the_decision_of_a_live_call(
    office, number, station, registered, in_use, down
) -> None:  # type: ignore[no-untyped-def]
    answer = asked(office.snapshot, number, station=station, registered=registered, in_use=in_use, lines_down=down)
    assert len(answer.boxes) < MOST_BOXES
    assert answer.boxes[0].kind == "caller"
    assert answer.boxes[-1].kind in ("application", "end")
    live = Facts(registered=dict.fromkeys(registered, 1), in_use=in_use)
    plan = decide(office, live, Invite(call_id="x", kind="phone", dialled=number, station=station))
    assert answer.kind == plan.kind
    if plan.mode == "switched" and plan.kind == "internal":
        told = [box.title for box in answer.boxes if box.kind == "rule"]
        assert told == [line.text for line in plan.why if not line.text.startswith("Outside line ")]
