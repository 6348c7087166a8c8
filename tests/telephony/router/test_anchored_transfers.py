"""Transfers in which a media worker holds a call: all rows of the table in engine-calls 3, heard at both ends."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

import pytest

from tests.harness.carrier import Carrier, CarrierCall
from tests.harness.place import Place
from tests.harness.sip import Call, Peer
from tests.telephony.router.engine import Engine
from tests.telephony.router.office import ANNS, BOBS, LINE, attempt, extension, phone, route, snapshot

pytestmark = [pytest.mark.telephony, pytest.mark.usefixtures("earlier_calls_are_known")]


@pytest.fixture(scope="module")
def place() -> Place:
    return Place({"SWITCHROOM_MEDIA_WARM": "4", "SWITCHROOM_MEDIA_MAX": "6"})


@pytest.fixture(scope="module")
def carrier(place: Place) -> Iterator[Carrier]:
    with Carrier(place.phone_address(), place.instance.sip) as made:
        yield made


@pytest.fixture(scope="module")
def engine(place: Place, carrier: Carrier) -> Iterator[Engine]:
    line = LINE.model_copy(update={"target": carrier.target, "destination": "101"})
    routes = [
        extension("101", 1, route(attempt(phone(ANNS)))),
        extension("102", 2, route(attempt(phone(BOBS), rings=2))),
    ]
    with Engine(snapshot(lines=[line], extensions=routes, ring_seconds=0.5), media=4, place=place) as running:
        yield running


def talk(one: Call, other: Call) -> None:
    """Each hears the other's tone, and no longer what it heard before."""
    one.rtp.forget()
    other.rtp.forget()
    one.rtp.play_tone(440)
    other.rtp.play_tone(700)
    one.rtp.wait_tone(700)
    other.rtp.wait_tone(440)


def from_outside(carrier: Carrier, ann: Peer) -> tuple[CarrierCall, Call]:
    """A caller on the line, answered by Ann."""
    caller = carrier.call("5854213850", caller="5850777", name="Zoe")
    anns = ann.incoming()
    anns.ring()
    anns.answer()
    anns.expect_ack()
    caller.expect(200)
    caller.ack()
    return caller, anns


def to_outside(ann: Peer, carrier: Carrier) -> tuple[Call, CarrierCall]:
    anns = ann.invite("95551212")
    far = carrier.take()
    far.talk()
    anns.expect(200)
    anns.ack()
    return anns, far


def refer(call: Call, target: str) -> int:
    return call.transact("REFER", headers=(("Refer-To", target),)).code


def replaced(call: Call) -> str:
    """Refer-To of an attended transfer to whom this call is with (RFC 3891: its dialog as that party sees it)."""
    ours, theirs = call.tags()
    return f"<sip:x@switchroom?Replaces={call.call_id}%3Bto-tag%3D{theirs}%3Bfrom-tag%3D{ours}>"


def test_a_caller_from_outside_is_transferred_blind(engine: Engine, ann: Peer, bob: Peer, carrier: Carrier) -> None:
    caller, anns = from_outside(carrier, ann)
    call_id = engine.new_call(call_kind="inbound", from_number="5850777")
    assert refer(anns, "<sip:102@switchroom>") == 202
    bobs = bob.incoming()
    assert '"Zoe"' in bobs.request.get("From")
    bobs.ring()
    bobs.answer()
    bobs.expect_ack()
    talk(caller, bobs)
    anns.expect_bye()
    caller.bye()
    bobs.expect_bye()
    assert engine.outcome(call_id) == "answered"
    told = [why["text"] for one in engine.events(call_id) for why in one.get("why", ())]
    assert "Ann Archer (101) transferred it to 102." in told


def test_a_called_party_outside_is_transferred_blind_by_who_hangs_up_at_once(
    ann: Peer, bob: Peer, carrier: Carrier
) -> None:
    anns, far = to_outside(ann, carrier)
    assert refer(anns, "<sip:102@switchroom>") == 202
    anns.bye()
    bobs = bob.incoming()
    bobs.answer()
    bobs.expect_ack()
    talk(far, bobs)
    bobs.bye()
    far.expect_bye()


def test_nobody_answers_and_the_transferor_is_called_back(ann: Peer, bob: Peer, carrier: Carrier) -> None:
    caller, anns = from_outside(carrier, ann)
    assert refer(anns, "<sip:102@switchroom>") == 202
    anns.bye()
    bobs = bob.incoming(rtp=False)
    bobs.ring()
    bobs.expect_cancel(6)
    again = ann.incoming()
    again.answer()
    again.expect_ack()
    talk(caller, again)
    caller.bye()
    again.expect_bye()


def test_what_the_transferor_may_not_dial_is_declined_and_the_call_goes_on(ann: Peer, carrier: Carrier) -> None:
    caller, anns = from_outside(carrier, ann)
    assert refer(anns, "<sip:177@switchroom>") == 603
    talk(caller, anns)
    caller.bye()
    anns.expect_bye()


def test_anchored_with_switched_attended(engine: Engine, ann: Peer, bob: Peer, carrier: Carrier) -> None:
    """Row two: Ann talks to Zoe outside, asks Bob, joins them."""
    caller, anns = from_outside(carrier, ann)
    asking = ann.invite("102")
    bobs = bob.incoming()
    bobs.answer()
    asking.expect(200)
    asking.ack()
    bobs.expect_ack()
    assert refer(anns, replaced(asking)) == 202
    taken = bob.incoming()
    assert asking.call_id in taken.request.get("Replaces")
    taken.answer()
    taken.expect_ack()
    bobs.bye()  # as a phone does that knows Replaces
    talk(caller, taken)
    anns.expect_bye()
    caller.bye()
    taken.expect_bye()


def test_switched_with_anchored_attended(ann: Peer, bob: Peer, carrier: Carrier) -> None:
    """Row three: Bob called Ann, she asks somebody outside, then joins them: Bob's phone is sent to the worker."""
    outgoing = bob.invite("101")
    anns = ann.incoming()
    anns.answer()
    outgoing.expect(200)
    outgoing.ack()
    anns.expect_ack()
    asking, far = to_outside(ann, carrier)
    moved: list[Call] = []

    def follow() -> None:
        request = bob.expect("REFER", 4)
        bob.respond(request, 202)
        moved.append(bob.invite("", uri=request.get("Refer-To").strip("<>")))

    following = Thread(target=follow)
    following.start()
    assert refer(anns, replaced(asking)) == 202
    following.join(6)
    bobs = moved[0]
    bobs.expect(200)
    bobs.ack()
    talk(bobs, far)
    asking.expect_bye()
    outgoing.bye()
    bobs.bye()
    far.expect_bye()


def test_anchored_with_anchored_attended(ann: Peer, carrier: Carrier) -> None:
    """Row four: two parties outside are joined, Ann is out of it."""
    caller, anns = from_outside(carrier, ann)
    asking, far = to_outside(ann, carrier)
    assert refer(anns, replaced(asking)) == 202
    talk(caller, far)
    anns.expect_bye()
    asking.expect_bye()
    caller.bye()
    far.expect_bye()


def test_no_leg_is_left_behind(engine: Engine) -> None:
    engine.place.wait_for(lambda: not engine.last_state()["calls"], 10, "every call to be over")
