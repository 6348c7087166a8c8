"""Bob dials 404 and his PIN, hears and deletes (A-010); the portal does the same; the lamp follows both."""

from __future__ import annotations

import time

import pytest
import redis
import requests

from tests.e2e.actions import pin_locked, put_message, stopped, without_database
from tests.e2e.conftest import Peers, Phones
from tests.e2e.test_voicemail import TONE, leave_message
from tests.harness.audio import parse_wav, tone_share
from tests.harness.house import PASSWORD, House, Person
from tests.harness.place import wait_for
from tests.harness.prompts import has_prompt, hear_beep
from tests.harness.sip import Call, Peer

pytestmark = pytest.mark.e2e
GREETING = 523.0


def receive_message(house: House, ann: Person, bob: Person, peer: Peers) -> None:
    call = peer(ann).invite(f"3{bob.extension}")
    call.expect(200, seconds=6)
    call.ack()
    leave_message(call, seconds=2.5)
    wait_for(lambda: house.messages(bob), 5, "the message")


def dial_404(phone: Peer) -> Call:
    call = phone.invite("404")
    call.expect(200, seconds=6)
    call.ack()
    return call


def enter(call: Call, extension: str, pin: str) -> None:
    """Give extension and PIN when the recorded voice asks for them."""
    say(call, "vm-extension", extension)
    say(call, "agent-pass", f"{pin}#")


def say(call: Call, prompt: str, digits: str) -> None:
    hear(call, prompt)
    call.rtp.forget()
    call.rtp.dial(digits)


def hear(call: Call, *prompts: str, seconds: float = 12.0) -> str:
    """Wait until one of the recorded prompts was heard; which one."""

    def found() -> str | None:
        heard = call.rtp.heard(12.0)
        return next((name for name in prompts if has_prompt(heard, name)), None)

    return wait_for(found, seconds, f"the prompt {' or '.join(prompts)}")


def test_bob_hears_anns_recording_by_404_and_pin_deletes_it_and_the_lamp_goes_off(
    house: House, ann: Person, bob: Person, peer: Peers, phone: Phones
) -> None:
    receive_message(house, ann, bob, peer)
    lamp = phone(bob)
    lamp.wait_waiting(1)
    call = dial_404(peer(bob))
    enter(call, bob.extension, bob.pin)
    hear(call, "vm-youhave")
    call.rtp.wait_tone(TONE, 30)
    call.rtp.dial("7")
    wait_for(lambda: house.messages(bob) == (), 6, "the message to be gone")
    lamp.wait_waiting(0)
    call.bye()


def test_hearing_and_deleting_in_my_allworx_manager_turns_the_lamp_off(
    house: House, ann: Person, bob: Person, phone: Phones
) -> None:
    put_message(house, bob, ann, TONE)
    lamp = phone(bob)
    lamp.wait_waiting(1)
    (message,) = house.messages(bob)
    with house.browser(bob.username, PASSWORD) as browser:
        page = browser.get("/my/")
        assert ann.name in page.text
        audio = browser.get(f"/my/voicemails/{message.id}/audio/")
        assert audio.status_code == 200
        assert tone_share(parse_wav(audio.content), TONE) > 0.9
        assert browser.post(f"/my/voicemails/{message.id}/heard/", {}).status_code < 400
        lamp.wait_waiting(0, 1)
        assert browser.post(f"/my/voicemails/{message.id}/delete/", {}).status_code < 400
    assert house.messages(bob) == ()
    lamp.wait_waiting(0, 0)


def test_deleting_through_the_api_turns_the_lamp_off_and_only_the_owner_may_listen(
    house: House, ann: Person, bob: Person, phone: Phones
) -> None:
    put_message(house, bob, ann, TONE)
    lamp = phone(bob)
    lamp.wait_waiting(1)
    (row,) = house.rows(f"voicemails/?user={bob.username}")
    assert house.http.get(house.url(row["audio"]), timeout=10).status_code in (403, 404), "the administrator listens"
    own = {"Authorization": f"Token {house.manage('api_token', bob.username).split()[-1]}"}
    audio = requests.get(house.url(row["audio"]), headers=own, timeout=10)
    assert tone_share(parse_wav(audio.content), TONE) > 0.9
    house.api("DELETE", f"voicemails/{row['id']}/")
    assert house.messages(bob) == ()
    lamp.wait_waiting(0)


