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

    asked = called._within("INFO")
    called._send(asked)
    within = ann.expect("INFO")  # each side sees the names it knows, whatever the other one shows
    assert f"<sip:{ann.user}@switchroom>" in within.get("To")
    ann.respond(within, 200)
    assert bob.final(asked).code == 200
    asked = call._within("INFO")
    call._send(asked)
    within = bob.expect("INFO")
    assert "<sip:101@switchroom>" in within.get("From")
    bob.respond(within, 200)
    assert ann.final(asked).code == 200
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
    # RTP and RTCP for each of the two who talk: the cancelled phone's ports are free
    switch.place.wait_for(lambda: switch.relays(call.call_id) == 4, 3, "the relay to let go of the losing branch")
    second.peer.answer_always("BYE")
    assert call.bye().code == 200
    switch.place.wait_for(lambda: not switch.relays(call.call_id), 3, "the relay to let go of the call")


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


def test_early_media_of_one_phone_among_several_is_plain_ringing(
    switch: Switch, ann: Peer, bob: Peer, carl: Peer
) -> None:
    switch.router.plans["112"] = plan(ring(bob, carl))
    call = ann.invite("112")
    first, second = bob.incoming(), carl.incoming()
    first.reply(183, first.offer())
    assert not call.expect(180).body
    connect(call, second)
    second.rtp.play_tone(500)
    call.rtp.wait_tone(500)


def test_early_media_of_a_single_target_is_heard(switch: Switch, ann: Peer, bob: Peer) -> None:
    switch.router.plans["113"] = plan(ring(bob))
    call = ann.invite("113")
    called = bob.incoming()
    called.reply(183, called.offer())
    early = call.expect(183)
    call.listen_to(early.body)
    called.listen_to(called.request.body)
    called.rtp.play_tone(500)
    call.rtp.wait_tone(500)
    connect(call, called)


def test_a_redirect_by_a_phone_is_not_passed_on(switch: Switch, ann: Peer, bob: Peer) -> None:
    switch.router.plans["114"] = plan(ring(bob))
    call = ann.invite("114")
    bob.incoming().reply(302, headers=(("Contact", "<sip:0900123@expensive.example>"),))
    assert call.final().code == 480


def test_a_phone_that_restarted_on_another_port_rings_once(switch: Switch, ann: Peer) -> None:
    old = switch.phone()
    new = switch.stranger(old.user, login=old.login)
    new.close()
    new = Peer(old.address, switch.place.instance.sip, old.user, login=old.login, password=old.password)
    switch.peers.append(new)
    assert new.register().code == 200
    switch.router.plans["115"] = plan(ring(new))
    call = ann.invite("115")
    connect(call, new.incoming())
    assert not [m for m in old.inbox if m.method == "INVITE"]


def test_digits_a_phone_escapes_arrive_as_they_were_dialled(switch: Switch, ann: Peer) -> None:
    switch.router.plans["*12#"] = plan({"code": 404, "reason": "Not found"})
    assert ann.invite("*12%23").final().code == 404
