"""Nobody answers, busy, nothing registered: the caller leaves a message and the lamp says so (A-009, A-011)."""

from __future__ import annotations

import mailbox as maildir
import time

import pytest

from tests.e2e.actions import set_rings
from tests.e2e.conftest import Peers, Phones
from tests.harness.audio import tone_share
from tests.harness.house import House, Person
from tests.harness.place import wait_for
from tests.harness.prompts import hear_beep, heard_prompts
from tests.harness.sip import Call

pytestmark = pytest.mark.e2e
TONE = 620.0
GREETING = ("vm-theperson", "vm-isunavail", "vm-intro", "vm-isonphone", "vm-leavemsg", "vm-nobodyavail")


def leave_message(call: Call, seconds: float = 3.0, end: str = "bye") -> None:
    """Listen to the greeting, wait for the beep, speak a tone, end by hanging up, `#` or falling silent."""
    answered = time.monotonic()
    hear_beep(call.rtp, 25)
    heard = call.rtp.heard_since(answered)
    call.rtp.play_tone(TONE)
    spoken = time.monotonic()
    wait_for(lambda: time.monotonic() - spoken > seconds, seconds + 2, "the message to be spoken")
    if end == "bye":
        assert call.bye().code == 200
    else:
        call.rtp.silence()
        if end == "#":
            call.rtp.dial("#")
        call.expect_bye(20)
    assert heard_prompts(heard, GREETING), "no recorded greeting was heard before the beep"


def assert_message(house: House, owner: Person, caller: Person, seconds: float = 3.0) -> None:
    """Exactly one new message, complete, from the caller, with his tone in it, as a mail in the Maildir."""
    (message,) = wait_for(lambda: house.messages(owner), 5, f"a message in the mailbox of {owner.name}")
    assert (message.from_number, message.from_name, message.new) == (caller.extension, caller.name, True)
    recording = house.recording(owner, message)
    assert abs(len(recording) / 8000 - seconds) < 1.6
    assert abs(message.seconds - len(recording) / 8000) <= 1
    middle = recording[len(recording) // 4 : -len(recording) // 3]
    assert tone_share(middle, TONE) > 0.7, "the sender's tone is not in the recording"

    folder = house.instance.mail / str(owner.user_id) / "Maildir"
    (mail,) = list(maildir.Maildir(folder, create=False))
    assert caller.name in mail["Subject"]
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/mixed", "text/plain", "audio/wav"]
    assert list((folder / "tmp").iterdir()) == []

    (row,) = house.rows(f"voicemails/?user={owner.username}")
    assert (row["user"], row["from"], row["new"]) == (owner.username, caller.extension, True)


def test_no_answer_after_the_rings_greets_beeps_records_and_lights_the_lamp(
    house: House, ann: Person, bob: Person, peer: Peers, phone: Phones
) -> None:
    set_rings(house, bob, 1)
    anns, bobs = peer(ann), phone(bob)
    bobs.wait_waiting(0)
    call = anns.invite(bob.extension)
    call.expect(180)
    rung = time.monotonic()
    bobs.wait_call("incoming")
    call.expect(200, seconds=12)
    assert 5.0 < time.monotonic() - rung < 8.5, "one ring is six seconds"
    call.ack()
    bobs.wait_call("ended")
    leave_message(call)
    assert_message(house, bob, ann)
    bobs.wait_waiting(1)
    assert house.record_of(ann, bob)["outcome"] == "voicemail"


def test_a_busy_phone_sends_the_caller_to_voicemail_at_once(
    house: House, ann: Person, bob: Person, peer: Peers
) -> None:
    anns, bobs = peer(ann), peer(bob)
    call = anns.invite(bob.extension)
    theirs = bobs.incoming()
    theirs.reply(486)
    call.expect(200, seconds=6)
    call.ack()
    leave_message(call, end="#")
    assert_message(house, bob, ann)


def test_without_a_registered_phone_the_caller_reaches_voicemail_at_once_and_silence_ends_it(
    house: House, ann: Person, bob: Person, peer: Peers
) -> None:
    call = peer(ann).invite(bob.extension)
    call.expect(200, seconds=6)
    call.ack()
    leave_message(call, seconds=3.0, end="silence")
    (message,) = wait_for(lambda: house.messages(bob), 5, "a message")
    recording = house.recording(bob, message)
    assert tone_share(recording[4000:20000], TONE) > 0.7
    assert house.record_of(ann, bob)["outcome"] == "voicemail"


def test_a_message_can_be_left_without_ringing_by_dialling_3_and_the_extension(
    house: House, ann: Person, bob: Person, peer: Peers
) -> None:
    anns, bobs = peer(ann), peer(bob)
    call = anns.invite(f"3{bob.extension}")
    call.expect(200, seconds=6)
    call.ack()
    leave_message(call)
    assert_message(house, bob, ann)
    assert [m for m in bobs.seen if m.method == "INVITE"] == [], "Bob's phone rang"


def test_hanging_up_during_the_greeting_leaves_nothing(house: House, ann: Person, bob: Person, peer: Peers) -> None:
    call = peer(ann).invite(bob.extension)
    call.expect(200, seconds=6)
    call.ack()
    call.rtp.wait_sound()
    call.bye()
    house.record_of(ann, bob)
    assert house.messages(bob) == ()


def test_0_while_speaking_keeps_the_message_and_reaches_the_operator(
    house: House, ann: Person, bob: Person, peer: Peers
) -> None:
    """S09-11."""
    carla = house.hire("Carla", "Santos")
    house.api("PATCH", f"users/{bob.user_id}/", {"operator_extension": carla.extension})
    house.in_force()
    operator = peer(carla)
    call = peer(ann).invite(f"3{bob.extension}")
    call.expect(200, seconds=6)
    call.ack()
    hear_beep(call.rtp, 25)
    call.rtp.play_tone(TONE)
    spoken = time.monotonic()
    wait_for(lambda: time.monotonic() - spoken > 3.0, 5, "the message to be spoken")
    call.rtp.silence()
    call.rtp.dial("0")
    theirs = operator.incoming(10)
    theirs.answer()
    call.rtp.play_tone(440)
    theirs.rtp.play_tone(700)
    theirs.rtp.wait_tone(440)
    call.rtp.wait_tone(700)
    assert call.bye().code == 200
    theirs.expect_bye()
    assert_message(house, bob, ann)