def test_my_allworx_manager_shows_bob_his_message_and_nobody_elses(house: House, ann: Person, bob: Person) -> None:
    put_message(house, bob, ann, TONE)
    with house.browser(bob.username, PASSWORD) as session:
        page = session.get("/my/")
        assert page.status_code == 200
        assert ann.name in page.text
    with house.browser(ann.username, PASSWORD) as session:
        page = session.get("/my/")
        assert page.status_code == 200
        assert house.messages(bob)[0].id not in page.text


def test_guessing_a_pin_locks_the_mailbox_also_while_the_database_is_gone(
    house: House, ann: Person, bob: Person, peer: Peers
) -> None:
    thief, owner = peer(ann), peer(bob)
    with without_database(house):
        wrong = 0
        while not pin_locked(house, bob):
            call = dial_404(thief)
            for _ in range(3):
                enter(call, bob.extension, "000000")
                wrong += 1
                assert hear(call, "vm-incorrect") == "vm-incorrect"
                if pin_locked(house, bob):
                    break
            call.expect_bye(20)
            assert wrong <= 6, "the PIN can be guessed for ever"
        assert wrong == 5
        call = dial_404(owner)
        enter(call, bob.extension, bob.pin)
        assert hear(call, "vm-youhave", "sorry-youre-having-problems") == "sorry-youre-having-problems"
        call.expect_bye(20)


def test_the_right_pin_opens_the_mailbox_while_the_database_is_gone(house: House, bob: Person, peer: Peers) -> None:
    phone = peer(bob)
    with without_database(house):
        call = dial_404(phone)
        enter(call, bob.extension, bob.pin)
        hear(call, "vm-youhave")
        call.bye()


def test_a_greeting_recorded_by_phone_is_what_callers_hear_and_the_presence_is_set_by_phone(
    house: House, ann: Person, bob: Person, peer: Peers
) -> None:
    """S01-10: Bob records the greeting of At Home, and goes home, by telephone."""
    call = dial_404(peer(bob))
    enter(call, bob.extension, bob.pin)
    hear(call, "vm-no")
    call.rtp.dial("9")
    call.rtp.dial("5", pause=0.3)
    hear_beep(call.rtp, 20)
    call.rtp.play_tone(GREETING)
    spoken = time.monotonic()
    wait_for(lambda: time.monotonic() - spoken > 2.0, 4, "the greeting to be spoken")
    call.rtp.silence()
    call.rtp.forget()
    call.rtp.dial("#")
    call.rtp.wait_tone(GREETING, 5)  # played back
    call.rtp.dial("1")
    hear(call, "vm-msgsaved")
    call.rtp.dial("#")
    call.rtp.dial("3", pause=0.3)
    call.rtp.dial("5", pause=0.3)
    wait_for(lambda: presence_of(house, bob) == "at_home", 6, "Bob's presence")
    call.bye()
    heard = peer(ann).invite(f"3{bob.extension}")
    heard.expect(200, seconds=6)
    heard.ack()
    heard.rtp.wait_tone(GREETING, 8)
    hear_beep(heard.rtp, 10)
    heard.bye()


def presence_of(house: House, person: Person) -> str:
    with redis.Redis.from_url(house.instance.redis_url, protocol=2) as link:
        return (link.hget("user-state", str(person.user_id)) or b"").decode()


def test_a_new_user_must_choose_a_pin_by_telephone_and_the_first_one_opens_nothing_any_more(
    house: House, ann: Person, peer: Peers
) -> None:
    """A-021, with the hub away meanwhile: nothing of it is lost."""
    user = house.api("PATCH", f"users/{ann.user_id}/", {"pin": "1234", "require_pin_change": True})
    assert user["require_pin_change"] is True
    house.in_force()
    phone = peer(ann)
    with stopped(house, "hub"):
        call = dial_404(phone)
        enter(call, ann.extension, "1234")
        say(call, "vm-newpassword", "246801#")
        say(call, "vm-reenterpassword", "246801#")
        hear(call, "vm-youhave", seconds=15)
        call.bye()
        call = dial_404(phone)
        enter(call, ann.extension, "1234")
        hear(call, "vm-incorrect")
        call.bye()
        call = dial_404(phone)
        enter(call, ann.extension, "246801")
        hear(call, "vm-youhave")
        call.bye()
    wait_for(lambda: house.get(f"users/{ann.user_id}/")["require_pin_change"] is False, 40, "the portal to know it")
    house.in_force()
    call = dial_404(phone)
    enter(call, ann.extension, "246801")
    hear(call, "vm-youhave")
    call.bye()
