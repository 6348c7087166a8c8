"""Busy lamps end to end: SUBSCRIBE of a phone, the router's calls, NOTIFY bodies of RFC 4235."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from telephony.mailbox import Voicemail, deliver
from telephony.messages.commands import MailboxChanged, SetSchedule
from tests.harness.audio import tone, wav
from tests.harness.place import Late
from tests.harness.sip import Peer
from tests.telephony.numbers.schedules import DEFAULT
from tests.telephony.router.dialog_info import Dialog, DialogInfo, read
from tests.telephony.router.engine import Engine
from tests.telephony.router.office import ANNS, BOBS, BOBS_SECOND, LOBBY, snapshot
from tests.telephony.router.talk import talk

pytestmark = pytest.mark.telephony


@pytest.fixture
def engine() -> Iterator[Engine]:
    office = snapshot().model_copy(update={"schedules": (DEFAULT,)})
    with Engine(office, relay=False) as engine:
        yield engine


@pytest.fixture
def ann(engine: Engine) -> Peer:
    return engine.phone("ann", ANNS)


@pytest.fixture
def bob(engine: Engine) -> Peer:
    return engine.phone("bob", BOBS)


@pytest.fixture
def lobby(engine: Engine) -> Peer:
    return engine.phone("lobby", LOBBY)


def follow(watcher: Peer, entity: str) -> None:
    assert watcher.subscribe("dialog", entity).code in (200, 202)


def lamp(watcher: Peer, entity: str, *states: str, seconds: float = 4.0) -> DialogInfo:
    """The next NOTIFY of the entity whose dialogs are in these states; every body is validated."""
    deadline = time.monotonic() + seconds
    seen = []
    while time.monotonic() < deadline:
        try:
            notify = watcher.expect("NOTIFY", max(0.01, deadline - time.monotonic()))
        except Late:
            break
        if not notify.body or f"sip:{entity}@" not in notify.body:
            continue
        found = read(notify.body)
        seen.append(found)
        if sorted(one.state for one in found.dialogs.values()) == sorted(states):
            return found
    raise AssertionError(f"No lamp {entity} {states}; seen: {seen}")


def test_a_lamp_goes_from_idle_over_early_to_confirmed_and_out(
    engine: Engine, ann: Peer, bob: Peer, lobby: Peer
) -> None:
    follow(lobby, "102")
    versions = [lamp(lobby, "102", "terminated").version]
    outgoing = ann.invite("102", rtp=False)
    incoming = bob.incoming(rtp=False)
    incoming.ring()
    ringing = lamp(lobby, "102", "early")
    assert ringing.only() == Dialog("early", "recipient", "101", "Ann Archer")
    incoming.reply(200, incoming.offer())
    outgoing.expect(200)
    outgoing.ack()
    talking = lamp(lobby, "102", "confirmed")
    assert talking.dialogs.keys() == ringing.dialogs.keys()
    outgoing.bye()
    over = lamp(lobby, "102", "terminated")
    assert over.dialogs.keys() == ringing.dialogs.keys()
    versions += [one.version for one in (ringing, talking, over)]
    assert versions == sorted(set(versions))


def test_the_callers_lamp_shows_whom_he_calls(engine: Engine, ann: Peer, bob: Peer, lobby: Peer) -> None:
    follow(lobby, "101")
    outgoing, _ = talk(ann, bob)
    assert lamp(lobby, "101", "confirmed").only() == Dialog("confirmed", "initiator", "102", "Bob Baker")
    outgoing.bye()
    lamp(lobby, "101", "terminated")


def test_a_lamp_may_watch_one_station_only(engine: Engine, ann: Peer, bob: Peer, lobby: Peer) -> None:
    engine.phone("bob2", BOBS_SECOND)
    follow(lobby, BOBS)
    follow(lobby, BOBS_SECOND)
    outgoing, _ = talk(ann, bob)
    lamp(lobby, BOBS, "confirmed")
    outgoing.bye()
    lamp(lobby, BOBS, "terminated")
    assert not [m for m in lobby.seen if f"sip:{BOBS_SECOND}@" in m.body and "confirmed" in m.body]


def test_a_call_that_was_given_up_leaves_the_lamp_dark(engine: Engine, ann: Peer, bob: Peer, lobby: Peer) -> None:
    follow(lobby, "102")
    outgoing = ann.invite("102", rtp=False)
    incoming = bob.incoming(rtp=False)
    incoming.ring()
    lamp(lobby, "102", "early")
    outgoing.cancel()
    incoming.expect_cancel()
    lamp(lobby, "102", "terminated")


def test_a_phone_that_restarts_in_the_middle_of_a_call_finds_the_lamp_lit(
    engine: Engine, ann: Peer, bob: Peer, lobby: Peer
) -> None:
    talk(ann, bob)
    engine.event("call.answered", by=BOBS)
    follow(lobby, "102")  # nobody watched until now
    lamp(lobby, "102", "confirmed")


def test_lamps_are_right_after_a_restart_of_the_router(engine: Engine, ann: Peer, bob: Peer, lobby: Peer) -> None:
    follow(lobby, "101")
    outgoing, _ = talk(ann, bob)
    before = lamp(lobby, "101", "confirmed")
    engine.place.kill("router")
    lobby.inbox.clear()
    engine.start_router()
    again = lamp(lobby, "101", "confirmed", seconds=10)
    assert again.version > before.version
    outgoing.bye()
    lamp(lobby, "101", "terminated")


def test_a_lamp_goes_out_when_its_call_ended_while_the_router_was_away(
    engine: Engine, ann: Peer, bob: Peer, lobby: Peer
) -> None:
    follow(lobby, "102")
    outgoing, _ = talk(ann, bob)
    lamp(lobby, "102", "confirmed")
    engine.place.kill("router")
    outgoing.bye()
    engine.start_router()
    lamp(lobby, "102", "terminated", seconds=10)


def test_lamps_are_right_within_ten_seconds_of_a_restart_of_the_switch(
    engine: Engine, ann: Peer, bob: Peer, lobby: Peer
) -> None:
    follow(lobby, "102")
    outgoing, _ = talk(ann, bob)
    before = lamp(lobby, "102", "confirmed")
    engine.place.wait_for(engine.calls_on_disk, 5, "the switch to write the call down (decision 9)")
    engine.place.kill("switch")
    lobby.inbox.clear()
    engine.restart_switch()
    again = lamp(lobby, "102", "confirmed", seconds=10)
    assert again.version > before.version
    outgoing.bye()
    lamp(lobby, "102", "terminated")


def test_only_phones_of_the_office_may_watch_and_only_what_belongs_to_it(engine: Engine, lobby: Peer) -> None:
    assert lobby.subscribe("dialog", "177").code == 403
    stranger = engine.phone("nobody", "5990", register=False)
    assert stranger.subscribe("dialog", "102").code == 407
    impostor = engine.phone("lobby", ANNS, register=False)
    assert impostor.subscribe("dialog", "102").code == 403


def test_a_schedule_key_is_lit_at_night_whoever_watches(engine: Engine, ann: Peer, lobby: Peer) -> None:
    assert engine.command(SetSchedule, schedule_id=1, mode="day", greeting=0, made=time.time()).ok
    follow(lobby, "schedule-1")
    lamp(lobby, "schedule-1", "terminated")
    assert engine.command(SetSchedule, schedule_id=1, mode="night", greeting=0, made=time.time()).ok
    lamp(lobby, "schedule-1", "confirmed")
    follow(ann, "schedule-1")
    lamp(ann, "schedule-1", "confirmed")
    assert engine.command(SetSchedule, schedule_id=1, mode="day", greeting=0, made=time.time()).ok
    lamp(lobby, "schedule-1", "terminated")
    assert lobby.subscribe("dialog", "schedule-9").code == 403


def test_ones_own_messages_light_a_key_and_nobody_elses(engine: Engine, ann: Peer, bob: Peer) -> None:
    follow(bob, "messages-102")
    lamp(bob, "messages-102", "terminated")
    deliver(engine.instance.mail, Voicemail(
        user_id=2, user_name="Bob Baker", extension="102", from_number="101", from_name="Ann",
        received=datetime.now(UTC), seconds=2,
    ), audio=wav(tone(440, 2.0)))  # fmt: skip
    assert engine.command(MailboxChanged, user_id=2).ok
    lamp(bob, "messages-102", "confirmed")
    assert ann.subscribe("dialog", "messages-102").code == 403
