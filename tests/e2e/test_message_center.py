"""Bob dials 404 and his PIN, hears and deletes (A-010); the portal does the same; the lamp follows both."""

from __future__ import annotations

import pytest

from tests.e2e.actions import pin_locked, without_database
from tests.e2e.conftest import Peers, Phones
from tests.e2e.test_voicemail import TONE, leave_message
from tests.harness.house import PASSWORD, House, Person
from tests.harness.place import wait_for
from tests.harness.sip import Call, Peer

pytestmark = pytest.mark.e2e


def receive_message(house: House, ann: Person, bob: Person, peer: Peers) -> None:
    call = peer(ann).invite(f"3{bob.extension}")
    call.expect(200, seconds=6)
    call.ack()
    leave_message(call, seconds=2.5)
    wait_for(lambda: house.messages(bob), 5, "the message")


def log_in(phone: Peer, person: Person, pin: str) -> Call:
    """Dial 404 and give extension and PIN when asked."""
    call = phone.invite("404")
    call.expect(200, seconds=6)
    call.ack()
    call.rtp.wait_sound()
    call.rtp.dial(f"{person.extension}#")
    wait_for(lambda: len(call.rtp.heard(0.5)) > 2000, 4, "the question for the PIN")
    call.rtp.dial(f"{pin}#")
    return call


def test_bob_hears_anns_recording_by_404_and_pin_deletes_it_and_the_lamp_goes_off(
    house: House, ann: Person, bob: Person, peer: Peers, phone: Phones
) -> None:
    receive_message(house, ann, bob, peer)
    lamp = phone(bob)
    lamp.wait_waiting(1)
    call = log_in(peer(bob), bob, bob.pin)
    house.hear_first_message(call)
    call.rtp.wait_tone(TONE, 30)
    house.delete_message(call)
    wait_for(lambda: house.messages(bob) == (), 6, "the message to be gone")
    lamp.wait_waiting(0)
    call.bye()


def test_deleting_in_the_portal_turns_the_lamp_off(
    house: House, ann: Person, bob: Person, peer: Peers, phone: Phones
) -> None:
    receive_message(house, ann, bob, peer)
    lamp = phone(bob)
    lamp.wait_waiting(1)
    row = next(v for v in house.rows("voicemails/") if v["from"] == ann.extension and v["new"])
    audio = house.http.get(row["audio"] if row["audio"].startswith("http") else house.url(row["audio"]), timeout=10)
    assert audio.status_code == 200
    assert audio.content[:4] == b"RIFF"
    house.api("DELETE", f"voicemails/{row['id']}/")
    assert house.messages(bob) == ()
    lamp.wait_waiting(0)


def test_my_allworx_manager_shows_bob_his_message_and_nobody_elses(
    house: House, ann: Person, bob: Person, peer: Peers
) -> None:
    receive_message(house, ann, bob, peer)
    with house.browser(bob.username, PASSWORD) as session:
        page = session.get("/my/")
        assert page.status_code == 200
        assert ann.name in page.text
    with house.browser(ann.username, PASSWORD) as session:
        page = session.get("/my/")
        assert page.status_code == 200
        assert "Voicemail from" not in page.text
        assert house.messages(bob)[0].id not in page.text


def test_guessing_a_pin_locks_the_mailbox_also_while_the_database_is_gone(
    house: House, ann: Person, bob: Person, peer: Peers
) -> None:
    phone = peer(ann)
    with without_database(house):
        for _ in range(4):
            call = log_in(phone, bob, "000000")
            wait_for(lambda call=call: _over(call, phone), 45, "the call to be ended, or another try to be offered")
            if pin_locked(house, bob):
                break
            call.close()
        assert pin_locked(house, bob), "the PIN can be guessed for ever"
        call = log_in(phone, bob, bob.pin)
        call.rtp.wait_sound()
        assert house.messages(bob) == ()
        call.bye()


def _over(call: Call, phone: Peer) -> bool:
    return bool([m for m in phone.inbox if m.method == "BYE" and m.call_id == call.call_id])
