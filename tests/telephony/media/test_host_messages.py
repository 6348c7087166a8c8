"""Messages taken and heard by a whole Host, on a FakePort and real folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from telephony import mailbox
from telephony.mailbox import Counts
from telephony.media.apps import message_center
from telephony.media.fake import Far
from telephony.messages.workers import (
    CheckPin,
    MailboxTouched,
    MessageCenter,
    PinChecked,
    SessionEnded,
)  # fmt: skip
from tests.harness.audio import parse_wav
from tests.telephony.mailbox.test_mailbox import voicemail, wav
from tests.telephony.media.hosted import BOB, TAKE, House


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
