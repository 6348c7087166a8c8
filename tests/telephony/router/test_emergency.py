"""Emergency calls with real parts: whatever else is broken, full or banned (S23)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from telephony.switch import control
from tests.harness.carrier import Carrier
from tests.harness.place import Place
from tests.harness.sip import Peer
from tests.telephony.router.engine import Engine
from tests.telephony.router.office import ANNS, LINE, LINE_LOGIN, LINE_SECRET, snapshot

pytestmark = [pytest.mark.telephony, pytest.mark.usefixtures("earlier_calls_are_known")]
ANNS_CALLER_ID = "5854215555"  # of her handset (office.py)


@pytest.fixture(scope="module")
def place() -> Place:
    return Place({"SWITCHROOM_MEDIA_WARM": "2", "SWITCHROOM_MEDIA_MAX": "4"})


@pytest.fixture(scope="module")
def engine(place: Place, carrier: Carrier) -> Iterator[Engine]:
    line = LINE.model_copy(
        update={
            "target": carrier.target,
            "username": LINE_LOGIN,
            "emergency": True,
            "max_calls": 1,
            "destination": "102",
        }
    )
    with Engine(snapshot(lines=[line]), media=2, passwords={LINE.line_id: LINE_SECRET}, place=place) as running:
        yield running


@pytest.fixture(autouse=True)
def _fresh(carrier: Carrier) -> None:
    carrier.challenging = False
    carrier.peer.inbox.clear()


def reaches_help(caller: Peer, carrier: Carrier, dialled: str, shown: str) -> None:
    """The call goes out with the caller ID of the handset, is heard in both directions, and ends."""
    call = caller.invite(dialled)
    far = carrier.take()
    assert far.request.uri.startswith("sip:911@")
    assert f"<sip:{shown}@{carrier.address}>" in far.request.get("From")
    far.answer()  # a switched call: the ACK is the phone's own
    call.expect(200)
    call.ack()
    far.expect_ack()
    call.rtp.play_tone(700)
    far.rtp.play_tone(440)
    far.rtp.wait_tone(700)
    call.rtp.wait_tone(440)
    call.bye()
    far.expect_bye()


@pytest.mark.parametrize("dialled", ["911", "9911"])
def test_an_emergency_call_is_switched_and_shows_the_handsets_number(
    engine: Engine, ann: Peer, carrier: Carrier, dialled: str
) -> None:
    reaches_help(ann, carrier, dialled, ANNS_CALLER_ID)
    call_id = engine.new_call(dialled=dialled, call_kind="emergency", mode="switched", anchor_reason="")
    assert engine.outcome(call_id) == "answered"
    assert engine.event("call.answered", call_id=call_id)["by"] == "line/7"
    told = engine.event("emergency.called", call_id=call_id)
    assert (told["number"], told["station"], told["owner"]) == ("911", ANNS, "Ann Archer")
    assert (told["caller_id"], told["line"]) == (ANNS_CALLER_ID, LINE.description)


def test_a_carrier_that_wants_a_password_gets_it(engine: Engine, ann: Peer, carrier: Carrier) -> None:
    carrier.challenging = True
    reaches_help(ann, carrier, "911", ANNS_CALLER_ID)


def test_the_newest_ordinary_call_ends_when_every_channel_is_in_use(
    engine: Engine, ann: Peer, bob: Peer, carrier: Carrier
) -> None:
    ordinary = bob.invite("95551212")
    far = carrier.take()
    far.talk()
    ordinary.expect(200)
    ordinary.ack()
    ordinary_id = engine.new_call(dialled="95551212")
    refused = ann.invite("95550000", rtp=False).final()
    assert refused.code == 503
    assert "All outside lines are in use" in refused.start
    reaches_help(ann, carrier, "911", ANNS_CALLER_ID)
    far.expect_bye()
    ordinary.expect_bye()
    assert engine.outcome(ordinary_id) == "answered"
    why = [line["text"] for one in engine.events(ordinary_id) for line in one.get("why", ())]
    assert "It was ended to make room for an emergency call: every channel of the line was in use." in why
    assert engine.outcome(engine.new_call(call_kind="emergency")) == "answered"


def test_an_emergency_call_does_not_end_another_one(engine: Engine, ann: Peer, bob: Peer, carrier: Carrier) -> None:
    first = ann.invite("911", rtp=False)
    far = carrier.take()
    far.answer()
    first.expect(200)
    first.ack()
    second = bob.invite("911", rtp=False)
    also = carrier.take()  # the carrier decides whether it has room
    also.reply(486)
    assert second.final().code in (486, 503)
    first.bye()
    far.expect_bye()


def test_an_emergency_call_needs_no_media_worker(engine: Engine, ann: Peer, carrier: Carrier) -> None:
    engine.place.kill("media")
    try:
        reaches_help(ann, carrier, "911", ANNS_CALLER_ID)
    finally:
        engine.start_media()


def test_a_banned_address_with_a_registered_phone_may_still_call_for_help(
    engine: Engine, ann: Peer, carrier: Carrier
) -> None:
    rpc = engine.rpc(control.set_entry("ban", ann.address, "authentication"))
    assert "error" not in rpc
    try:
        reaches_help(ann, carrier, "911", ANNS_CALLER_ID)
        request = ann.request("INVITE", "sip:102@switchroom", body="")
        ann.send(request)
        ann.send(ann.request("OPTIONS", "sip:switchroom"))
        assert not [m for m in ann.inbox if m.branch == request.branch]
    finally:
        engine.rpc(control.delete_entry("ban", ann.address))


@pytest.mark.parametrize("dialled", ["911", "9911"])
@pytest.mark.parametrize("challenging", [False, True])
def test_help_is_reached_with_the_router_killed(
    engine: Engine, ann: Peer, bob: Peer, carrier: Carrier, dialled: str, challenging: bool
) -> None:
    carrier.challenging = challenging
    engine.place.kill("router")
    try:
        reaches_help(ann, carrier, dialled, ANNS_CALLER_ID)
        reaches_help(bob, carrier, dialled, LINE.caller_id)  # this handset has none of its own
        assert ann.invite("95551212", rtp=False).final().code == 503
    finally:
        engine.start_router()


def test_a_call_for_help_that_the_switch_placed_alone_is_told_when_the_router_is_back(
    engine: Engine, ann: Peer, carrier: Carrier
) -> None:
    engine.place.kill("router")
    call = ann.invite("9911", rtp=False)
    far = carrier.take()
    far.answer()
    call.expect(200)
    call.ack()
    before = {one["id"] for one in engine.events() if one["kind"] == "emergency.called"}
    engine.start_router()
    told = engine.place.wait_for(
        lambda: [one for one in engine.events() if one["kind"] == "emergency.called" and one["id"] not in before],
        10.0,
        "word of the emergency call",
    )
    assert told is not None
    assert [(one["number"], one["station"], one["caller_id"]) for one in told] == [("911", ANNS, ANNS_CALLER_ID)]
    call.bye()
    far.expect_bye()
