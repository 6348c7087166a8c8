"""Lines that register at their carrier, with the real switch and router."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.carrier import Carrier
from tests.harness.place import Place
from tests.telephony.router.engine import Engine
from tests.telephony.router.office import BOBS, LINE, snapshot

pytestmark = pytest.mark.telephony


@pytest.fixture(scope="module")
def place() -> Place:
    return Place({"SWITCHROOM_MEDIA_WARM": "1", "SWITCHROOM_MEDIA_MAX": "2"})


@pytest.fixture(scope="module")
def carrier(place: Place) -> Iterator[Carrier]:
    address, server = place.phone_address(), place.instance.sip
    with Carrier(address, server, login="office", password="line secret", registrar=True) as made:
        yield made


@pytest.fixture(scope="module")
def engine(place: Place, carrier: Carrier) -> Iterator[Engine]:
    first = LINE.model_copy(update={"target": carrier.target, "destination": "101"})
    second = first.model_copy(
        update={"line_id": 9, "username": "office", "registers": True, "destination": "102", "description": "Trunk"}
    )
    office = snapshot(lines=[first, second])
    with Engine(office, media=1, passwords={9: "line secret"}, place=place) as running:
        yield running


def test_a_line_registers_with_its_login_and_calls_come_to_its_name(engine: Engine, carrier: Carrier) -> None:
    engine.place.wait_for(lambda: carrier.registered.get("office"), 25, "the REGISTER")
    assert f"<sip:line9@{engine.instance.sip}>" in carrier.registered["office"]
    assert carrier.wrong_passwords == 0
    engine.event("engine.state", 25, part="line 9", up=True)
    bob = engine.phone("bob", BOBS)
    call = carrier.call("line9", caller="5850123")  # two lines share the address: the name tells them apart
    incoming = bob.incoming()
    call_id = engine.new_call(from_number="5850123", to_number="102")
    why = [line["text"] for one in engine.events(call_id) for line in one.get("why", ())]
    assert "Call on outside line Trunk." in why
    incoming.reply(486)
    call.final()


def test_a_router_that_restarts_keeps_the_registration(engine: Engine, carrier: Carrier) -> None:
    engine.place.wait_for(lambda: carrier.registered.get("office"), 25, "the REGISTER")
    engine.place.kill("router")
    engine.start_router()
    log = (engine.place.folder / "logs" / "router.log").read_text()
    assert log.count("line.registers line=line9") == 1
    assert "line secret" not in log
