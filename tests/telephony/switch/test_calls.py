"""Calls by the router's plan: who rings, what happens when nobody answers, what both sides see."""

from __future__ import annotations

import pytest

from tests.harness.sip import Peer
from tests.telephony.switch.conftest import Switch, connect, plan, ring

pytestmark = pytest.mark.telephony


@pytest.fixture(scope="module")
def ann(running: Switch) -> Peer:
    return running.phone(name="Ann's own name")


@pytest.fixture(scope="module")
def bob(running: Switch) -> Peer:
    return running.phone()


@pytest.fixture(scope="module")
def carl(running: Switch) -> Peer:
    return running.phone()


def test_a_call_rings_is_answered_heard_and_hung_up(switch: Switch, ann: Peer, bob: Peer) -> None:
    switch.router.plans["102"] = plan(ring(bob), fn="Ann Meyer", fu="101", cn="Bob Lang", cu="102")
    call = ann.invite("102", headers=(("Subject", "lunch"),))
    called = bob.incoming()
    assert '"Ann Meyer" <sip:101@switchroom>' in called.request.get("From")
    called.ring()
    assert 'Bob Lang" <sip:102@switchroom>' in call.expect(180).get("P-Asserted-Identity")
    connect(call, called)
    call.rtp.play_tone(440)
    called.rtp.play_tone(660)
    called.rtp.wait_tone(440)
    call.rtp.wait_tone(660)

    question = switch.router.wait("q")
    assert (question["from"], question["to"], question["kind"], question["st"]) == (ann.user, "102", "phone", ann.user)
    assert question["fn"] == "Ann's own name"
    assert question["src"] == f"{ann.address}:{ann.port}"
    assert switch.router.wait("ring")["st"] == bob.user
    answered = switch.router.wait("ans")
    assert (answered["st"], answered["call"]) == (bob.user, "call-1")
    start = switch.router.wait("dlg", e="start")
    assert (start["h"], start["d"]) == (answered["h"], answered["d"]) == (question["h"], question["d"])

    bye = called._within("BYE")
    called._send(bye)
    call.expect_bye()
    assert bob.final(bye).code == 200
    end = switch.router.wait("dlg", e="end")
    assert (end["by"], end["call"]) == ("callee", "call-1")
    switch.place.wait_for(lambda: not switch.relays(call.call_id), 3, "the relay to let go of the call")


def test_two_phones_ring_together_with_headers_of_their_own_and_the_loser_is_told_why(
    switch: Switch, ann: Peer, bob: Peer, carl: Peer
) -> None:
    switch.router.plans["100"] = plan(
        ring({"aor": bob.user, "h": "Alert-Info: <urn:b>"}, {"aor": carl.user, "h": "Alert-Info: <urn:c>\r\nX-Two: 2"})
    )
    call = ann.invite("100")
    first, second = bob.incoming(), carl.incoming()
    assert first.request.all("Alert-Info") == ["<urn:b>"]
    assert (second.request.get("Alert-Info"), second.request.get("X-Two")) == ("<urn:c>", "2")
    first.ring()
    second.ring()
    call.expect(180)
    connect(call, second)
    assert "cause=200" in first.expect_cancel().get("Reason")
    call.rtp.play_tone(500)
    second.rtp.wait_tone(500)
    assert {m["st"] for m in switch.router.find("ring")} == {bob.user, carl.user}
    assert call.bye is not None


def test_nobody_answers_so_the_next_phone_rings_and_then_the_plans_code_is_sent(
    switch: Switch, ann: Peer, bob: Peer, carl: Peer
) -> None:
    switch.router.plans["103"] = plan(ring(bob, ms=700), ring(carl, ms=700), {"code": 480, "reason": "Nobody is in"})
    call = ann.invite("103")
    first = bob.incoming()
    first.ring()
    first.expect_cancel()
    second = carl.incoming()
    second.ring()
    second.expect_cancel()
    assert call.final().start == "SIP/2.0 480 Nobody is in"
    assert switch.router.wait("fin")["code"] == 480


