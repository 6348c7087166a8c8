"""What an administrator does with calls and phones: originate, end, ring, ban, lift; and what the browser is told."""

from __future__ import annotations

import threading

import pytest
from websockets.exceptions import ConnectionClosed

from ops.softphone.message import name_of, user_of
from tests.e2e.actions import ban_of, guess_until_silence, lift_ban, registers, ring
from tests.e2e.conftest import Peers, Phones
from tests.harness.house import PASSWORD, House, Person
from tests.harness.place import wait_for
from tests.harness.sip import Peer

pytestmark = pytest.mark.e2e


def test_originate_rings_the_caller_then_the_callee_and_joins_them_with_two_way_audio(
    house: House, ann: Person, bob: Person, phone: Phones
) -> None:
    anns, bobs = phone(ann), phone(bob)
    anns.play_tone(440)
    bobs.play_tone(700)
    made = house.api("POST", "calls/", {"from": ann.extension, "to": bob.extension})
    anns.wait_call("incoming")
    assert bobs.calls == [], "Bob was rung before Ann answered"
    anns.answer()
    bobs.wait_call("incoming")
    remote = bobs.last()["remote"]
    assert (name_of(remote), user_of(remote)) == (ann.name, ann.extension)
    bobs.answer()
    bobs.wait_tone(440)
    anns.wait_tone(700)
    (live,) = house.wait_calls(
        lambda calls: [c for c in calls if c["id"] == made["id"] and c["state"] == "talking"], 4, "one talking call"
    )
    assert (live["from"], live["to"]) == (ann.extension, bob.extension)

    house.api("DELETE", f"calls/{made['id']}/")
    anns.wait_call("ended")
    bobs.wait_call("ended")
    house.wait_calls(lambda calls: not [c for c in calls if c["id"] == made["id"]], 4, "the call to leave the list")
    assert house.record_of(ann, bob)["outcome"] == "ended_by_administrator"


def test_a_ringing_call_can_be_ended(house: House, ann: Person, bob: Person, peer: Peers) -> None:
    anns, bobs = peer(ann), peer(bob)
    call = anns.invite(bob.extension)
    theirs = bobs.incoming()
    theirs.ring()
    call.expect(180)
    (live,) = house.wait_calls(
        lambda calls: [c for c in calls if c["from"] == ann.extension and c["state"] == "ringing"], 4, "a ringing call"
    )
    house.api("DELETE", f"calls/{live['id']}/")
    theirs.expect_cancel()
    assert call.final(6).code >= 400
    assert house.record_of(ann, bob)["outcome"] == "ended_by_administrator"


def test_a_talking_call_between_two_phones_can_be_ended(house: House, ann: Person, bob: Person, phone: Phones) -> None:
    anns, bobs = phone(ann), phone(bob)
    bobs.answer_automatically(after=0.1)
    anns.call(bob.extension)
    anns.wait_call("talking")
    (live,) = house.wait_calls(
        lambda calls: [c for c in calls if c["from"] == ann.extension and c["state"] == "talking"], 4, "a talking call"
    )
    house.api("DELETE", f"calls/{live['id']}/")
    anns.wait_call("ended")
    bobs.wait_call("ended")


def test_ring_rings_the_handset(house: House, ann: Person, phone: Phones) -> None:
    anns = phone(ann)
    ring(house, ann)
    anns.wait_call("incoming")
    anns.answer()
    anns.wait_sound(8)
    anns.hang_up()


def test_the_browser_is_told_how_a_call_appears_changes_and_vanishes(
    house: House, ann: Person, bob: Person, peer: Peers
) -> None:
    anns, bobs = peer(ann), peer(bob)

    def state(picture: dict[str, dict[str, object]]) -> list[object]:
        return [c["state"] for c in picture.values() if c["from"] == ann.extension]

    with house.socket("live-calls/") as page:
        assert page.next()["type"] == "snapshot"
        call = anns.invite(bob.extension)
        theirs = bobs.incoming()
        theirs.ring()
        call.expect(180)
        page.until(lambda picture: state(picture) == ["ringing"], 4, "the ringing call")
        theirs.answer()
        call.expect(200)
        call.ack()
        page.until(lambda picture: state(picture) == ["talking"], 4, "the talk")
        answering = threading.Thread(target=theirs.accept_reinvite)
        answering.start()
        call.reinvite("sendonly")
        answering.join(5)
        page.until(lambda picture: state(picture) == ["held"], 4, "the hold")
        told = dict(page.picture)
        with house.socket("live-calls/") as another:
            another.next()
            mine = {k: v for k, v in another.picture.items() if v["from"] == ann.extension}
            assert mine == {k: v for k, v in told.items() if v["from"] == ann.extension}
        call.bye()
        theirs.expect_bye()
        page.until(lambda picture: state(picture) == [], 4, "the end")


def test_nobody_who_is_not_logged_in_or_not_allowed_sees_live_calls(house: House, ann: Person) -> None:
    with house.socket("live-calls/", ann.username, PASSWORD) as page, pytest.raises(ConnectionClosed) as closed:
        page.next()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403


def test_wrong_passwords_leave_the_phone_pending_then_ban_its_address_until_it_is_lifted(
    house: House, ann: Person
) -> None:
    house.in_force()
    thief = Peer(
        house.phone_address(), house.instance.sip, ann.station, login=ann.login_id, password="wrong-password-1"
    )
    with thief:
        first = thief.register()
        assert first.code in (401, 403)
        assert not house.handset(ann)["registered"]
        guess_until_silence(thief)
        ban = wait_for(lambda: ban_of(house, thief.address), 5, "the ban to be shown")
        assert ban["reason"]
        lift_ban(house, thief.address)
        thief.password = ann.sip_password
        wait_for(lambda: registers(thief), 6, "the right password to be accepted again")
        wait_for(lambda: house.handset(ann)["registered"], 4, "the handset to be shown as registered")


def test_a_banned_thief_does_not_lock_out_the_real_phone(house: House, ann: Person, peer: Peers) -> None:
    house.in_force()
    with Peer(house.phone_address(), house.instance.sip, ann.station, login=ann.login_id, password="wrong-1") as thief:
        guess_until_silence(thief)
        real = peer(ann)
        assert real.register().code == 200
