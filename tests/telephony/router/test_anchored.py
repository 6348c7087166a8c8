"""Calls with an outside line, by real parts: phone, relay, switch, router, media worker, and a carrier."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.carrier import Carrier
from tests.harness.place import Place
from tests.harness.sip import Peer
from tests.telephony.router.engine import Engine
from tests.telephony.router.office import ANNS, BOBS, LINE, snapshot

pytestmark = pytest.mark.telephony
SECRET = "line-secret"


@pytest.fixture(scope="module")
def place() -> Place:
    return Place({"SWITCHROOM_MEDIA_WARM": "3", "SWITCHROOM_MEDIA_MAX": "4"})


@pytest.fixture(scope="module")
def carrier(place: Place) -> Iterator[Carrier]:
    with Carrier(place.phone_address(), place.instance.sip, login="line", password=SECRET) as made:
        yield made


@pytest.fixture(scope="module")
def engine(place: Place, carrier: Carrier) -> Iterator[Engine]:
    line = LINE.model_copy(update={"target": carrier.target, "username": "line", "destination": "102"})
    office = snapshot(lines=[line], ring_seconds=0.5)
    with Engine(office, media=3, passwords={LINE.line_id: SECRET}, place=place) as running:
        yield running


@pytest.fixture(scope="module")
def ann(engine: Engine) -> Peer:
    return engine.phone("ann", ANNS)


@pytest.fixture(scope="module")
def bob(engine: Engine) -> Peer:
    return engine.phone("bob", BOBS)


@pytest.fixture(autouse=True)
def _earlier_calls_are_known(engine: Engine, carrier: Carrier) -> None:
    engine.known_calls.update(one["call_id"] for one in engine.events() if "call_id" in one)
    carrier.challenging = False


def test_a_call_to_the_outside_is_heard_in_both_directions(engine: Engine, ann: Peer, carrier: Carrier) -> None:
    call = ann.invite("95551212")
    far = carrier.take()
    assert far.request.uri.startswith("sip:5551212@")
    far.ring()
    call.expect(180)
    far.talk()
    call.expect(200)
    call.ack()
    far.rtp.play_tone(440)
    call.rtp.play_tone(700)
    call.rtp.wait_tone(440)
    far.rtp.wait_tone(700)
    call.bye()
    far.expect_bye()
    call_id = engine.new_call(dialled="95551212", mode="anchored", anchor_reason="outside line")
    assert engine.outcome(call_id) == "answered"
