"""Real calls into real workers: `python -m telephony.media`, a stand-in router, raw SIP peers as the switch."""

from __future__ import annotations

import io
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ops.softphone import sound
from ops.softphone.message import sdp
from telephony import mailbox
from telephony.mailbox import Counts
from telephony.media.prompts import ENGLISH
from telephony.messages.snapshot import Mailbox
from telephony.messages.workers import (
    Announcement,
    CheckPin,
    EndSession,
    Grow,
    LegState,
    MailboxTouched,
    MessageCenter,
    OriginateApp,
    PinChecked,
    SessionEnded,
    SupervisorHello,
    TakeMessage,
    WorkerDied,
    WorkerHello,
)  # fmt: skip
from telephony.messages.workers import TestRing as RingStation
from tests.harness.audio import contains, parse_wav, read_wav
from tests.harness.place import wait_for
from tests.harness.rtp import Rtp
from tests.harness.sip import Call, Peer
from tests.telephony.media.router import FakeRouter
from tests.telephony.media.stage import free_place, is_tone

pytestmark = pytest.mark.telephony
BOB = 2
BEEP = read_wav(ENGLISH / "beep.wav")


class House:
    """Workers, a router we play, and the switch we play."""

    def __init__(self, warm: int = 1) -> None:
        self.peers: list[Peer] = []
        self.settle({"SWITCHROOM_MEDIA_WARM": str(warm), "SWITCHROOM_MEDIA_MAX": "3"})
        self.process = self.place.start("media", [sys.executable, "-m", "telephony.media"])
        self.place.wait_for(lambda: len(self.router.workers) == warm, 10, "the workers to say hello")

    def settle(self, settings: dict[str, str]) -> None:
        self.place = free_place(settings)
        self.inst = self.place.instance
        self.switch = self.phone(self.inst.switch_internal.port)
        self.router = FakeRouter(self.inst.router_socket)

    def phone(self, port: int = 0) -> Peer:
        peer = Peer(self.inst.switch_internal.host, self.inst.worker(0), "101", port=port)
        peer.answer_always("BYE")
        self.peers.append(peer)
        return peer

    def invite(self, lease: str, worker: int = 0, peer: Peer | None = None) -> Call:
        peer = peer or self.phone()
        address = self.inst.worker(worker)
        stream = Rtp(peer.address)
        request = peer.request(
            "INVITE", f"sip:voicemail@{address}", body=sdp(peer.address, stream.port),
            headers=(("X-Switchroom-Lease", lease),) if lease else (),
        )  # fmt: skip
        call = Call(peer, request, stream, outgoing=True)
        peer.send(request, (address.host, address.port))
        return call

    def talk(self, lease: str, worker: int = 0) -> Call:
        call = self.invite(lease, worker)
        call.expect(200)
        call.ack()
        return call

    def counts(self) -> Counts:
        return mailbox.counts(self.inst.mail, BOB)

    def close(self) -> None:
        for peer in self.peers:  # first: whoever gets this place next must find its addresses free
            peer.close()
        self.place.close()
        self.router.close()


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    made.close()


def take_message(**changes: object) -> TakeMessage:
    fields: dict[str, object] = {
        "user_id": BOB, "extension": "102", "user_name": "Bob Baker", "mailbox": Mailbox(), "from_number": "101",
        "from_name": "Ann Archer",
    }  # fmt: skip
    return TakeMessage.model_validate(fields | changes)


def wait_beep(call: Call, seconds: float = 20.0) -> None:
    """The tone after which a caller speaks."""

    def heard() -> bool:
        samples = call.rtp.heard(0.5)
        return len(samples) > 3000 and sound.has_tone(samples[-1200:], beep_hz())

    wait_for(heard, seconds, "the beep")


def skip_greeting(call: Call) -> None:
    """Speak from now on, hear the greeting begin, press # and wait for the tone."""
    call.rtp.wait_sound(10)
    call.rtp.dial("#")
    wait_beep(call)


def speak(seconds: float) -> None:
    """Let the peers talk for so long; what they say was set before."""
    until = time.monotonic() + seconds
    wait_for(lambda: time.monotonic() > until, seconds + 5, "time to pass")


def beep_hz() -> float:
    spectrum = np.abs(np.fft.rfft(BEEP.astype(np.float64)))
    return float(np.argmax(spectrum) * 8000 / len(BEEP))


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
    call.expect_bye(12)
    assert house.counts() == Counts(0, 0)
    assert contains(call.rtp.heard_since(began), read_wav(ENGLISH / "vm-deleted.wav"))
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


