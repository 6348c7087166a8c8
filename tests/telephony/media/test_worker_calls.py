"""Real calls into real workers, with the router and the switch played."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator

import pytest

from ops.softphone import sound
from telephony import mailbox
from telephony.mailbox import Counts
from telephony.media.prompts import ENGLISH
from telephony.media.worker import Wear
from telephony.messages.snapshot import Mailbox
from telephony.messages.workers import (
    Announcement,
    CheckPin,
    EndSession,
    LegState,
    MailboxTouched,
    MessageCenter,
    OriginateApp,
    PinChecked,
    SessionEnded,
    WorkerDied,
    WorkerWorn,
)  # fmt: skip
from telephony.messages.workers import TestRing as RingStation
from tests.harness.audio import contains, parse_wav, read_wav
from tests.harness.place import wait_for
from tests.harness.sip import Peer
from tests.telephony.media.stage import is_tone
from tests.telephony.media.workers import BOB, House, skip_greeting, speak, take_message, wait_beep

pytestmark = pytest.mark.telephony


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    made.close()


def test_a_caller_hears_the_greeting_leaves_a_message_and_it_is_kept_complete(house: House) -> None:
    house.router.lease(0, "L1", take_message())
    call = house.talk("L1")
    began = time.monotonic()
    wait_beep(call)
    heard = call.rtp.heard_since(began)
    call.rtp.play_tone(620)
    speak(3)
    assert house.counts() == Counts(0, 0), "a message appears only when it is complete"
    assert call.bye().code == 200
    assert house.router.expect(MailboxTouched).user_id == BOB
    assert house.router.expect(SessionEnded).lease == "L1"
    (message,) = mailbox.messages(house.inst.mail, BOB)
    assert (message.from_number, message.from_name, message.new) == ("101", "Ann Archer", True)
    samples = parse_wav(mailbox.audio(house.inst.mail, BOB, message.id))
    assert 2.4 < len(samples) / 8000 < 4.5
    assert abs(message.seconds - len(samples) / 8000) <= 0.5
    assert is_tone(samples[4000:20000], 620)
    assert not list((house.inst.media / "spool").iterdir())
    for name in ("vm-theperson", "vm-isunavail", "vm-intro"):
        assert contains(heard, read_wav(ENGLISH / f"{name}.wav")), name
    assert not contains(heard, read_wav(ENGLISH / "vm-isonphone.wav"))


def test_the_pound_key_skips_the_greeting_and_ends_the_message_with_thanks(house: House) -> None:
    house.router.lease(0, "L1", take_message(busy=True))
    call = house.talk("L1")
    skip_greeting(call)
    call.rtp.play_tone(500)
    speak(2)
    began = time.monotonic()
    call.rtp.dial("#")
    call.expect_bye(8)
    heard = call.rtp.heard_since(began)
    assert contains(heard, read_wav(ENGLISH / "auth-thankyou.wav"))
    assert contains(heard, read_wav(ENGLISH / "vm-goodbye.wav"))
    assert house.counts() == Counts(1, 0)


def test_two_callers_leave_messages_at_once_in_one_worker_and_are_not_mixed_up(house: House) -> None:
    calls = []
    for lease, number in (("L1", "111"), ("L2", "222")):
        house.router.lease(0, lease, take_message(from_number=number))
        calls.append(house.talk(lease))
    for call, hz in zip(calls, (400, 700), strict=True):
        call.rtp.play_tone(hz)
        skip_greeting(call)
    speak(2.5)
    for call in calls:
        call.bye()
    wait_for(lambda: house.counts().new == 2, 5, "two messages")
    tones = {}
    for message in mailbox.messages(house.inst.mail, BOB):
        samples = parse_wav(mailbox.audio(house.inst.mail, BOB, message.id))
        tones[message.from_number] = [hz for hz in (400, 700) if is_tone(samples[4000:], hz)]
    assert tones == {"111": [400], "222": [700]}


def test_a_full_mailbox_says_so_and_ends(house: House) -> None:
    house.router.lease(0, "L1", take_message(mailbox=Mailbox(max_messages=0)))
    call = house.talk("L1")
    began = time.monotonic()
    call.expect_bye(15)
    assert contains(call.rtp.heard_since(began), read_wav(ENGLISH / "vm-mailboxfull.wav"))
    assert house.counts() == Counts(0, 0)


def test_an_invite_without_a_known_lease_is_refused_and_the_worker_lives(house: House) -> None:
    for lease in ("", "nobody-gave-this"):
        assert house.invite(lease).final().code == 403
    without_sdp = house.phone()
    request = without_sdp.request("INVITE", f"sip:x@{house.inst.worker(0)}")
    without_sdp.send(request)
    answer = without_sdp.final(request)
    assert answer.code == 403
    house.router.lease(0, "L1", Announcement(prompts=("hello-world",)))
    house.talk("L1")
    assert not house.router.all(WorkerDied)


def test_an_invite_from_anywhere_but_the_switch_is_refused(house: House) -> None:
    house.router.lease(0, "L1", take_message())
    stranger = Peer(house.inst.private(200), house.inst.worker(0), "666")
    house.peers.append(stranger)
    assert house.invite("L1", peer=stranger).final().code == 403
    house.talk("L1")


def test_an_invite_may_come_a_moment_before_its_lease_and_a_lease_is_used_once(house: House) -> None:
    call = house.invite("L1")
    house.router.lease(0, "L1", Announcement(prompts=("hello-world",)))
    call.expect(200)
    call.ack()
    assert house.invite("L1").final().code == 403
    call.rtp.wait_sound()
    call.expect_bye(8)
    assert house.router.expect(SessionEnded).lease == "L1"


def test_the_message_center_plays_and_deletes_what_was_recorded(house: House) -> None:
    from tests.telephony.mailbox.test_mailbox import voicemail

    tone = io.BytesIO()
    path = house.place.folder / "tone.wav"
    from tests.harness.audio import write_wav

    tone.write(write_wav(path, sound.tone(620, 3)).read_bytes())
    mailbox.deliver(house.inst.mail, voicemail(), audio=tone.getvalue())
    house.router.lease(0, "L1", MessageCenter(extension_digits=3, source="127.0.0.9"))
    call = house.talk("L1")
    call.rtp.wait_sound()
    call.rtp.dial("102")
    call.rtp.dial("4711#")
    ask = house.router.expect(CheckPin)
    assert (ask.lease, ask.extension, ask.pin) == ("L1", "102", "4711")
    began = time.monotonic()
    house.router.say(0, PinChecked(ask=ask.ask, ok=True, user_id=BOB, name="Bob", extension="102"))
    wait_for(lambda: call.rtp.hears_tone(620), 20, "the message")
    heard = call.rtp.heard_since(began)
    for name in ("vm-youhave", "digits/1", "vm-INBOX", "vm-from-extension", "vm-received"):
        assert contains(heard, read_wav(ENGLISH / f"{name}.wav")), name
    house.router.expect(MailboxTouched)
    assert house.counts() == Counts(0, 1), "heard is no longer new"
    began = time.monotonic()
    call.rtp.dial("7")
    wait_for(lambda: contains(call.rtp.heard_since(began), read_wav(ENGLISH / "vm-nomore.wav")), 12, "the end")
    assert house.counts() == Counts(0, 0)
    assert contains(call.rtp.heard_since(began), read_wav(ENGLISH / "vm-deleted.wav"))
    call.rtp.dial("#")  # out of the main menu
    call.expect_bye(12)
    house.router.expect(MailboxTouched, count=2)


def test_an_originated_call_rings_the_first_then_the_second_and_connects_them(house: House) -> None:
    house.router.lease(0, "L1", OriginateApp(first="101", first_token="t1", second="102", second_token="t2"))
    ann = house.switch.incoming()
    assert ann.request.start.startswith("INVITE sip:101@")
    assert ann.request.get("X-Switchroom-Token") == "t1"
    ann.ring()
    ann.answer()
    bob = house.switch.incoming()
    assert bob.request.get("X-Switchroom-Token") == "t2"
    bob.ring()
    wait_for(lambda: sound.level(ann.rtp.heard(0.3), 440) > 500, 12, "ringback: two seconds in six")
    bob.answer()
    ann.rtp.play_tone(400)
    bob.rtp.play_tone(700)
    bob.rtp.wait_tone(400)
    ann.rtp.wait_tone(700)
    states = [(s.leg, s.state) for s in house.router.all(LegState)]
    assert states == [("first", "ringing"), ("first", "answered"), ("second", "ringing"), ("second", "answered")]
    assert bob.bye().code == 200
    ann.expect_bye()
    assert house.router.expect(SessionEnded).lease == "L1"


def test_a_test_ring_rings_a_station_and_stops(house: House) -> None:
    house.router.lease(0, "L1", RingStation(station="5111", token="t1", seconds=1))
    phone = house.switch.incoming()
    phone.ring()
    phone.expect_cancel(5)
    assert house.router.expect(SessionEnded).lease == "L1"


def test_the_router_can_end_a_session_and_what_was_said_is_kept(house: House) -> None:
    house.router.lease(0, "L1", take_message())
    call = house.talk("L1")
    call.rtp.play_tone(620)
    skip_greeting(call)
    speak(2)
    house.router.say(0, EndSession(lease="L1"))
    call.expect_bye()
    assert house.router.expect(SessionEnded).lease == "L1"
    assert house.counts() == Counts(1, 0)


def test_a_worker_whose_callers_never_answer_a_bye_asks_to_be_recycled(house: House) -> None:
    house.router.lease(0, "L1", take_message())
    call = house.talk("L1")
    call.peer.automatic.clear()  # the phone has lost its power
    house.router.say(0, EndSession(lease="L1"))
    assert house.router.expect(SessionEnded).lease == "L1"
    assert house.router.expect(WorkerWorn, 8).worker == 0


def test_an_answered_bye_wears_nothing() -> None:
    wear = Wear()
    assert [
        wear.worn(lingering, now) for lingering, now in ((1, 10.0), (1, 12.0), (0, 12.5), (1, 13.0), (1, 15.9))
    ] == [False] * 5
    assert wear.worn(1, 16.0)
    assert not wear.worn(0, 17.0)
