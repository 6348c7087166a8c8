"""kill -9 of the switch: registrations, calls and subscriptions are there when it is back (engine-calls 12)."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from telephony.switch import control
from tests.harness.place import Place
from tests.telephony.switch.conftest import REALM, Switch, connect, plan, ring

pytestmark = pytest.mark.telephony


@pytest.fixture
def running() -> Iterator[Switch]:
    with Place() as place:
        switch = Switch(place)
        try:
            yield switch
        finally:
            switch.close()


def stored_dialogs(switch: Switch) -> set[str]:
    """Call-IDs in the switch's database."""
    with closing(sqlite3.connect(switch.place.instance.switch_state / "dialog.db", timeout=3)) as database:
        return {row[0] for row in database.execute("SELECT callid FROM dialog")}


def test_a_killed_switch_comes_back_with_registrations_calls_and_subscriptions(switch: Switch) -> None:
    ann, bob, carl = switch.phone(), switch.phone(), switch.phone()
    ann.answer_always("NOTIFY")
    ann.answer_always("INFO")
    switch.router.rpc(control.publish_messages(ann.user, REALM, new=1, old=0))
    assert ann.subscribe("message-summary", ann.user).code in (200, 202)
    ann.expect("NOTIFY")
    switch.router.plans["102"] = plan(ring(bob), fn="Ann", fu="101")
    call = ann.invite("102")
    called = bob.incoming()
    connect(call, called)
    switch.router.wait("dlg", e="start")
    switch.place.wait_for(lambda: call.call_id in stored_dialogs(switch), 5, "the call to be written")

    switch.place.kill("switch")
    switch.start()
    router = switch.connect_router()

    assert set(control.registrations_of(router.rpc(control.dump_registrations()))) == {ann.user, bob.user, carl.user}
    (dialog,) = router.rpc(control.list_dialogs())["result"]
    assert dialog["call-id"] == call.call_id
    assert {"call": "call-1"} in dialog["variables"]
    called.rtp.play_tone(660)
    call.rtp.wait_tone(660)  # the relay never noticed
    assert called.transact("INFO").code == 200  # within the call, both ways
    ended = threading.Thread(target=called.expect_bye)
    ended.start()
    assert call.bye().code == 200
    ended.join()
    end = router.wait("dlg", e="end")
    assert (end["by"], end["call"]) == ("caller", "call-1")
    switch.place.wait_for(lambda: not switch.relays(call.call_id), 3, "the relay to let go of the call")

    ann.inbox.clear()
    router.rpc(control.publish_messages(ann.user, REALM, new=4, old=1))
    ann.expect(lambda m: m.method == "NOTIFY" and "4/1" in m.body, 5, "the lamp after the restart")
    router.plans["103"] = plan(ring(carl))
    again = bob.invite("103")
    connect(again, carl.incoming())


def test_registrations_from_many_phones_at_once_are_all_written(switch: Switch) -> None:
    """Several processes write at the same time; none of them may find the database locked."""
    phones = [switch.phone() for _ in range(12)]
    together = [threading.Thread(target=lambda p=p: [p.register() for _ in range(15)]) for p in phones]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    switch.place.kill("switch")
    log = switch.place.folder / "logs" / "switch.log"
    assert "locked" not in log.read_text()
    switch.start()
    router = switch.connect_router()
    found = control.registrations_of(router.rpc(control.dump_registrations()))
    assert set(found) == {phone.user for phone in phones}


def test_a_killed_relay_carries_its_calls_on(switch: Switch) -> None:
    """From its own memory: the same ports, both directions; without the memory it still carries new calls."""
    ann, bob = switch.phone(), switch.phone()
    switch.router.plans["104"] = plan(ring(bob))
    call = ann.invite("104")
    called = bob.incoming()
    connect(call, called)
    call.rtp.play_tone(440)
    called.rtp.play_tone(660)
    called.rtp.wait_tone(440)
    ports = switch.relays(call.call_id)
    switch.place.kill("relay")
    call.rtp.forget()
    called.rtp.forget()
    switch.start_relay()
    call.rtp.wait_tone(660)
    called.rtp.wait_tone(440)
    assert switch.relays(call.call_id) == ports > 0

    switch.place.kill("relay-memory")
    called.rtp.wait_tone(440)
    ended = threading.Thread(target=called.expect_bye)
    ended.start()
    assert call.bye().code == 200
    ended.join()
    second = ann.invite("104")
    answered = bob.incoming()
    connect(second, answered)
    second.rtp.play_tone(500)
    answered.rtp.wait_tone(500)

    switch.start_relay_memory()

    def offers_again() -> bool:
        """A re-INVITE is written down like a call; whether the relay does so shows when it is killed."""
        time.sleep(0.3)  # the switch takes ten requests a second within a call and answers 500 to more
        other = threading.Thread(target=answered.accept_reinvite)
        other.start()
        second.reinvite("sendrecv")
        other.join()
        return switch.remembers(second.call_id)

    switch.place.wait_for(offers_again, 8, "the relay to write to its memory again")
    switch.place.kill("relay")
    answered.rtp.forget()
    switch.start_relay()
    answered.rtp.wait_tone(500)
