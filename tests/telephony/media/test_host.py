"""Leases, sessions and their surroundings: a Host on a FakePort, with a desk that works at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from instance import Endpoint
from telephony import mailbox
from telephony.mailbox import Counts
from telephony.media.apps import message_center
from telephony.media.fake import FakePort, Far
from telephony.media.host import Host
from telephony.media.prompts import Prompts
from telephony.messages import Wire
from telephony.messages.snapshot import Mailbox
from telephony.messages.workers import (
    Announcement,
    AnyApp,
    CheckPin,
    EndSession,
    Lease,
    LegState,
    MailboxTouched,
    MessageCenter,
    OriginateApp,
    PickUpApp,
    PinChecked,
    SessionEnded,
    TakeMessage,
)  # fmt: skip
from telephony.messages.workers import TestRing as RingStation
from tests.harness.audio import parse_wav
from tests.telephony.mailbox.test_mailbox import voicemail, wav

T = TypeVar("T")
M = TypeVar("M", bound=Wire)
BOB = 2
SWITCH = Endpoint("127.0.0.1", 5060)
TAKE = TakeMessage(
    user_id=BOB, extension="102", user_name="Bob", mailbox=Mailbox(max_message_seconds=30), from_number="101",
    from_name="Ann",
)  # fmt: skip


class SlowDesk:
    """Does a job when told to: `work()`."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def submit(self, job: Callable[[], T], then: Callable[[T], None]) -> None:
        self.waiting.append(lambda: then(job()))

    def drain(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()

    def close(self) -> None:
        self.drain()


class House:
    def __init__(self, folder: Path) -> None:
        self.mail = folder / "mail"
        self.spool = folder / "spool"
        self.spool.mkdir()
        self.told: list[Wire] = []
        self.connected = True
        self.port = FakePort()
        self.desk = SlowDesk()
        self.host = Host(
            port=self.port, desk=self.desk, prompts=Prompts(folder / "prompts"), switch=SWITCH, mail_root=self.mail,
            spool_folder=self.spool, music=folder / "music.wav", send=self._send, clock=lambda: 1.79e9 + self.port.now,
            ticks=lambda: self.port.now,
        )  # fmt: skip

    def _send(self, message: Wire) -> bool:
        if self.connected:
            self.told.append(message)
        return self.connected

    def all(self, kind: type[M]) -> list[M]:
        return [message for message in self.told if isinstance(message, kind)]

    def run(self, seconds: float, *, paperwork: bool = True) -> None:
        until = self.port.now + seconds
        while self.port.now < until:
            for event in self.port.poll(0.1):
                self.host.on_port(event)
            if paperwork:
                self.desk.drain()
            self.host.tick()

    def until(self, predicate: Callable[[], object], seconds: float = 60.0) -> None:
        until = self.port.now + seconds
        while not predicate():
            assert self.port.now < until, f"{self.told}"
            self.run(0.1)

    def lease(self, lease: str, app: AnyApp) -> None:
        self.host.on_router(Lease(lease=lease, call_id="c-1", app=app))

    def call(self, lease: str, app: AnyApp) -> Far:
        self.lease(lease, app)
        far = self.port.call_in(lease, SWITCH)
        self.until(lambda: far.state in ("talking", "ended"), 5)
        return far

    def leave_message(self, far: Far, seconds: float) -> None:
        self.run(1)
        far.press("#")
        self.until(lambda: list(self.spool.glob("*.json")))
        far.speak(600)
        self.run(seconds)

    def ended(self, lease: str) -> bool:
        return lease in [message.lease for message in self.all(SessionEnded)]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_message_is_taken_stored_and_the_router_told(house: House) -> None:
    far = house.call("L1", TAKE)
    house.leave_message(far, 4)
    far.hang_up()
    house.until(lambda: house.ended("L1"))
    assert [message.user_id for message in house.all(MailboxTouched)] == [BOB]
    (message,) = mailbox.messages(house.mail, BOB)
    assert message.from_number == "101"
    assert 3.5 < len(parse_wav(mailbox.audio(house.mail, BOB, message.id))) / 8000 < 5
    assert house.host.idle
    assert not list(house.spool.iterdir())


def test_silence_at_the_end_is_cut_off(house: House) -> None:
    far = house.call("L1", TAKE)
    house.leave_message(far, 4)
    far.be_quiet()
    house.until(lambda: house.ended("L1"))
    (message,) = mailbox.messages(house.mail, BOB)
    assert 4.0 < len(parse_wav(mailbox.audio(house.mail, BOB, message.id))) / 8000 < 5.5
    assert far.code == 200, "we hung up after the thanks"


def test_a_caller_who_hangs_up_at_the_tone_leaves_nothing(house: House) -> None:
    far = house.call("L1", TAKE)
    house.leave_message(far, 0.5)
    far.hang_up()
    house.until(lambda: house.ended("L1"))
    assert mailbox.counts(house.mail, BOB) == Counts(0, 0)
    assert not list(house.spool.iterdir())
    assert not house.all(MailboxTouched)


def test_the_limit_of_the_user_ends_the_message(house: House) -> None:
    far = house.call("L1", TAKE)
    house.leave_message(far, 31)
    house.until(lambda: house.ended("L1"))
    (message,) = mailbox.messages(house.mail, BOB)
    assert message.seconds == 30


def test_a_full_disk_is_apologised_for_and_nothing_is_half_kept(house: House) -> None:
    house.port.disk_full = True
    far = house.call("L1", TAKE)
    house.run(1)
    far.press("#")
    house.until(lambda: house.ended("L1"))
    assert far.code == 200
    assert house.all(SessionEnded)[0].reason == "the message could not be stored"
    assert mailbox.counts(house.mail, BOB) == Counts(0, 0)
    assert not list(house.spool.iterdir())


def test_a_spool_that_cannot_be_written_is_a_full_disk(house: House) -> None:
    house.spool.rmdir()
    house.spool.write_text("a file is in the way")
    far = house.call("L1", TAKE)
    house.run(1)
    far.press("#")
    house.until(lambda: house.ended("L1"))
    assert far.code == 200


def test_an_invite_waits_one_second_for_its_lease(house: House) -> None:
    early = house.port.call_in("L1", SWITCH)
    house.run(0.8)
    house.lease("L1", Announcement(prompts=("hello-world",)))
    house.until(lambda: early.state == "talking", 2)
    late = house.port.call_in("L2", SWITCH)
    house.run(1.2)
    assert late.code == 403
    house.lease("L2", Announcement(prompts=("hello-world",)))
    assert late.state == "ended"


def test_a_caller_who_gives_up_while_waiting_for_the_lease_leaves_it_unused(house: House) -> None:
    far = house.port.call_in("L1", SWITCH)
    house.run(0.2)
    far.hang_up()
    house.run(0.2)
    house.lease("L1", Announcement(prompts=("hello-world",)))
    assert [session.legs for session in house.host.sessions()] == [0]
    house.run(5.2)
    assert house.ended("L1")


@pytest.mark.parametrize("lease", ["", "L1"])
def test_an_invite_without_lease_or_with_a_used_one_is_refused(house: House, lease: str) -> None:
    talking = house.call("L1", Announcement(prompts=("vm-intro",)))
    second = house.port.call_in(lease, SWITCH)
    house.run(0.1)
    assert second.code == 403
    assert talking.state == "talking"


def test_an_invite_from_a_stranger_is_refused_even_with_a_lease(house: House) -> None:
    house.lease("L1", TAKE)
    far = house.port.call_in("L1", Endpoint("127.0.0.66", 5060))
    house.run(0.1)
    assert far.code == 403
    assert house.port.call_in("L1", SWITCH).state == "trying"


def test_a_lease_without_an_invite_lapses_after_five_seconds(house: House) -> None:
    house.lease("L1", TAKE)
    house.run(4.8)
    assert not house.ended("L1")
    house.run(0.5)
    assert house.ended("L1")
    assert house.host.idle


def test_hello_reports_running_sessions_and_unused_leases(house: House) -> None:
    house.call("L1", TAKE)
    house.lease("L2", MessageCenter())
    assert {(s.lease, s.call_id, s.app, s.legs) for s in house.host.sessions()} == {
        ("L1", "c-1", "voicemail", 1), ("L2", "c-1", "message_center", 0),
    }  # fmt: skip


def test_the_router_ends_a_session_and_what_was_said_is_kept(house: House) -> None:
    far = house.call("L1", TAKE)
    house.leave_message(far, 3)
    house.host.on_router(EndSession(lease="L1"))
    house.until(lambda: house.ended("L1"))
    assert mailbox.counts(house.mail, BOB) == Counts(1, 0)


def test_ending_a_session_that_never_began_is_confirmed(house: House) -> None:
    house.lease("L1", TAKE)
    house.host.on_router(EndSession(lease="L1"))
    assert house.ended("L1")
    house.host.on_router(EndSession(lease="unknown"))
    assert house.ended("unknown")


def test_two_sessions_in_one_worker_do_not_meet(house: House) -> None:
    one, two = house.call("L1", TAKE), house.call("L2", TAKE.model_copy(update={"from_number": "222"}))
    house.run(1)
    one.press("#")
    two.press("#")
    one.speak(400)
    two.speak(700)
    house.until(lambda: len(list(house.spool.glob("*.json"))) == 2)
    house.run(3)
    one.hang_up()
    house.until(lambda: house.ended("L1"))
    assert not house.ended("L2")
    two.hang_up()
    house.until(lambda: house.ended("L2"))
    assert {message.from_number for message in mailbox.messages(house.mail, BOB)} == {"101", "222"}


def log_in(house: House, far: Far, *, ok: bool = True, locked: bool = False) -> None:
    count = len(house.all(CheckPin))
    far.press("102")
    far.press("4711#")
    house.until(lambda: len(house.all(CheckPin)) > count, 10)
    ask = house.all(CheckPin)[-1]
    assert (ask.lease, ask.extension, ask.pin) == ("L1", "102", "4711")
    house.host.on_router(PinChecked(ask=ask.ask, ok=ok, locked=locked, user_id=BOB if ok else 0))


def test_the_message_center_hears_and_deletes(house: House) -> None:
    mailbox.deliver(house.mail, voicemail(), audio=wav(1))
    far = house.call("L1", MessageCenter(extension_digits=3))
    log_in(house, far)
    house.until(lambda: mailbox.counts(house.mail, BOB) == Counts(0, 1))
    far.press("7")
    house.until(lambda: house.ended("L1"))
    assert mailbox.counts(house.mail, BOB) == Counts(0, 0)
    assert [message.user_id for message in house.all(MailboxTouched)] == [BOB, BOB]
    assert not list(house.spool.iterdir()), "fetched sounds are removed"


def test_guessing_pins_ends_after_three_tries_or_a_lock(house: House) -> None:
    far = house.call("L1", MessageCenter(extension_digits=3))
    for _ in range(message_center.TRIES):
        log_in(house, far, ok=False)
    house.until(lambda: house.ended("L1"))
    far = house.call("L1", MessageCenter(extension_digits=3))
    log_in(house, far, ok=False, locked=True)
    house.until(lambda: far.state == "ended")


def test_an_answer_to_an_older_question_is_not_taken_for_this_one(house: House) -> None:
    mailbox.deliver(house.mail, voicemail(), audio=wav(1))
    far = house.call("L1", MessageCenter(extension_digits=3))
    log_in(house, far, ok=False)
    old = house.all(CheckPin)[0].ask
    far.press("1020000#")
    house.until(lambda: len(house.all(CheckPin)) == 2, 10)
    house.host.on_router(PinChecked(ask=old, ok=True, user_id=BOB))
    house.run(3)
    assert mailbox.counts(house.mail, BOB) == Counts(1, 0), "nobody was let in"


def test_without_a_router_nobody_is_let_in_and_the_call_ends(house: House) -> None:
    far = house.call("L1", MessageCenter(extension_digits=3))
    house.connected = False
    far.press("1024711#")
    house.until(lambda: far.state == "ended")
    assert far.code == 200


def test_a_message_without_playable_sound_is_passed_over(house: House) -> None:
    mailbox.deliver(house.mail, voicemail(), audio=b"not a wav file")
    far = house.call("L1", MessageCenter(extension_digits=3))
    log_in(house, far)
    house.until(lambda: house.ended("L1"))
    assert far.code == 200


ORIGINATE = OriginateApp(first="101", first_token="t1", second="102", second_token="t2")


def states(house: House) -> list[tuple[str, str, int]]:
    return [(message.leg, message.state, message.code) for message in house.all(LegState)]


def test_originate_dials_the_second_when_the_first_answers_and_bridges(house: House) -> None:
    house.lease("L1", ORIGINATE)
    first = house.port.far["L1/first"]
    assert first.uri == f"sip:101@{SWITCH}"
    assert first.headers == (("X-Switchroom-Token", "t1"),)
    assert "L1/second" not in house.port.far
    first.ring()
    first.answer()
    house.run(0.2)
    second = house.port.far["L1/second"]
    assert second.headers == (("X-Switchroom-Token", "t2"),)
    second.answer()
    house.run(0.2)
    first.press("5")
    house.run(0.4)
    assert second.digits == "5"
    second.hang_up()
    house.until(lambda: house.ended("L1"))
    assert first.state == "ended"
    assert states(house) == [
        ("first", "ringing", 180), ("first", "answered", 200), ("second", "answered", 200), ("second", "ended", 200),
        ("first", "ended", 200),
    ]  # fmt: skip


def test_originate_lets_the_first_hear_what_the_second_sends_early(house: House) -> None:
    house.lease("L1", ORIGINATE)
    first = house.port.far["L1/first"]
    first.answer()
    house.run(0.2)
    second = house.port.far["L1/second"]
    second.speak(500)
    second.early()
    heard = len(first.heard)
    house.run(0.5)
    assert any(first.heard[heard + 3200 :])
    second.refuse(486)
    house.until(lambda: house.ended("L1"))
    assert first.code == 200


@pytest.mark.parametrize("code", [480, 486, 404])
def test_originate_ends_when_nobody_answers_and_says_so_to_the_first(house: House, code: int) -> None:
    house.lease("L1", ORIGINATE)
    first = house.port.far["L1/first"]
    first.answer()
    house.run(0.2)
    house.port.far["L1/second"].refuse(code)
    house.until(lambda: house.ended("L1"))
    assert ("second", "ended", code) in states(house)


def test_originate_ends_when_the_first_refuses_or_never_answers(house: House) -> None:
    house.lease("L1", ORIGINATE)
    house.port.far["L1/first"].refuse(486)
    house.until(lambda: house.ended("L1"))
    assert "L1/second" not in house.port.far
    house.lease("L2", ORIGINATE)
    house.until(lambda: house.ended("L2"), 70)
    assert house.port.far["L2/first"].state == "ended"


def test_originate_ends_both_when_the_first_gives_up_while_the_second_rings(house: House) -> None:
    house.lease("L1", ORIGINATE)
    first = house.port.far["L1/first"]
    first.answer()
    house.run(0.2)
    house.port.far["L1/second"].ring()
    first.hang_up()
    house.until(lambda: house.ended("L1"))
    assert house.port.far["L1/second"].state == "ended"
    assert house.host.idle


def test_end_session_ends_both_legs_of_an_originated_call(house: House) -> None:
    house.lease("L1", ORIGINATE)
    house.port.far["L1/first"].answer()
    house.run(0.2)
    house.port.far["L1/second"].answer()
    house.run(0.2)
    house.host.on_router(EndSession(lease="L1"))
    house.until(lambda: house.ended("L1"))
    assert house.host.idle


def test_a_test_ring_says_something_to_who_answers(house: House) -> None:
    house.lease("L1", RingStation(station="5111", token="t", seconds=4))
    far = house.port.far["L1/first"]
    assert far.uri == f"sip:5111@{SWITCH}"
    far.answer()
    house.until(lambda: house.ended("L1"))
    assert any(far.heard)
    assert far.code == 200


def test_a_session_that_fails_is_hung_up_and_the_others_live_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from telephony.media.apps.announcement import Announce

    good = house.call("L1", TAKE)
    monkeypatch.setattr(Announce, "on", lambda *_: 1 / 0)
    house.lease("L2", Announcement(prompts=("x",)))
    bad = house.port.call_in("L2", SWITCH)
    house.run(0.3)
    assert bad.state == "ended"
    assert house.ended("L2")
    house.leave_message(good, 3)
    good.hang_up()
    house.until(lambda: house.ended("L1"))
    assert mailbox.counts(house.mail, BOB) == Counts(1, 0)


def test_a_caller_who_hangs_up_while_his_message_is_stored_does_not_lose_it(house: House) -> None:
    far = house.call("L1", TAKE)
    house.leave_message(far, 3)
    far.press("#")
    house.run(0.3, paperwork=False)
    far.hang_up()
    house.run(0.3, paperwork=False)
    assert not house.ended("L1")
    house.until(lambda: house.ended("L1"))
    assert mailbox.counts(house.mail, BOB) == Counts(1, 0)


def test_a_pick_up_takes_the_second_invite_of_its_lease_and_no_third(house: House) -> None:
    house.lease("L1", PickUpApp())
    picker = house.port.call_in("L1", SWITCH)
    house.run(0.1)
    assert picker.state == "trying"
    ringing = house.port.call_in("L1", SWITCH)
    house.until(lambda: ringing.state == "talking", 2)
    house.until(lambda: picker.state == "talking", 2)
    third = house.port.call_in("L1", SWITCH)
    house.run(0.1)
    assert third.code == 403
    ringing.hang_up()
    house.until(lambda: house.ended("L1"), 2)
    assert picker.state == "ended"