def test_a_running_session_outlives_the_router_and_is_reported_to_the_next_one(house: House) -> None:
    house.router.lease(0, "L1", take_message())
    call = house.talk("L1")
    call.rtp.play_tone(620)
    house.router.close()
    skip_greeting(call)
    house.router = FakeRouter(house.inst.router_socket)
    hello = house.router.expect(WorkerHello)
    assert [(s.lease, s.call_id, s.app, s.legs) for s in hello.sessions] == [("L1", "call-1", "voicemail", 1)]
    house.router.close()
    speak(1.5)
    call.bye()
    wait_for(lambda: house.counts().new == 1, 5, "the message")
    house.router = FakeRouter(house.inst.router_socket)
    assert house.router.expect(MailboxTouched).user_id == BOB, "told late, but told"
    assert house.router.expect(WorkerHello).sessions == ()


def test_a_killed_worker_is_replaced_and_the_message_it_recorded_is_salvaged(house: House) -> None:
    first = house.router.expect(WorkerHello)
    house.router.lease(0, "L1", take_message())
    call = house.talk("L1")
    call.rtp.play_tone(620)
    skip_greeting(call)
    speak(4)
    killed = time.monotonic()
    os.kill(first.pid, signal.SIGKILL)
    died = house.router.expect(WorkerDied)
    assert (died.worker, died.pid, died.status) == (0, first.pid, -signal.SIGKILL)
    second = house.router.expect(WorkerHello, count=2)
    print(f"kill -9 to hello of the replacement: {1000 * (time.monotonic() - killed):.0f} ms")
    assert second.pid != first.pid
    wait_for(lambda: house.counts().new == 1, 5, "the salvaged message")
    assert house.router.expect(MailboxTouched).user_id == BOB
    (message,) = mailbox.messages(house.inst.mail, BOB)
    samples = parse_wav(mailbox.audio(house.inst.mail, BOB, message.id))
    assert 3.0 < len(samples) / 8000 < 6
    assert is_tone(samples[4000:], 620)
    assert not list((house.inst.media / "spool").iterdir())
    house.router.lease(0, "L2", Announcement(prompts=("hello-world",)))
    house.talk("L2")


def test_the_pool_grows_on_demand_up_to_its_maximum(house: House) -> None:
    hello = house.router.expect(SupervisorHello)
    assert (hello.running, hello.maximum) == (1, 3)
    assert house.router.supervisor is not None
    from telephony.messages import write

    house.router.supervisor.sendall(write(Grow(workers=9)) + b"\n")
    wait_for(lambda: set(house.router.workers) == {0, 1, 2}, 5, "three workers")
    house.router.lease(2, "L1", Announcement(prompts=("hello-world",)))
    house.talk("L1", worker=2)


def test_ending_the_supervisor_stores_messages_and_ends_every_worker(house: House) -> None:
    pid = house.router.expect(WorkerHello).pid
    house.router.lease(0, "L1", take_message())
    call = house.talk("L1")
    call.rtp.play_tone(620)
    skip_greeting(call)
    speak(2)
    assert house.place.stop("media") == 0
    assert not Path(f"/proc/{pid}").exists()
    assert house.counts() == Counts(1, 0)


def test_workers_end_when_their_supervisor_is_killed(house: House) -> None:
    pid = house.router.expect(WorkerHello).pid
    house.process.popen.send_signal(signal.SIGKILL)
    house.process.popen.wait()
    wait_for(lambda: not Path(f"/proc/{pid}").exists(), 6, "the worker to end")


def test_a_disk_that_is_full_gets_an_apology_and_keeps_nothing_half() -> None:
    house = House.__new__(House)
    house.peers = []
    house.settle({"SWITCHROOM_MEDIA_WARM": "1"})
    try:
        # no file may grow beyond 40 kB: the recording stops after 2.5 s, as on a disk that fills up meanwhile
        house.place.start("media", ["prlimit", "--fsize=40000", sys.executable, "-m", "telephony.media"])
        wait_for(lambda: house.router.workers, 10, "the worker")
        house.router.lease(0, "L1", take_message())
        call = house.talk("L1")
        call.rtp.play_tone(620)
        skip_greeting(call)
        speak(7)
        began = time.monotonic()
        call.rtp.dial("#")
        call.expect_bye(12)
        assert contains(call.rtp.heard_since(began), read_wav(ENGLISH / "vm-mailboxfull.wav"))
        assert house.counts() == Counts(0, 0)
        assert not list((house.inst.media / "spool").iterdir())
        assert not list(house.inst.mail.rglob("tmp/*"))
    finally:
        house.close()
