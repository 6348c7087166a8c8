"""The table of failures: what is killed in the middle of a call, and what calls, lamps, counts and records show then.

More about router, relay, worker and switch is in test_survival.py; a relay without memory in
tests/telephony/router/test_relay_dies.py.
"""

from __future__ import annotations

import contextlib
import resource
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from ops.postgres import throw_away
from portal.pages.failures import AWAY, BUSY, FULL
from tests.e2e.actions import kill, kill_relay, put_message
from tests.e2e.conftest import Peers
from tests.e2e.test_message_center import dial_404, enter, hear
from tests.harness.call import Call
from tests.harness.house import ADMIN_PASSWORD, House, Person
from tests.harness.place import wait_for
from tests.harness.sip import Peer
from tests.telephony.router.talk import follow, refer

pytestmark = pytest.mark.e2e


@pytest.fixture
def carl(house: House) -> Person:
    return house.hire("Carl", "Voss")


def talk(caller: Peer, called: Peer, number: str) -> tuple[Call, Call]:
    """An answered call between two phones with sound both ways."""
    call = caller.invite(number)
    incoming = called.incoming()
    incoming.ring()
    incoming.answer()
    call.expect(200, seconds=8)
    call.ack()
    incoming.expect_ack()
    hear_one_another(call, incoming)
    return call, incoming


def hear_one_another(call: Call, incoming: Call) -> None:
    for one in (call, incoming):
        one.rtp.forget()
    call.rtp.play_tone(440)
    incoming.rtp.play_tone(700)
    call.rtp.wait_tone(700)
    incoming.rtp.wait_tone(440)


def change(call: Call, incoming: Call, direction: str) -> None:
    other = threading.Thread(target=incoming.accept_reinvite)
    other.start()
    assert call.reinvite(direction).code == 200
    other.join()


def hold_and_resume(call: Call, incoming: Call) -> None:
    change(call, incoming, "sendonly")
    incoming.rtp.wait_sound()
    change(call, incoming, "sendrecv")
    hear_one_another(call, incoming)


def end(call: Call, *others: Call) -> None:
    assert call.bye().code == 200
    for one in (call, *others):
        one.close()


def all_by_phone(anns: Peer, bobs: Peer, carls: Peer, bob: Person, carl: Person) -> None:
    """A new call, hold, and a blind transfer to a third person."""
    call, incoming = talk(anns, bobs, bob.extension)
    hold_and_resume(call, incoming)
    answer, address = refer(incoming, anns, f"<sip:{carl.extension}@switchroom>")
    assert answer.code == 202
    end(incoming, call)
    moved = follow(anns, address)
    reached = carls.incoming(rtp=False)
    reached.reply(200, reached.offer())
    moved.expect(200, 8)
    moved.ack()
    assert moved.bye().code == 200


@contextmanager
def killed(house: House, *names: str) -> Iterator[None]:
    """SIGKILL, and they do not come back during the block."""
    for name in names:
        kill(house, name)
        house.control("stop", name)
    try:
        yield
    finally:
        for name in names:
            house.control("start", name)
        wait_for(house.healthy, 60, "the house to be whole again")


@pytest.mark.parametrize("names", [("web",), ("worker", "calls-worker"), ("beat",), ("hub",), ("redis",)], ids="+".join)
def test_phones_do_not_notice_and_records_catch_up(
    house: House, ann: Person, bob: Person, carl: Person, peer: Peers, names: tuple[str, ...]
) -> None:
    anns, bobs, carls = peer(ann), peer(bob), peer(carl)
    call, incoming = talk(anns, bobs, bob.extension)
    with killed(house, *names):
        hear_one_another(call, incoming)
        hold_and_resume(call, incoming)
        end(call, incoming)
        all_by_phone(anns, bobs, carls, bob, carl)
        assert anns.register().code == 200
    first = house.record_of(ann, bob, seconds=15)
    assert first["outcome"] == "answered"

    def both() -> bool:
        rows = [row for row in house.rows("call-records/") if row["from"] == ann.extension]
        return len(rows) == 2 and all(row["outcome"] == "answered" for row in rows)

    wait_for(both, 15, "both calls in the records, each once")
    house.wait_calls(lambda calls: not [c for c in calls if c["from"] == ann.extension], 15, "no call of hers")


