"""A line whose carrier connects two outside parties by itself (Supports SIP REFER, S13-43)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.carrier import Carrier
from tests.harness.place import Place
from tests.harness.sip import Peer, answer_refer
from tests.telephony.router.engine import Engine
from tests.telephony.router.office import ANNS, BOBS, LINE, attempt, extension, phone, route, snapshot
from tests.telephony.router.test_anchored_transfers import from_outside, refer, talk, to_outside

pytestmark = [pytest.mark.telephony, pytest.mark.usefixtures("earlier_calls_are_known")]


@pytest.fixture(scope="module")
def place() -> Place:
    return Place({"SWITCHROOM_MEDIA_WARM": "3", "SWITCHROOM_MEDIA_MAX": "4"})


@pytest.fixture(scope="module")
def carrier(place: Place) -> Iterator[Carrier]:
    with Carrier(place.phone_address(), place.instance.sip, refer=True) as made:
        yield made


@pytest.fixture(scope="module")
def engine(place: Place, carrier: Carrier) -> Iterator[Engine]:
    line = LINE.model_copy(update={"target": carrier.target, "destination": "101", "supports_refer": True})
    routes = [extension("101", 1, route(attempt(phone(ANNS)))), extension("102", 2, route(attempt(phone(BOBS))))]
    with Engine(snapshot(lines=[line], extensions=routes), media=3, place=place) as running:
        yield running


def sentences(engine: Engine, call_id: str) -> list[str]:
    return [why["text"] for one in engine.events(call_id) for why in one.get("why", ())]


def test_the_carrier_connects_caller_and_called_and_the_house_is_out_of_it(
    engine: Engine, ann: Peer, carrier: Carrier
) -> None:
    caller, anns = from_outside(carrier, ann)
    call_id = engine.new_call(call_kind="inbound", from_number="5850777")
    assert refer(anns, "<sip:95551212@switchroom>") == 202
    assert answer_refer(caller, 200) == f"sip:5551212@{carrier.address}:{carrier.port}"
    caller.expect_bye()
    anns.expect_bye()
    assert engine.outcome(call_id) == "answered"
    assert "Outside line Carrier was asked to connect the two by itself." in sentences(engine, call_id)
    assert not engine.last_state()["calls"]


@pytest.mark.parametrize("accept", [True, False])
def test_a_carrier_that_does_not_leaves_the_call_with_us(
    engine: Engine, ann: Peer, carrier: Carrier, accept: bool
) -> None:
    anns, far = to_outside(ann, carrier)
    assert refer(anns, "<sip:95553434@switchroom>") == 202
    anns.bye()
    answer_refer(far, 503 if accept else 405, accept=accept)
    second = carrier.take()
    assert second.request.uri.startswith("sip:5553434@")
    second.talk()
    talk(far, second)
    second.bye()
    far.expect_bye()
    assert not engine.last_state()["calls"]


def test_a_party_of_the_office_is_reached_as_ever(ann: Peer, bob: Peer, carrier: Carrier) -> None:
    caller, anns = from_outside(carrier, ann)
    assert refer(anns, "<sip:102@switchroom>") == 202
    bobs = bob.incoming()
    bobs.answer()
    bobs.expect_ack()
    talk(caller, bobs)
    caller.bye()
    bobs.expect_bye()


def test_a_carrier_may_not_send_our_call_elsewhere(ann: Peer, carrier: Carrier) -> None:
    """Whoever is outside has no rights here: his REFER is declined, and the call goes on."""
    caller, anns = from_outside(carrier, ann)
    assert refer(caller, "<sip:95551212@switchroom>") == 603
    talk(caller, anns)
    caller.bye()
    anns.expect_bye()
