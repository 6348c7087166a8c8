"""Calls with an outside line, by real parts: phone, relay, switch, router, media worker, and a carrier."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ops.softphone.message import media_of, sdp
from telephony.messages.commands import EndCall
from tests.harness.audio import Samples, best_match, read_wav
from tests.harness.carrier import Carrier, CarrierCall
from tests.harness.place import Place
from tests.harness.sip import Call, Peer
from tests.telephony.router.engine import Engine
from tests.telephony.router.office import BOBS, LINE, LINE_LOGIN, LINE_SECRET, snapshot

pytestmark = [pytest.mark.telephony, pytest.mark.usefixtures("earlier_calls_are_known")]


@pytest.fixture(scope="module")
def place() -> Place:
    return Place({"SWITCHROOM_MEDIA_WARM": "3", "SWITCHROOM_MEDIA_MAX": "4"})


@pytest.fixture(scope="module")
def engine(place: Place, carrier: Carrier) -> Iterator[Engine]:
    line = LINE.model_copy(
        update={
            "target": carrier.target,
            "username": LINE_LOGIN,
            "destination": "102",
            "identity": True,
            "caller_id_name": "Archer Ltd",
        }
    )
    office = snapshot(lines=[line], ring_seconds=0.5)
    with Engine(office, media=3, passwords={LINE.line_id: LINE_SECRET}, place=place) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_challenges(carrier: Carrier) -> None:
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


def talking(engine: Engine, ann: Peer, carrier: Carrier, number: str = "95551212") -> tuple[Call, CarrierCall, str]:
    """A call from Ann to the outside, answered; its call id."""
    call = ann.invite(number)
    far = carrier.take()
    far.talk()
    call.expect(200)
    call.ack()
    return call, far, engine.new_call(dialled=number)


def answered_by(peer: Peer) -> Call:
    """The phone's next call, answered and acknowledged."""
    incoming = peer.incoming()
    incoming.ring()
    incoming.answer()
    incoming.expect_ack()
    return incoming


# -- identity, progress, refusal -------------------------------------------------------------------------
def test_the_carrier_sees_a_number_of_the_line_and_the_caller_what_he_dialled(ann: Peer, carrier: Carrier) -> None:
    call = ann.invite("95551212", rtp=False)
    far = carrier.take()
    assert far.request.get("From").startswith(f'"Archer Ltd" <sip:5854213850@{carrier.address}>')
    assert far.request.get("To").startswith(f"<sip:5551212@{carrier.address}>")
    assert far.request.get("P-Asserted-Identity") == f"<sip:5854213850@{carrier.address}>"
    assert not [name for name, _ in far.request.headers if name.lower().startswith("x-")]
    far.ring()
    assert "<sip:5551212@switchroom>" in call.expect(180).get("P-Asserted-Identity")
    call.cancel()
    far.expect_cancel()
    assert call.final().code == 487


def test_the_caller_of_an_incoming_call_is_shown_on_the_phone(
    engine: Engine, ann: Peer, bob: Peer, carrier: Carrier
) -> None:
    call = carrier.call("5854213850", caller="5850777", name="Zoe Zimmer")
    incoming = bob.incoming()
    assert incoming.request.get("From").startswith('"Zoe Zimmer" <sip:5850777@switchroom>')
    incoming.ring()
    call.expect(180)
    incoming.answer()
    incoming.expect_ack()
    call.expect(200)
    call.ack()
    call.rtp.play_tone(500)
    incoming.rtp.play_tone(800)
    call.rtp.wait_tone(800)
    incoming.rtp.wait_tone(500)
    call_id = engine.new_call(call_kind="inbound", from_number="5850777", from_name="Zoe Zimmer", to_number="102")
    incoming.bye()
    call.expect_bye()
    assert engine.whole_call(call_id) == ["call.started", "call.ringing", "call.answered", "call.ended"]
    assert engine.event("call.answered", call_id=call_id)["by"] == BOBS