# -- the database ----------------------------------------------------------------------------------------
def save_something(house: House, person: Person) -> requests.Response:
    return house.http.patch(
        house.url(f"/api/v1/users/{person.user_id}/"), json={"first_name": "Anna"}, timeout=60
    )  # fmt: skip


def mailbox_opens(caller: Peer, owner: Person) -> None:
    """404, extension, PIN: the message center says how many messages there are."""
    call = dial_404(caller)
    enter(call, owner.extension, owner.pin)
    hear(call, "vm-youhave")
    end(call)


def test_sqlite_locked_for_thirty_seconds(
    house: House, ann: Person, bob: Person, carl: Person, peer: Peers
) -> None:  # fmt: skip
    anns, bobs, carls = peer(ann), peer(bob), peer(carl)
    put_message(house, bob, ann, 520.0)
    call, incoming = talk(anns, bobs, bob.extension)
    link = sqlite3.connect(house.instance.var / "switchroom.db", isolation_level=None, timeout=20)
    link.execute("BEGIN IMMEDIATE")
    since = time.monotonic()
    try:
        hear_one_another(call, incoming)
        end(call, incoming)
        all_by_phone(anns, bobs, carls, bob, carl)
        assert anns.register().code == 200
        mailbox_opens(anns, bob)
        refused = save_something(house, ann)
        assert (refused.status_code, refused.json()["detail"]) == (503, BUSY)
        wait_for(lambda: time.monotonic() - since > 30, 40, "thirty seconds")
    finally:
        link.execute("ROLLBACK")
        link.close()
    assert house.get(f"users/{ann.user_id}/")["first_name"] == "Ann", "nothing is half-saved"
    assert save_something(house, ann).status_code == 200
    wait_for(
        lambda: sum(row["from"] == ann.extension and row["to"] == bob.extension for row in house.rows("call-records/"))
        == 2,
        30, "both calls in the records",
    )  # fmt: skip


@contextmanager
def no_room(house: House, *names: str) -> Iterator[None]:
    """No file of these processes can be written any further, as on a full disk."""
    pids = [pid for name in names for pid in house.pids(name)]
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def test_a_full_disk(house: House, ann: Person, bob: Person, carl: Person, peer: Peers) -> None:
    anns, bobs, carls = peer(ann), peer(bob), peer(carl)
    put_message(house, bob, ann, 520.0)
    hub = house.pid_now("hub")
    with no_room(house, "web", "hub", "worker", "router"):
        all_by_phone(anns, bobs, carls, bob, carl)
        assert anns.register().code == 200
        mailbox_opens(anns, bob)
        refused = save_something(house, ann)
        assert (refused.status_code, refused.json()["detail"]) == (503, FULL)
    assert house.get(f"users/{ann.user_id}/")["first_name"] == "Ann", "nothing is half-saved"
    assert save_something(house, ann).status_code == 200
    assert house.record_of(ann, bob, seconds=30)["outcome"] == "answered"
    assert house.pid_now("hub") == hub, "the hub waits for room; it does not give up"


def test_postgresql_stopped_and_started() -> None:
    with throw_away() as database, House({"DATABASE_URL": database.url}) as house:
        ann, bob, carl = house.hire("Ann", "Meyer"), house.hire("Bob", "Okafor"), house.hire("Carl", "Voss")
        anns, bobs, carls = house.peer(ann), house.peer(bob), house.peer(carl)
        try:
            put_message(house, bob, ann, 520.0)
            administrator = house.browser("admin", ADMIN_PASSWORD)
            call, incoming = talk(anns, bobs, bob.extension)
            database.stop()
            hear_one_another(call, incoming)
            end(call, incoming)
            all_by_phone(anns, bobs, carls, bob, carl)
            assert anns.register().code == 200
            mailbox_opens(anns, bob)
            refused = save_something(house, ann)
            assert (refused.status_code, refused.json()["detail"]) == (503, AWAY)
            page = administrator.get("/business/users/")
            assert (page.status_code, AWAY in page.text) == (503, True)
            database.start()
            wait_for(lambda: save_something(house, ann).status_code == 200, 20, "a save to succeed")
            assert house.get(f"users/{ann.user_id}/")["first_name"] == "Anna"
            house.record_of(ann, bob, seconds=30)
        finally:
            for one in (anns, bobs, carls):
                one.close()


