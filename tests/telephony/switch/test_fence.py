"""What outsiders cannot do: grant themselves headers, forge requests into calls, reach the private network."""

from __future__ import annotations

import pytest

from ops.softphone.message import Message, token
from tests.harness.sip import Peer
from tests.telephony.switch.conftest import Switch, connect, plan, ring

pytestmark = pytest.mark.telephony

GRANTING = {
    "Alert-Info": "<http://x>;info=alert-autoanswer",
    "Call-Info": "<sip:x>;answer-after=0",
    "Answer-Mode": "Auto",
    "X-Switchroom-Token": "stolen",
    "X-Switchroom-Lease": "stolen",
    "P-Asserted-Identity": "<sip:911@switchroom>",
    "Remote-Party-ID": "<sip:boss@switchroom>",
    "Diversion": "<sip:boss@switchroom>",
    "Replaces": "abc;to-tag=1;from-tag=2",
}


@pytest.fixture(scope="module")
def ann(running: Switch) -> Peer:
    return running.phone()


@pytest.fixture(scope="module")
def bob(running: Switch) -> Peer:
    return running.phone()


def test_headers_that_grant_something_are_taken_from_phones(switch: Switch, ann: Peer, bob: Peer) -> None:
    switch.router.plans["102"] = plan(ring({"aor": bob.user, "h": "Alert-Info: <urn:ours>"}))
    call = ann.invite("102", headers=(*GRANTING.items(), ("Subject", "kept")))
    called = bob.incoming()
    assert called.request.get("Subject") == "kept"
    assert called.request.all("Alert-Info") == ["<urn:ours>"]
    assert not [name for name in GRANTING if name != "Alert-Info" and called.request.all(name)]
    assert "tok" not in switch.router.wait("q")
    called.reply(180, headers=(("P-Asserted-Identity", "<sip:boss@switchroom>"), ("Alert-Info", "<urn:x>")))
    ringing = call.expect(180)
    assert not ringing.all("P-Asserted-Identity")
    assert not ringing.all("Alert-Info")
    connect(call, called)


def test_a_hostile_display_name_cannot_add_a_header(switch: Switch, ann: Peer, bob: Peer) -> None:
    hostile = 'A" <sip:boss@evil>\r\nX-Evil: 1\r\n\\'
    switch.router.plans["103"] = plan(ring(bob), fn=hostile, fu="101", cn=hostile, cu="103>\r\nX-Evil: 2")
    call = ann.invite("103")
    called = bob.incoming()
    assert not called.request.all("X-Evil")
    assert called.request.get("From").partition("tag=")[0] == (
        '"A\\" <sip:boss@evil>  X-Evil: 1  \\\\" <sip:101@switchroom>;'
    )
    connect(call, called)
    assert call.answered is not None
    assert not call.answered.all("X-Evil")


def test_a_display_name_that_is_not_utf8_is_left_out_of_the_question(switch: Switch, ann: Peer) -> None:
    switch.router.plans["104"] = plan({"code": 486, "reason": "Busy"})
    first = ann.request("INVITE", "sip:104@switchroom", body="v=0\r\nm=audio 4000 RTP/AVP 0\r\n")
    ann.send(first)
    challenge = ann.expect(407)
    again = ann.authorized(first, challenge).encode().replace(b"From: <", b'From: "J\xe9r\xf4me" <')
    switch.router.messages.clear()
    ann.send(again)
    question = switch.router.wait("q")
    assert "fn" not in question
    assert question["from"] == ann.user
    assert ann.expect(486)


def test_a_call_without_audio_is_refused(switch: Switch, ann: Peer) -> None:
    switch.router.plans["105"] = plan({"code": 500})
    body = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 4000 RTP/AVP 31\r\n"
    assert ann.invite("105", body=body).final().code == 488


def test_nobody_calls_as_somebody_else(switch: Switch, ann: Peer, bob: Peer) -> None:
    impostor = switch.stranger(bob.user, login=ann.login)
    assert impostor.invite("102").final().code == 403


def test_a_request_into_a_call_that_does_not_exist_goes_nowhere(switch: Switch, ann: Peer, bob: Peer) -> None:
    for method in ("INVITE", "BYE", "INFO", "NOTIFY", "REFER", "MESSAGE"):
        forged = ann.request(method, bob.contact, to=f"<{bob.contact}>;tag=forged")
        forged.add("Route", f"<sip:{switch.place.instance.sip.host};lr>")
        ann.send(forged)
        assert ann.final(forged).code == 481
    assert not [m for m in bob.inbox if m.get("To").endswith("tag=forged")]


def test_a_request_into_another_call_needs_its_tags(switch: Switch, ann: Peer, bob: Peer) -> None:
    switch.router.plans["106"] = plan(ring(bob))
    call = ann.invite("106")
    called = bob.incoming()
    connect(call, called)
    stranger = switch.stranger("666")
    forged = stranger.request("BYE", bob.contact, to=f"<sip:106@switchroom>;tag={token()}", call_id=call.call_id)
    for route in call.routes:
        forged.add("Route", route)
    stranger.send(forged)
    assert stranger.final(forged).code == 481
    assert not [m for m in bob.inbox if m.method == "BYE" and not m.is_response]


@pytest.mark.parametrize("way", ["private uri", "private route", "name"])
def test_a_request_within_a_call_cannot_be_led_to_another_place(switch: Switch, ann: Peer, bob: Peer, way: str) -> None:
    switch.router.plans["107"] = plan(ring(bob))
    call = ann.invite("107")
    connect(call, bob.incoming())
    worker = switch.place.instance.worker(0)
    if way == "private uri":
        call.remote_target = f"sip:x@{worker}"
    elif way == "private route":
        call.routes.append(f"<sip:{worker};lr>")
    else:
        call.remote_target = "sip:x@localhost:5099"
    assert call.transact("INFO").code == 404


def test_more_than_ten_requests_a_second_within_a_call_are_put_off(switch: Switch, ann: Peer, bob: Peer) -> None:
    bob.answer_always("INFO")
    switch.router.plans["108"] = plan(ring(bob))
    call = ann.invite("108")
    connect(call, bob.incoming())
    requests: list[Message] = [call._within("INFO") for _ in range(40)]
    for request in requests:
        call._send(request)
    codes = [ann.final(request).code for request in requests]
    assert 10 <= codes.count(200) <= 30
    assert codes.count(500) == 40 - codes.count(200)


def test_an_oversized_message_is_dropped(switch: Switch, ann: Peer) -> None:
    request = ann.request("OPTIONS", "sip:switchroom", headers=(("Subject", "x" * 9000),))
    ann.send(request)
    small = ann.request("OPTIONS", "sip:switchroom")
    ann.send(small)
    assert ann.final(small).code == 200
    assert not [m for m in ann.seen if m.branch == request.branch]