def test_early_media_is_heard_before_the_answer_and_costs_none(engine: Engine, ann: Peer, carrier: Carrier) -> None:
    call = ann.invite("95551212")
    far = carrier.take()
    far.rtp.play_tone(620)
    far.early()
    call.listen_to(call.expect(183).body)
    call.rtp.wait_tone(620)
    call_id = engine.new_call(dialled="95551212")
    assert "call.answered" not in [one["kind"] for one in engine.events(call_id)]
    far.talk()
    call.expect(200)
    call.ack()
    call.rtp.play_tone(700)
    far.rtp.wait_tone(700)
    far.bye()
    call.expect_bye()
    assert engine.outcome(call_id) == "answered"


@pytest.mark.parametrize(("code", "told", "how"), [
    (486, 486, "busy"), (404, 404, "failed"), (603, 603, "busy"), (480, 480, "no_answer"), (600, 600, "busy"),
])  # fmt: skip
def test_a_refusal_reaches_the_caller_as_it_was_meant(
    engine: Engine, ann: Peer, carrier: Carrier, code: int, told: int, how: str
) -> None:
    call = ann.invite("95551212", rtp=False)
    far = carrier.take()
    far.ring()
    call.expect(180)
    far.reply(code)
    assert call.final().code == told
    assert engine.outcome(engine.new_call(dialled="95551212")) == how


def test_a_line_that_fails_is_reported_and_the_caller_is_told(engine: Engine, ann: Peer, carrier: Carrier) -> None:
    call = ann.invite("95551212", rtp=False)
    carrier.take().reply(503)
    answer = call.final()
    assert answer.code in (500, 503)
    assert "No outside line took the call" in answer.start
    state = engine.event("engine.state", part="line 7", up=False)
    assert "Carrier answered 503" in state["text"]
    call_id = engine.new_call(dialled="95551212")
    assert engine.outcome(call_id) == "failed"
    why = [line["text"] for one in engine.events(call_id) for line in one.get("why", ())]
    assert "Outside line Carrier answered 503." in why


def test_a_challenge_is_answered_with_the_password_of_the_line(engine: Engine, ann: Peer, carrier: Carrier) -> None:
    carrier.challenging = True
    call, far, call_id = talking(engine, ann, carrier)
    far.rtp.play_tone(440)
    call.rtp.play_tone(700)
    call.rtp.wait_tone(440)
    far.rtp.wait_tone(700)
    again = call.reinvite()  # stays between phone and worker
    assert again.code == 200
    assert far.bye().code == 200
    call.expect_bye()
    assert engine.outcome(call_id) == "answered"
    assert LINE_SECRET not in "".join(path.read_text() for path in (engine.place.folder / "logs").glob("*.log"))


# -- digits ----------------------------------------------------------------------------------------------
def test_digits_cross_in_both_directions_each_exactly_once(engine: Engine, ann: Peer, carrier: Carrier) -> None:
    call, far, _ = talking(engine, ann, carrier)
    call.rtp.dial("1123*#0", pause=0.04)
    far.rtp.dial("99#", pause=0.04)
    engine.place.wait_for(lambda: len(far.rtp.digits) >= 7 and len(call.rtp.digits) >= 3, 6, "the digits")
    info = call._within("INFO", body="Signal=5\r\nDuration=160\r\n")
    info.put("Content-Type", "application/dtmf-relay")
    call._send(info)
    assert ann.final(info).code == 200
    engine.place.wait_for(lambda: len(far.rtp.digits) >= 8, 3, "the digit by INFO")
    assert "".join("0123456789*#"[code] for code in far.rtp.digits) == "1123*#05"
    assert "".join("0123456789*#"[code] for code in call.rtp.digits) == "99#"
    call.bye()
    far.expect_bye()


def test_digits_pressed_before_the_answer_reach_the_menu(engine: Engine, ann: Peer, carrier: Carrier) -> None:
    call = ann.invite("95551212")
    far = carrier.take()
    far.early()
    call.listen_to(call.expect(183).body)
    far.rtp.play_tone(620)
    call.rtp.wait_tone(620)
    call.rtp.dial("42")
    engine.place.wait_for(lambda: far.rtp.digits == [4, 2], 4, "the digits")
    far.reply(486)
    assert call.final().code == 486