# -- power -----------------------------------------------------------------------------------------------
def test_the_power_fails_and_nothing_saved_is_lost() -> None:
    """Every process at once, in the middle of a call and of a message."""
    house = House()
    try:
        house.open()
        ann, bob, carl = house.hire("Ann", "Meyer"), house.hire("Bob", "Okafor"), house.hire("Carl", "Voss")
        anns, bobs = house.peer(ann), house.peer(bob)
        put_message(house, bob, ann, 520.0)
        earlier, other = talk(anns, bobs, bob.extension)
        end(earlier, other)
        house.record_of(ann, bob)
        call, incoming = talk(anns, bobs, bob.extension)
        message = bobs.invite(carl.extension)  # nobody is registered there
        message.expect(200, 8)
        message.ack()
        message.rtp.dial("#")
        wait_for(lambda: list((house.instance.media / "spool").glob("*")), 10, "the recording to begin")
        message.rtp.play_tone(520)
        spoken = time.monotonic()
        wait_for(lambda: time.monotonic() - spoken > 3, 5, "three seconds of message")
        house.power_off()
        for one in (call, incoming, message):
            one.close()
        house.open_again()
        assert {row["username"] for row in house.rows("users/")} >= {ann.username, bob.username, carl.username}
        assert len(house.messages(bob)) == 1
        wait_for(lambda: len(house.messages(carl)) == 1, 15, "what was said before the power failed")
        house.wait_calls(lambda calls: not calls, 15, "an empty live page")
        wait_for(
            lambda: sum(row["from"] == ann.extension for row in house.rows("call-records/")) == 2,
            30, "the record of the call the power ended",
        )  # fmt: skip
        again, heard = talk(anns, bobs, bob.extension)  # registrations were saved
        end(again, heard)
        for one in (anns, bobs):
            one.close()
    finally:
        house.close()


# -- the relay -------------------------------------------------------------------------------------------
def test_who_is_on_hold_hears_music_again_after_the_relay_was_killed(
    house: House, ann: Person, bob: Person, peer: Peers
) -> None:
    call, incoming = talk(peer(ann), peer(bob), bob.extension)
    change(call, incoming, "sendonly")
    incoming.rtp.wait_sound()
    kill_relay(house)
    incoming.rtp.forget()
    incoming.rtp.wait_sound(8)
    change(call, incoming, "sendrecv")
    hear_one_another(call, incoming)
    end(call, incoming)


# -- the switch ------------------------------------------------------------------------------------------
def test_the_switch_is_killed_and_its_calls_lamps_and_records_are_right_again(
    house: House, ann: Person, bob: Person, carl: Person, peer: Peers
) -> None:
    anns, bobs, carls = peer(ann), peer(bob), peer(carl)
    assert carls.subscribe("dialog", ann.extension).code in (200, 202)
    call, incoming = talk(anns, bobs, bob.extension)
    lamp(carls, "confirmed", 5)
    house.wait_calls(lambda calls: calls, 5, "the call on the live page")
    dialog_on_disk(house)
    old = kill(house, "switch")
    hear_one_another(call, incoming)
    wait_for(lambda: house.pid_now("switch") not in (0, old), 15, "another switch")
    hear_one_another(call, incoming)
    wait_for(house.healthy, 30, "the house to be whole again")
    (row,) = [one for one in house.calls() if one["from"] == ann.extension]
    assert row["state"] == "talking"
    carls.inbox.clear()
    end(call, incoming)
    lamp(carls, "terminated", 10)
    assert house.record_of(ann, bob)["outcome"] == "answered"


def lamp(watcher: Peer, state: str, seconds: float) -> None:
    """The watcher's phone is told that state."""
    watcher.expect(
        lambda m: m.method == "NOTIFY" and not m.is_response and f"<state>{state}</state>" in m.body,
        seconds, f"a lamp that says {state}",
    )  # fmt: skip


def dialog_on_disk(house: House) -> None:
    """Decision 9: a dialog is written a second behind."""

    def there() -> bool:
        with sqlite3.connect(house.instance.switch_state / "dialog.db", timeout=3) as link:
            (count,) = link.execute("SELECT count(*) FROM dialog WHERE state >= 3").fetchone()
        link.close()
        return bool(count)

    wait_for(there, 5, "the switch to write the call down")
