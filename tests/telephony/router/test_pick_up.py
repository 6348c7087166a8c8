"""Pick-up by 7 + extension with real phones' messages, switch, relay, router and media workers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.place import Place
from tests.harness.sip import Call, Peer
from tests.telephony.router.engine import Engine
from tests.telephony.router.office import BOBS, BOBS_SECOND, LOBBY, snapshot

pytestmark = [pytest.mark.telephony, pytest.mark.usefixtures("earlier_calls_are_known")]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    place = Place({"SWITCHROOM_MEDIA_WARM": "2", "SWITCHROOM_MEDIA_MAX": "3"})
    with Engine(snapshot(), media=2, place=place) as engine:
        yield engine


def ringing(engine: Engine, ann: Peer, bob: Peer, second: Peer) -> tuple[Call, Call, Call, str]:
    """Ann's call rings on both phones of Bob; its id."""
    outgoing = ann.invite("102")
    one, other = bob.incoming(rtp=False), second.incoming(rtp=False)
    one.ring()
    other.ring()
    outgoing.expect(180)
    call_id = engine.new_call(dialled="102")
    engine.event("call.ringing", call_id=call_id, stations=[BOBS, BOBS_SECOND])
    return outgoing, one, other, call_id


def test_a_ringing_call_is_picked_up_and_both_hear_one_another(
    engine: Engine, ann: Peer, bob: Peer, second: Peer, lobby: Peer
) -> None:
    outgoing, one, other, call_id = ringing(engine, ann, bob, second)
    picker = lobby.invite("7102")
    outgoing.expect(200)
    outgoing.ack()
    for phone in (one, other):
        assert "Call completed elsewhere" in phone.expect_cancel().get("Reason")
    answer = picker.expect(200)
    picker.ack()
    assert "Ann Archer" in answer.get("P-Asserted-Identity")
    outgoing.rtp.play_tone(440)
    picker.rtp.play_tone(700)
    outgoing.rtp.wait_tone(700)
    picker.rtp.wait_tone(440)
    outgoing.bye()
    picker.expect_bye()
    kinds = engine.whole_call(call_id)
    assert kinds.count("call.answered") == 1
    answered = engine.event("call.answered", call_id=call_id)
    assert answered["by"] == LOBBY
    told = [why["text"] for one in engine.events(call_id) for why in one.get("why", ())]
    assert "Desk 5119 (5119) picked it up with 7102." in told
    assert engine.outcome(call_id) == "answered"
    started = [one for one in engine.events() if one["kind"] == "call.started" and one["dialled"] == "7102"]
    assert started == []  # one call, one record


def test_the_picker_may_hang_up_first(engine: Engine, ann: Peer, bob: Peer, second: Peer, lobby: Peer) -> None:
    outgoing, one, other, call_id = ringing(engine, ann, bob, second)
    picker = lobby.invite("7102")
    outgoing.expect(200)
    outgoing.ack()
    one.expect_cancel()
    other.expect_cancel()
    picker.expect(200)
    picker.ack()
    picker.bye()
    outgoing.expect_bye()
    assert engine.outcome(call_id) == "answered"


def test_nothing_to_pick_up_is_said_and_recorded(engine: Engine, lobby: Peer) -> None:
    answer = lobby.invite("7102", rtp=False).final()
    assert answer.code == 480
    assert "No call rings at extension 102" in answer.start
    call_id = engine.new_call(dialled="7102")
    assert engine.outcome(call_id) == "refused"


def test_an_extension_that_does_not_exist_cannot_be_picked_up(engine: Engine, lobby: Peer) -> None:
    assert lobby.invite("7177", rtp=False).final().code == 404


def test_the_caller_cannot_pick_up_his_own_call(engine: Engine, ann: Peer, bob: Peer, second: Peer) -> None:
    outgoing, one, other, call_id = ringing(engine, ann, bob, second)
    assert ann.invite("7102", rtp=False).final().code == 480
    outgoing.cancel()
    one.expect_cancel()
    other.expect_cancel()
    assert engine.outcome(call_id) == "cancelled"


def test_what_was_picked_up_is_not_there_for_the_next(
    engine: Engine, ann: Peer, bob: Peer, second: Peer, lobby: Peer
) -> None:
    outgoing, one, other, _ = ringing(engine, ann, bob, second)
    picker = lobby.invite("7102", rtp=False)
    outgoing.expect(200)
    outgoing.ack()
    one.expect_cancel()
    other.expect_cancel()
    picker.expect(200)
    picker.ack()
    assert bob.invite("7102", rtp=False).final().code == 480
    outgoing.bye()
    picker.expect_bye()


def test_a_caller_who_gives_up_in_that_moment_leaves_nobody_waiting(
    engine: Engine, ann: Peer, bob: Peer, second: Peer, lobby: Peer
) -> None:
    outgoing, one, other, call_id = ringing(engine, ann, bob, second)
    picker = lobby.invite("7102", rtp=False)
    outgoing.cancel()
    one.expect_cancel()
    other.expect_cancel()
    answer = picker.final(8)
    if answer.code == 200:  # the worker was quicker than the CANCEL
        picker.ack()
        outgoing.expect(200)
        outgoing.ack()
        outgoing.bye()
        picker.expect_bye()
    engine.whole_call(call_id)
