"""Which call 7 + extension answers. No network."""

from __future__ import annotations

from typing import Any

from telephony.router.decide import decide
from telephony.router.invite import Facts
from telephony.router.live import Call, Leg
from telephony.router.pickup import oldest_ringing
from tests.telephony.router.office import ANNS, BOBS, BOBS_SECOND, LOBBY, index, invite

INDEX = index()


def call(name: str, at: float, *, station: str = ANNS, to: str = "102", kind: str = "internal", **leg: Any) -> Call:
    facts: dict[str, object] = {"from_number": "101", "to_number": to, "call_kind": kind}
    made = Call(call_id=name, index=INDEX, at=at, started=True, facts=facts)
    one = Leg(cid=name, call=made, cseq=1, station=station, **{"ringing": {BOBS}, **leg})
    made.legs[name] = one
    made.ringing = tuple(one.ringing)
    return made


def picked(*calls: Call, extension: str = "102", picker: str = LOBBY) -> str:
    found = oldest_ringing(calls, INDEX, extension, picker)
    return found.cid if found else ""


def test_the_oldest_call_comes_first() -> None:
    assert picked(call("new", 9.0), call("old", 3.0), call("middle", 5.0)) == "old"


def test_only_calls_that_ring_at_that_extension_count() -> None:
    other = call("other", 1.0, to="200", ringing={LOBBY})
    quiet = call("quiet", 1.0, ringing=set())
    assert picked(other, quiet) == ""
    assert picked(other, quiet, extension="200", picker=BOBS) == "other"


def test_a_call_that_is_answered_or_being_picked_up_is_left_alone() -> None:
    answered = call("answered", 1.0)
    answered.answered = 2.0
    taken = call("taken", 1.0)
    taken.legs["p"] = Leg(cid="p", call=taken, cseq=1, role="picker", station=BOBS_SECOND)
    ended = call("ended", 1.0)
    ended.ended_by = "admin"
    assert picked(answered, taken, ended) == ""


def test_nobody_picks_up_his_own_call_an_emergency_call_or_a_test() -> None:
    assert picked(call("own", 1.0), picker=ANNS) == ""
    assert picked(call("911", 1.0, kind="emergency")) == ""
    assert picked(call("test", 1.0, kind="test")) == ""


def test_the_digits_become_a_question_and_an_unknown_extension_is_refused() -> None:
    assert decide(INDEX, Facts(), invite("7102", station=LOBBY)).steps[0].ask == "pick_up/102"
    refused = decide(INDEX, Facts(), invite("7177", station=LOBBY))
    assert (refused.steps[0].code, refused.kind) == (404, "refused")
