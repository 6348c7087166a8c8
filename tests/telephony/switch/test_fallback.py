"""Without a router: emergency and internal numbers still work, everything else says why not."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from telephony.switch import control
from tests.harness.place import Place
from tests.harness.sip import Peer
from tests.telephony.switch.conftest import Switch, connect

pytestmark = pytest.mark.telephony


def lines(*carriers: Peer) -> dict[str, object]:
    """What the router leaves with the switch for an emergency number (telephony/router/steps/emergency.py)."""
    steps = [
        {
            "ring": 120000,
            "t": [{"uri": f"sip:911@{one.address}:{one.port}"}],
            "line": 8,
            "fu": "5850000",
            "fh": one.address,
        }
        for one in carriers
    ]
    return {"s": steps}


@pytest.fixture(scope="module")
def running() -> Iterator[Switch]:
    with Place() as place:
        switch = Switch(place)
        try:
            yield switch
        finally:
            switch.close()


@pytest.fixture(scope="module")
def office(running: Switch) -> tuple[Peer, Peer, Peer]:
    ann, bob, carrier = running.phone(), running.phone(), running.stranger("carrier")
    dead = running.stranger("dead")
    for table, key, value in (
        ("ext", "102", f"{bob.user},5999"),
        ("emerg", "911", json.dumps(lines(dead, carrier))),
        ("ecid", ann.user, "5854215555"),
        ("lineauth", "8", "office|line secret"),
        ("cid", ann.user, 'Ann "O\'Neil" \\ Meyer|101'),
    ):
        running.router.rpc(control.set_entry(table, key, value))  # type: ignore[arg-type]
    return ann, bob, carrier


@pytest.fixture
def alone(running: Switch, office: tuple[Peer, Peer, Peer]) -> Iterator[tuple[Peer, Peer, Peer]]:
    running.router.close()
    running.place.wait_for(
        lambda: "switch.router_gone" in running.place.processes["switch"].tail(), 3, "the switch to notice"
    )
    yield office
    running.connect_router()


def test_an_internal_number_rings_its_stations_with_the_callers_identity(
    switch: Switch, alone: tuple[Peer, Peer, Peer]
) -> None:
    ann, bob, _ = alone
    call = ann.invite("102")
    called = bob.incoming()
    assert called.request.get("From").startswith('"Ann \\"O\'Neil\\" \\\\ Meyer" <sip:101@switchroom>')
    connect(call, called)
    called.rtp.play_tone(600)
    call.rtp.wait_tone(600)
    ended = called._within("BYE")
    called._send(ended)
    call.expect_bye()


def test_an_emergency_number_goes_to_the_next_line_when_the_first_is_dead(
    switch: Switch, alone: tuple[Peer, Peer, Peer]
) -> None:
    ann, _, carrier = alone
    call = ann.invite("911")
    called = carrier.incoming(seconds=8)
    assert called.request.uri.startswith("sip:911@")
    # the caller ID is the handset's, whatever number the line owns
    assert called.request.get("From").startswith(f'"Ann \\"O\'Neil\\" \\\\ Meyer" <sip:5854215555@{carrier.address}>')
    connect(call, called)


def test_any_other_number_is_refused_with_the_reason(switch: Switch, alone: tuple[Peer, Peer, Peer]) -> None:
    answer = alone[0].invite("555").final()
    assert answer.start == "SIP/2.0 503 The call router is not answering"


def test_a_router_that_is_silent_for_three_seconds_counts_as_none(
    switch: Switch, office: tuple[Peer, Peer, Peer]
) -> None:
    ann, bob, _ = office
    switch.router.messages.clear()
    call = ann.invite("102")  # no plan is set, so the router says nothing
    question = switch.router.wait("q")
    called = bob.incoming(seconds=6)
    switch.router.answer(question, {"c": "late", "s": [{"code": 404}]})  # too late: does not disturb
    connect(call, called)


def test_a_broken_plan_counts_as_none(switch: Switch, office: tuple[Peer, Peer, Peer]) -> None:
    ann, bob, _ = office
    switch.router.plans["102"] = {"c": "broken", "s": []}
    call = ann.invite("102")
    connect(call, bob.incoming())