def test_busy_takes_the_busy_step(switch: Switch, ann: Peer, bob: Peer, carl: Peer) -> None:
    switch.router.plans["104"] = plan(ring(bob, busy=2), {"code": 500}, ring(carl))
    call = ann.invite("104")
    bob.incoming().reply(486)
    connect(call, carl.incoming())


def test_a_station_that_is_not_registered_takes_its_own_step(switch: Switch, ann: Peer, carl: Peer) -> None:
    switch.router.plans["105"] = plan(ring({"aor": "5999"}, noreg=2), {"code": 500}, ring(carl))
    call = ann.invite("105")
    connect(call, carl.incoming())


def test_the_router_is_asked_again_when_nobody_answers(switch: Switch, ann: Peer, bob: Peer, carl: Peer) -> None:
    switch.router.plans["106"] = plan(ring(bob, ms=500), {"ask": "voicemail/106"})
    switch.router.plans["voicemail/106"] = plan(ring(carl))
    call = ann.invite("106")
    bob.incoming().ring()
    called = carl.incoming()
    asked = switch.router.wait("ask")
    assert (asked["key"], asked["code"], asked["call"]) == ("voicemail/106", 408, "call-1")
    connect(call, called)


def test_the_router_is_asked_again_when_nobody_is_registered_at_all(switch: Switch, ann: Peer, carl: Peer) -> None:
    switch.router.plans["107"] = plan(ring({"aor": "5999"}), {"ask": "voicemail/107"})
    switch.router.plans["voicemail/107"] = plan(ring(carl))
    call = ann.invite("107")
    connect(call, carl.incoming())


def test_one_phone_that_declines_does_not_silence_the_others(switch: Switch, ann: Peer, bob: Peer, carl: Peer) -> None:
    switch.router.plans["108"] = plan(ring(bob, carl))
    call = ann.invite("108")
    bob.incoming().reply(603)
    called = carl.incoming()
    called.ring()
    call.expect(180)
    connect(call, called)


def test_a_caller_who_gives_up_stops_the_ringing(switch: Switch, ann: Peer, bob: Peer) -> None:
    switch.router.plans["109"] = plan(ring(bob), {"code": 480})
    call = ann.invite("109")
    called = bob.incoming()
    called.ring()
    call.expect(180)
    call.cancel()
    called.expect_cancel()
    assert call.final().code == 487
    fin = switch.router.wait("fin")
    assert (fin["code"], fin["canceled"]) == (487, 1)
    switch.place.wait_for(lambda: not switch.relays(call.call_id), 3, "the relay to let go of the call")


def test_the_router_can_end_a_call_that_rings(switch: Switch, ann: Peer, bob: Peer, carl: Peer) -> None:
    from telephony.switch import control

    switch.router.plans["110"] = plan(ring(bob), ring(carl))
    call = ann.invite("110")
    called = bob.incoming()
    called.ring()
    call.expect(180)
    question = switch.router.wait("q")
    switch.router.rpc(control.cancel_ringing(question["cid"], question["cs"]))
    called.expect_cancel()
    assert call.final().code == 487
    fin = switch.router.wait("fin")
    assert (fin["code"], fin["canceled"]) == (487, 0)
    assert not [m for m in carl.inbox if m.method == "INVITE"]


def test_the_router_can_end_a_call_that_talks(switch: Switch, ann: Peer, bob: Peer) -> None:
    from telephony.switch import control

    switch.router.plans["111"] = plan(ring(bob))
    call = ann.invite("111")
    called = bob.incoming()
    connect(call, called)
    answered = switch.router.wait("ans")
    switch.router.rpc(control.end_dialog(answered["h"], answered["d"]))
    called.expect_bye()
    call.expect_bye()
    assert switch.router.wait("dlg", e="end")["by"] == ""
    switch.place.wait_for(lambda: not switch.relays(call.call_id), 3, "the relay to let go of the call")
