"""Calls to and from media workers: their private addresses, the token, G.711 only."""

from __future__ import annotations

import pytest

from ops.softphone.message import media_of
from telephony.switch import control
from tests.harness.carrier import Carrier
from tests.harness.sip import Peer
from tests.telephony.switch.conftest import Switch, connect, invite_unchallenged, plan, ring

pytestmark = pytest.mark.telephony


@pytest.fixture(scope="module")
def ann(running: Switch) -> Peer:
    return running.phone()


@pytest.fixture(scope="module")
def worker(running: Switch) -> Peer:
    return running.worker(3)


def to_worker(worker: Peer, header: str = "") -> dict[str, object]:
    return {"uri": f"sip:voicemail@{worker.address}:{worker.port}", "h": header, "w": 1}


def test_a_phone_reaches_a_worker_and_never_sees_its_address(switch: Switch, ann: Peer, worker: Peer) -> None:
    instance = switch.place.instance
    switch.router.plans["300"] = plan(ring(to_worker(worker, "X-Switchroom-Lease: 77")))
    call = ann.invite("300")
    called = worker.incoming()
    assert called.request.source == (instance.switch_internal.host, instance.switch_internal.port)
    assert called.request.get("X-Switchroom-Lease") == "77"
    assert media_of(called.request.body).address == instance.relay_internal
    connect(call, called)
    assert call.answered is not None
    assert media_of(call.answered.body).address == instance.sip.host
    assert worker.address not in call.answered.encode().decode()
    call.rtp.play_tone(440)
    called.rtp.play_tone(660)
    called.rtp.wait_tone(440)
    call.rtp.wait_tone(660)

    worker.answer_always("INFO")
    assert call.transact("INFO").code == 200  # a phone's request finds the worker
    ann.answer_always("INFO")
    assert called.transact("INFO").code == 200  # and the other way
    worker.answer_always("BYE")
    assert call.bye().code == 200
    assert switch.router.wait("dlg", e="end")["by"] == "caller"
    assert switch.router.wait("ans")["st"] == "worker"


def test_a_worker_hears_only_g711_and_no_video_whatever_the_phone_offers(
    switch: Switch, ann: Peer, worker: Peer
) -> None:
    switch.router.plans["301"] = plan(ring(to_worker(worker)))
    body = (
        f"v=0\r\no=- 1 1 IN IP4 {ann.address}\r\ns=-\r\nc=IN IP4 {ann.address}\r\nt=0 0\r\n"
        "m=audio 40000 RTP/AVP 18 9 101\r\na=rtpmap:18 G729/8000\r\na=rtpmap:9 G722/8000\r\n"
        "a=rtpmap:101 telephone-event/8000\r\nm=video 40002 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
    )
    call = ann.invite("301", body=body, rtp=False)
    called = worker.incoming(rtp=False)
    offered = called.request.body
    audio, _, video = offered.partition("m=video")
    assert "PCMU" in audio
    assert "PCMA" in audio
    assert "telephone-event" in audio
    assert "G729" not in audio
    assert "G722" not in audio
    assert video.startswith(" 0 ")
    answer = (
        f"v=0\r\no=- 1 1 IN IP4 {worker.address}\r\ns=-\r\nc=IN IP4 {worker.address}\r\nt=0 0\r\n"
        "m=audio 40000 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
        "m=video 0 RTP/AVP 96\r\n"
    )
    called.reply(200, answer)
    heard = call.expect(200).body
    assert media_of(heard).payloads[0] in (9, 18)
    call.ack()
    worker.expect("ACK")


def test_a_worker_without_a_token_calls_nobody(switch: Switch, worker: Peer) -> None:
    assert invite_unchallenged(worker, "5101").final().code == 403
    assert not switch.router.find("q")


def test_a_worker_with_a_token_rings_a_phone(switch: Switch, ann: Peer, worker: Peer) -> None:
    switch.router.plans["token-1"] = plan(ring(ann), call="call-9")
    call = invite_unchallenged(worker, "101", headers=(("X-Switchroom-Token", "token-1"), ("X-Anything", "kept")))
    called = ann.incoming()
    assert not called.request.all("X-Switchroom-Token")
    assert called.request.get("Contact") == f"<sip:w13@{switch.place.instance.sip}>"
    assert media_of(called.request.body).address == switch.place.instance.sip.host
    assert switch.router.wait("q")["kind"] == "worker"
    connect(call, called)
    call.rtp.play_tone(440)
    called.rtp.play_tone(660)
    called.rtp.wait_tone(440)
    call.rtp.wait_tone(660)
    worker.answer_always("BYE")
    assert called.bye().code == 200  # the phone hangs up on the worker
    assert switch.router.wait("dlg", e="end")["call"] == "call-9"


def test_a_call_without_an_offer_gets_one_from_the_worker(switch: Switch, ann: Peer, worker: Peer) -> None:
    switch.router.plans["302"] = plan(ring(to_worker(worker)))
    call = ann.invite("302", body="")
    called = worker.incoming()
    assert not called.request.body
    called.reply(200, called.offer())
    answer = call.expect(200)
    assert media_of(answer.body).address == switch.place.instance.sip.host
    call.ack(call.offer())
    acknowledged = worker.expect("ACK")
    assert media_of(acknowledged.body).address == switch.place.instance.relay_internal
    call.rtp.play_tone(440)
    called.listen_to(acknowledged.body)
    called.rtp.wait_tone(440)


def test_the_private_network_speaks_only_through_its_own_door(switch: Switch, worker: Peer) -> None:
    public = switch.place.instance.sip
    worker.send(worker.request("OPTIONS", "sip:switchroom"), (public.host, public.port))
    inside = worker.request("OPTIONS", "sip:switchroom")
    worker.send(inside)
    assert worker.final(inside).code == 200
    assert len([m for m in worker.seen if m.method == "OPTIONS" and m.is_response]) == 1


def test_a_carrier_may_ask_for_the_password_within_a_call(switch: Switch, worker: Peer) -> None:
    """Only the switch has it; the CSeq goes on for everybody."""
    place = switch.place
    with Carrier(
        place.phone_address(), place.instance.sip, login="line", password="secret", challenging=True
    ) as carrier:
        switch.router.rpc(control.set_entry("lineauth", "7", "line|secret"))
        step = {
            "ring": 4000,
            "t": [{"uri": f"sip:555@{carrier.address}:5060"}],
            "line": 7,
            "fu": "585",
            "fh": "carrier",
        }
        switch.router.plans["token-555"] = plan(step)
        call = invite_unchallenged(worker, "555", headers=(("X-Switchroom-Token", "token-555"),))
        far = carrier.take()
        assert "<sip:585@carrier>" in far.request.get("From")
        connect(call, far)
        for _ in range(2):
            again = call._within("INVITE", body=call.offer())
            call._send(again)
            request = carrier.peer.expect(lambda m: m.method == "INVITE" and "tag=" in m.get("To"), 4, "re-INVITE")
            request = carrier.challenge(request)
            carrier.peer.send(
                request.reply(200, body=far.offer()).add("Contact", f"<{carrier.peer.contact}>"), request.source
            )
            assert worker.final(again).code == 200
            call._send(call._within("ACK", cseq=again.cseq))
            ack = carrier.peer.expect("ACK")
            assert ack.cseq == request.cseq
        call.rtp.play_tone(440)
        far.rtp.wait_tone(440)
        worker.answer_always("BYE")
        bye = call._within("BYE")
        call._send(bye)
        assert carrier.peer.expect("BYE").cseq > request.cseq
        assert worker.final(bye).code == 200