def test_a_digit_a_carrier_sends_by_info_is_one_press(engine: Engine, ann: Peer, carrier: Carrier) -> None:
    call, far, _ = talking(engine, ann, carrier)
    info = far._within("INFO", body="Signal=7\r\nDuration=160\r\n")
    info.put("Content-Type", "application/dtmf-relay")
    far._send(info)
    assert carrier.peer.final(info).code == 200
    engine.place.wait_for(lambda: call.rtp.digits == [7], 3, "the digit by INFO")
    far.rtp.dial("8")
    engine.place.wait_for(lambda: call.rtp.digits == [7, 8], 3, "the digit by RTP")
    call.bye()
    far.expect_bye()


# -- hold ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("holder", ["phone", "carrier"])
@pytest.mark.parametrize("how", ["sendonly", "inactive"])
def test_whoever_is_on_hold_hears_music_and_both_talk_again_afterwards(
    engine: Engine, ann: Peer, carrier: Carrier, holder: str, how: str
) -> None:
    call, far, call_id = talking(engine, ann, carrier)
    holds, held = (call, far) if holder == "phone" else (far, call)
    call.rtp.play_tone(700)
    far.rtp.play_tone(440)
    call.rtp.wait_tone(440)
    far.rtp.wait_tone(700)
    assert holds.reinvite(how).code == 200
    engine.event("call.held", call_id=call_id, by="caller" if holder == "phone" else "callee")
    engine.place.wait_for(lambda: sounds_like(held.rtp.heard(3.0), music(engine)), 12, "hold music")
    assert not held.rtp.hears_tone(700 if holder == "phone" else 440)
    assert holds.reinvite().code == 200
    engine.event("call.resumed", call_id=call_id)
    call.rtp.play_tone(700)
    far.rtp.play_tone(440)
    call.rtp.wait_tone(440)
    far.rtp.wait_tone(700)
    call.bye()
    far.expect_bye()
    assert engine.outcome(call_id) == "answered"


def music(engine: Engine) -> Samples:
    return read_wav(engine.instance.media / "hold" / "default.wav")[: 20 * 8000]


def sounds_like(heard: Samples, piece: Samples) -> bool:
    return len(heard) > 16000 and best_match(piece, heard[-8000:])[0] > 0.7


# -- the course of an SDP --------------------------------------------------------------------------------
def test_a_carrier_that_offers_nothing_gets_our_offer(engine: Engine, bob: Peer, carrier: Carrier) -> None:
    call = carrier.call("5854213850", late=True)
    incoming = answered_by(bob)
    answer = call.expect(200)
    assert "m=audio" in answer.body
    call.ack(call.offer())
    call.rtp.play_tone(500)
    incoming.rtp.play_tone(800)
    call.rtp.wait_tone(800)
    incoming.rtp.wait_tone(500)
    call.bye()
    incoming.expect_bye()


def test_a_codec_changed_in_the_middle_is_heard(engine: Engine, ann: Peer, carrier: Carrier) -> None:
    call, far, _ = talking(engine, ann, carrier)
    call.rtp.play_tone(700)
    far.rtp.wait_tone(700)
    request = far._within("INVITE", body=sdp(carrier.address, far.rtp.port, version=2, codecs="8 101"))
    far._send(request)
    answer = carrier.peer.final(request)
    assert media_of(answer.body).payloads[0] == 8
    far._send(far._within("ACK", cseq=request.cseq))
    engine.place.wait_for(lambda: 8 in far.rtp.payload_types, 4, "A-law")
    assert call.stream is not None
    call.rtp.forget()
    far.rtp.play_tone(440)  # still µ-law: the relay takes what was agreed on before as well
    call.bye()
    far.expect_bye()


