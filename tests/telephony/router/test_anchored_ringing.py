"""A call from outside while it rings: picked up, sent to voicemail; several phones with sound of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from telephony.messages.commands import EndCall, SendToVoicemail
from tests.harness.carrier import Carrier, CarrierCall
from tests.harness.place import Place
from tests.harness.sip import Call, Peer
from tests.telephony.router.engine import Engine
from tests.telephony.router.office import BOBS, BOBS_SECOND, LINE, LINE_LOGIN, LINE_SECRET, LOBBY, snapshot

pytestmark = [pytest.mark.telephony, pytest.mark.usefixtures("earlier_calls_are_known")]


@pytest.fixture(scope="module")
def place() -> Place:
    return Place({"SWITCHROOM_MEDIA_WARM": "4", "SWITCHROOM_MEDIA_MAX": "6"})


@pytest.fixture(scope="module")
def engine(place: Place, carrier: Carrier) -> Iterator[Engine]:
    line = LINE.model_copy(update={"target": carrier.target, "username": LINE_LOGIN, "destination": "102"})
    with Engine(snapshot(lines=[line]), media=4, passwords={LINE.line_id: LINE_SECRET}, place=place) as running:
        yield running


def ringing(engine: Engine, carrier: Carrier, bob: Peer, second: Peer) -> tuple[CarrierCall, Call, Call, str]:
    """Somebody calls from outside; both phones of Bob ring. The call's id."""
    caller = carrier.call("5854213850", caller="5850777", name="Zoe Zimmer")
    one, other = bob.incoming(), second.incoming()
    one.ring()
    other.ring()
    caller.expect(180)
    call_id = engine.new_call(call_kind="inbound", from_number="5850777", mode="anchored")
    engine.event("call.ringing", call_id=call_id, stations=[BOBS, BOBS_SECOND])
    return caller, one, other, call_id


def hear_one_another(one: Call, other: Call) -> None:
    one.rtp.play_tone(440)
    other.rtp.play_tone(700)
    one.rtp.wait_tone(700)
    other.rtp.wait_tone(440)


def sentences(engine: Engine, call_id: str) -> list[str]:
    return [why["text"] for one in engine.events(call_id) for why in one.get("why", ())]


def test_a_call_from_outside_is_picked_up_and_stays_one_call(
    engine: Engine, bob: Peer, second: Peer, lobby: Peer, carrier: Carrier
) -> None:
    caller, one, other, call_id = ringing(engine, carrier, bob, second)
    picker = lobby.invite("7102")
    for phone in (one, other):
        assert "Call completed elsewhere" in phone.expect_cancel().get("Reason")
    assert "Zoe Zimmer" in picker.expect(200).get("P-Asserted-Identity")
    picker.ack()
    caller.expect(200)
    caller.ack()
    hear_one_another(caller, picker)
    caller.bye()
    picker.expect_bye()
    assert engine.whole_call(call_id).count("call.answered") == 1
    assert engine.event("call.answered", call_id=call_id)["by"] == LOBBY
    assert "Desk 5119 (5119) picked it up with 7102." in sentences(engine, call_id)
    assert [one for one in engine.events() if one["kind"] == "call.started" and one["dialled"] == "7102"] == []
    assert not engine.last_state()["calls"]


def test_whoever_picked_up_hangs_up_and_no_leg_is_left(
    engine: Engine, bob: Peer, second: Peer, lobby: Peer, carrier: Carrier
) -> None:
    caller, one, other, call_id = ringing(engine, carrier, bob, second)
    picker = lobby.invite("7102")
    one.expect_cancel()
    other.expect_cancel()
    picker.expect(200)
    picker.ack()
    caller.expect(200)
    caller.ack()
    picker.bye()
    caller.expect_bye()
    assert engine.outcome(call_id) == "answered"
    assert not engine.last_state()["calls"]


def test_a_call_from_outside_is_sent_to_voicemail_while_it_rings(
    engine: Engine, bob: Peer, second: Peer, carrier: Carrier
) -> None:
    caller, one, other, call_id = ringing(engine, carrier, bob, second)
    assert engine.command(SendToVoicemail, call_id=call_id).ok
    one.expect_cancel()
    other.expect_cancel()
    caller.expect(200)
    caller.ack()
    caller.rtp.wait_sound(6)
    caller.bye()
    assert engine.event("call.answered", call_id=call_id)["by"] == "voicemail/102"
    assert engine.outcome(call_id) == "voicemail"
    assert "admin sent it to voicemail." in sentences(engine, call_id)


def test_a_call_from_outside_is_ended_while_it_rings(engine: Engine, bob: Peer, second: Peer, carrier: Carrier) -> None:
    caller, one, other, call_id = ringing(engine, carrier, bob, second)
    assert engine.command(EndCall, call_id=call_id).ok
    one.expect_cancel()
    other.expect_cancel()
    assert caller.final().code >= 400
    assert engine.outcome(call_id) == "ended_by_administrator"
    assert not engine.last_state()["calls"]


def test_a_call_to_the_outside_is_ended_while_it_rings(engine: Engine, lobby: Peer, carrier: Carrier) -> None:
    call = lobby.invite("95551212", rtp=False)
    far = carrier.take()
    far.ring()
    call.expect(180)
    call_id = engine.new_call(dialled="95551212")
    assert engine.command(EndCall, call_id=call_id).ok
    far.expect_cancel()
    assert call.final().code >= 400
    assert engine.outcome(call_id) == "ended_by_administrator"
    assert not engine.last_state()["calls"]


def test_a_phone_of_a_group_that_sends_the_call_on_rings_another_beside_the_rest(
    engine: Engine, bob: Peer, second: Peer, lobby: Peer, carrier: Carrier
) -> None:
    caller, one, other, call_id = ringing(engine, carrier, bob, second)
    answer = one.request.reply(302, to_tag=one.tag).add("Contact", "<sip:200@switchroom>")
    bob.send(answer, one.request.source)
    one.expect_ack()
    third = lobby.incoming()
    third.ring()
    third.answer()
    third.expect_ack()
    other.expect_cancel()
    caller.expect(200)
    caller.ack()
    hear_one_another(caller, third)
    third.bye()
    caller.expect_bye()
    assert engine.event("call.answered", call_id=call_id)["by"] == LOBBY
    assert engine.outcome(call_id) == "answered"


def test_two_phones_that_send_sound_early_are_not_heard_in_turns(
    engine: Engine, bob: Peer, second: Peer, carrier: Carrier
) -> None:
    caller = carrier.call("5854213850", caller="5850777")
    one, other = bob.incoming(), second.incoming()
    for phone in (one, other):
        phone.reply(183, phone.offer())
    assert caller.expect(180).body == ""
    other.answer()
    other.expect_ack()
    one.expect_cancel()
    caller.expect(200)
    caller.ack()
    hear_one_another(caller, other)
    caller.bye()
    other.expect_bye()


@pytest.mark.parametrize("code", [486, 603])
def test_a_phone_that_is_not_to_be_disturbed_leaves_the_others_ringing(
    engine: Engine, bob: Peer, second: Peer, carrier: Carrier, code: int
) -> None:
    caller, one, other, call_id = ringing(engine, carrier, bob, second)
    one.reply(code)
    one.expect_ack()
    other.answer()
    other.expect_ack()
    caller.expect(200)
    caller.ack()
    hear_one_another(caller, other)
    other.bye()
    caller.expect_bye()
    assert engine.event("call.answered", call_id=call_id)["by"] == BOBS_SECOND
