"""What a dying process takes with it: as little as the plan of the house promises."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

import pytest

from tests.e2e.actions import frozen, kill, kill_relay, stopped, version_in_database, versions, worker_of
from tests.e2e.conftest import Peers, Phones
from tests.e2e.test_voicemail import TONE, leave_message
from tests.harness.audio import tone_share
from tests.harness.house import House, Person, Refused
from tests.harness.place import wait_for
from tests.harness.processes import holder_of_udp
from tests.harness.prompts import hear_beep

pytestmark = pytest.mark.e2e


def test_without_a_router_internal_calls_still_complete(house: House, ann: Person, bob: Person, phone: Phones) -> None:
    anns, bobs = phone(ann), phone(bob)
    bobs.answer_automatically(after=0.1)
    anns.play_tone(440)
    bobs.play_tone(700)
    with stopped(house, "router"):
        anns.call(bob.extension)
        anns.wait_call("talking", 8)
        bobs.wait_tone(440)
        anns.wait_tone(700)
        anns.hang_up()
        bobs.wait_call("ended")
    wait_for(house.healthy, 20, "the house to be whole again")
    anns.call(bob.extension)
    anns.wait_call("talking", 8, count=2)
    anns.hang_up()


def test_a_call_outlives_the_router_and_its_record_is_written(
    house: House, ann: Person, bob: Person, phone: Phones
) -> None:
    anns, bobs = phone(ann), phone(bob)
    bobs.answer_automatically(after=0.1)
    anns.play_tone(440)
    anns.call(bob.extension)
    anns.wait_call("talking")
    bobs.wait_tone(440)
    kill(house, "router")
    bobs.wait_tone(440)
    wait_for(house.healthy, 20, "the router to be back")
    house.wait_calls(
        lambda calls: [c for c in calls if c["from"] == ann.extension and c["state"] == "talking"], 6,
        "the call to be on the list again",
    )  # fmt: skip
    anns.hang_up()
    bobs.wait_call("ended")
    assert house.record_of(ann, bob)["outcome"] == "answered"


def relay_and_guard(house: House) -> None:
    old = kill(house, "relay")
    wait_for(lambda: house.pid_now("relay") not in (0, old), 10, "another relay")


@pytest.mark.parametrize("killed", [kill_relay, relay_and_guard])
def test_a_killed_relay_is_back_with_the_sound_of_its_calls(
    house: House, ann: Person, bob: Person, phone: Phones, peer: Peers, killed: Callable[[House], object]
) -> None:
    """A call between two phones and one that a worker holds; nobody says anything by SIP meanwhile."""
    bobs = phone(bob)
    bobs.answer_automatically(after=0.1)
    bobs.play_tone(700)
    anns = peer(ann)
    call = anns.invite(bob.extension)
    call.expect(200, seconds=8)
    call.ack()
    call.rtp.play_tone(440)
    call.rtp.wait_tone(700)
    carl = house.hire("Carl", "Voss")
    message = anns.invite(carl.extension)  # not registered: a worker answers, with a greeting
    message.expect(200, seconds=8)
    message.ack()
    message.rtp.wait_sound()
    killed(house)
    call.rtp.forget()
    message.rtp.forget()
    call.rtp.wait_tone(700, 10)
    bobs.wait_tone(440)
    hear_beep(message.rtp, 25)
    message.close()
    call.bye()
    bobs.wait_call("ended")
    assert house.record_of(ann, bob)["outcome"] == "answered"


def test_a_worker_killed_in_the_middle_of_a_message_keeps_what_was_said(
    house: House, ann: Person, bob: Person, peer: Peers
) -> None:
    call = peer(ann).invite(bob.extension)
    call.expect(200, seconds=6)
    call.ack()
    hear_beep(call.rtp, 25)
    call.rtp.play_tone(TONE)
    spoken = time.monotonic()
    wait_for(lambda: time.monotonic() - spoken > 3, 5, "three seconds of message")
    worker = worker_of(house, call)
    os.kill(worker, signal.SIGKILL)
    (message,) = wait_for(lambda: house.messages(bob), 10, "the salvaged message")
    recording = house.recording(bob, message)
    assert len(recording) > 1.5 * 8000
    assert tone_share(recording[2000:14000], TONE) > 0.7
    call.close()
    again = peer(ann).invite(bob.extension)
    again.expect(200, seconds=6)
    again.ack()
    leave_message(again)
    wait_for(lambda: len(house.messages(bob)) == 2, 5, "the next message")


def test_web_killed_between_commit_and_announcement_is_in_force_within_three_seconds(
    house: House, ann: Person, bob: Person, peer: Peers
) -> None:
    """Redis is frozen while a user is added, so the announcement hangs after the commit; then `web` is killed."""
    before = versions(house)[0]
    extension = "290"
    body = {
        "username": "late", "first_name": "Late", "last_name": "Comer", "extension": extension,
        "password": "Battery-Staple-58", "pin": "123456", "require_password_change": False,
        "require_pin_change": False,
    }  # fmt: skip

    def save() -> None:
        try:
            house.api("POST", "users/", body)
        except (Refused, OSError):
            return  # the connection died with the process: that is the point

    with frozen(house, "redis"):
        saving = threading.Thread(target=save)
        saving.start()
        wait_for(lambda: version_in_database(house) > before, 10, "the commit")
        for pid in house.pids("web"):
            os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    wait_for(lambda: versions(house)[1] > before, 6, "the new version to be in force")
    took = time.monotonic() - began
    assert took < 3.0, f"in force after {took:.1f} s"
    saving.join(20)
    call = peer(ann).invite(extension)
    call.expect(200, seconds=8)  # nobody is registered there: voicemail answers, so the number exists
    call.ack()
    call.bye()
    wait_for(house.healthy, 20, "the house to be whole again")


def test_phones_stay_registered_when_the_switch_is_killed(
    house: House, ann: Person, bob: Person, phone: Phones
) -> None:
    anns, bobs = phone(ann), phone(bob)
    bobs.answer_automatically(after=0.1)
    killed = kill(house, "switch")
    sip = house.instance.sip
    wait_for(
        lambda: house.pid_now("switch") not in (0, killed)
        and holder_of_udp(sip.host, sip.port) in house.pids("switch"),
        15, "another switch at the old address",
    )  # fmt: skip
    wait_for(house.healthy, 20, "the house to be whole again")
    anns.call(bob.extension)
    anns.wait_call("talking", 8)
    anns.hang_up()
    bobs.wait_call("ended")
