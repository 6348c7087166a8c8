"""Leases, INVITEs and the life of sessions, on a FakePort."""

from __future__ import annotations

from pathlib import Path

import pytest

from instance import Endpoint
from telephony import mailbox
from telephony.mailbox import Counts
from telephony.messages.workers import (
    Announcement,
    EndSession,
    MessageCenter,
    PickUpApp,
)  # fmt: skip
from tests.telephony.media.hosted import BOB, SWITCH, TAKE, House


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


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