def test_a_reinvite_without_an_offer_is_answered_with_one(engine: Engine, ann: Peer, carrier: Carrier) -> None:
    call, far, _ = talking(engine, ann, carrier)
    request = far._within("INVITE")
    far._send(request)
    answer = carrier.peer.final(request)
    assert answer.code == 200
    assert "m=audio" in answer.body
    ack = far._within("ACK", cseq=request.cseq)
    ack.add("Content-Type", "application/sdp").body = far.offer()
    far._send(ack)
    far.rtp.play_tone(440)
    call.rtp.play_tone(700)
    call.rtp.wait_tone(440)
    far.rtp.wait_tone(700)
    call.bye()
    far.expect_bye()


# -- session timers (RFC 4028) ------------------------------------------------------------------------------
def test_a_carrier_that_refreshes_the_session_is_answered_each_time(
    engine: Engine, bob: Peer, carrier: Carrier
) -> None:
    timer = (("Supported", "timer"), ("Session-Expires", "90;refresher=uac"), ("Min-SE", "90"))
    call = carrier.call("5854213850", caller="5850890", headers=timer)
    answered_by(bob)
    answer = call.expect(200)
    call.ack()
    assert answer.get("Session-Expires").replace(" ", "") == "90;refresher=uac"
    for _ in range(2):
        refresh = call._within("INVITE", body=call.offer(), headers=timer)
        call._send(refresh)
        again = carrier.peer.final(refresh)
        assert (again.code, again.get("Session-Expires").split(";")[0]) == (200, "90")
        call._send(call._within("ACK", cseq=refresh.cseq))
    call.bye()
    assert engine.outcome(engine.new_call(from_number="5850890")) == "answered"


def test_our_calls_offer_half_an_hour_and_a_carrier_may_leave_the_refreshing_to_us(
    engine: Engine, ann: Peer, carrier: Carrier
) -> None:
    call = ann.invite("95551212")
    far = carrier.take()
    assert "timer" in far.request.get("Supported")
    assert far.request.get("Session-Expires").startswith("1800")
    far.reply(200, far.offer(), headers=(("Session-Expires", "90;refresher=uac"), ("Require", "timer")))
    far.listen_to(far.request.body)
    far.expect_ack()
    call.expect(200)
    call.ack()
    request = carrier.peer.expect(
        lambda m: m.method in ("UPDATE", "INVITE") and m.call_id == far.call_id and "tag=" in m.get("To"),
        60, "a refresh after half of the 90 seconds",
    )  # fmt: skip
    answer = request.reply(200, body=far.offer() if request.body else "").add("Contact", f"<{carrier.peer.contact}>")
    answer.add("Session-Expires", "90;refresher=uac").add("Require", "timer")
    carrier.peer.send(answer, request.source)
    far.rtp.play_tone(440)
    call.rtp.wait_tone(440)
    call.bye()
    far.expect_bye()


# -- the route of an incoming call -----------------------------------------------------------------------
def test_nobody_answers_and_the_mailbox_takes_the_message(engine: Engine, bob: Peer, carrier: Carrier) -> None:
    call = carrier.call("5854213850", caller="5850888")
    incoming = bob.incoming()
    incoming.ring()
    incoming.expect_cancel(6)
    call.expect(200, 8)
    call.ack()
    call.rtp.wait_sound(6)
    call_id = engine.new_call(call_kind="inbound", from_number="5850888")
    engine.event("call.answered", call_id=call_id, by="voicemail/102", by_name="Bob Baker")
    call.bye()
    assert engine.outcome(call_id) == "voicemail"


def test_a_caller_from_outside_gives_up(engine: Engine, bob: Peer, carrier: Carrier) -> None:
    call = carrier.call("5854213850", caller="5850889")
    incoming = bob.incoming()
    incoming.ring()
    call.expect(180)
    call.cancel()
    incoming.expect_cancel()
    assert call.final().code == 487
    assert engine.outcome(engine.new_call(from_number="5850889")) == "cancelled"


def test_the_administrator_ends_an_anchored_call_and_no_leg_is_left(
    engine: Engine, ann: Peer, carrier: Carrier
) -> None:
    call, far, call_id = talking(engine, ann, carrier)
    assert engine.command(EndCall, call_id=call_id).ok
    call.expect_bye()
    far.expect_bye()
    assert engine.outcome(call_id) == "ended_by_administrator"
    assert not engine.last_state()["calls"]
