"""Calls through the real switch and relay, decided by the real router, heard of on the real stream."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.sip import Call, Peer
from tests.telephony.router.engine import Engine
from tests.telephony.router.office import (
    ANNS,
    BOBS,
    BOBS_SECOND,
    attempt,
    extension,
    phone,
    route,
    snapshot,
    to_voicemail,
)

pytestmark = pytest.mark.telephony

QUICK = 0.5  # seconds a ring lasts here


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    routes = [extension("102", 2, route(attempt(phone(BOBS), rings=4), end=to_voicemail("102")))]
    with Engine(snapshot(extensions=routes, ring_seconds=QUICK)) as engine:
        yield engine


@pytest.fixture(scope="module")
def ann(engine: Engine) -> Peer:
    return engine.phone("ann", ANNS)


@pytest.fixture(scope="module")
def bob(engine: Engine) -> Peer:
    return engine.phone("bob", BOBS)


def started(engine: Engine, **wanted: object) -> str:
    """The id of the newest call that began with these facts."""

    def newest() -> str | None:
        for one in reversed(engine.events()):
            if one["kind"] == "call.started" and all(one.get(key) == value for key, value in wanted.items()):
                return str(one["call_id"])
        return None

    found = engine.place.wait_for(newest, 4, f"a call with {wanted}")
    assert found is not None
    return found


def talk(ann: Peer, bob: Peer) -> tuple[Call, Call]:
    outgoing = ann.invite("102", rtp=False)
    incoming = bob.incoming(rtp=False)
    incoming.ring()
    outgoing.expect(180)
    incoming.answer()
    outgoing.expect(200)
    outgoing.ack()
    return outgoing, incoming


def test_ann_talks_to_bob_and_the_record_of_it_is_whole(engine: Engine, ann: Peer, bob: Peer) -> None:
    outgoing, incoming = talk(ann, bob)
    call_id = started(engine, dialled="102")
    assert "Ann Archer" in incoming.request.get("From")
    engine.event("call.answered", call_id=call_id, by=BOBS, by_name="Bob Baker")
    outgoing.bye()
    incoming.expect_bye()
    assert engine.whole_call(call_id) == ["call.started", "call.ringing", "call.answered", "call.ended"]
    assert engine.outcome(call_id) == "answered"


def test_a_registration_is_told_with_its_expiry(engine: Engine, bob: Peer) -> None:
    event = engine.event("registration.changed", station=BOBS, registered=True)
    assert event["expires"] > event["at"] + 200
    assert event["source"].startswith(bob.address)


def test_nobody_answers_and_the_caller_leaves_a_message(engine: Engine, ann: Peer, bob: Peer) -> None:
    worker = engine.worker()
    outgoing = ann.invite("102", rtp=False)
    incoming = bob.incoming(rtp=False)
    incoming.ring()
    incoming.expect_cancel(8)
    lease, session = worker.take_call()
    outgoing.expect(200)
    outgoing.ack()
    app = lease["app"]
    assert (app["app"], app["user_id"], app["from_number"], app["from_name"]) == ("voicemail", 2, "101", "Ann Archer")
    outgoing.bye()
    session.expect_bye()
    worker.say(t="ended", lease=lease["lease"])
    assert engine.outcome(lease["call_id"]) == "voicemail"
    engine.event("call.answered", call_id=lease["call_id"], by="voicemail/102", by_name="Bob Baker")


def test_the_caller_gives_up_while_it_rings(engine: Engine, ann: Peer, bob: Peer) -> None:
    outgoing = ann.invite("102", rtp=False)
    incoming = bob.incoming(rtp=False)
    incoming.ring()
    outgoing.expect(180)
    call_id = started(engine, dialled="102")
    outgoing.cancel()
    incoming.expect_cancel()
    assert engine.outcome(call_id) == "cancelled"


def test_a_number_that_does_not_exist_is_refused_with_a_sentence(engine: Engine, ann: Peer) -> None:
    answer = ann.invite("177", rtp=False).final()
    assert answer.code == 404
    assert "There is no extension 177" in answer.start
    assert engine.outcome(started(engine, dialled="177")) == "refused"


def test_a_busy_phone_sends_the_next_caller_to_voicemail_at_once(engine: Engine, ann: Peer, bob: Peer) -> None:
    worker = engine.worker(1)
    second = engine.phone("bob2", BOBS_SECOND)
    outgoing, incoming = talk(ann, bob)
    waiting = second.invite("102", rtp=False)
    waiting.expect(200)
    waiting.ack()
    leases = [m for w in engine.workers for m in w.messages if m["t"] == "lease"]
    assert [lease["app"]["busy"] for lease in leases] == [True]
    waiting.bye()
    outgoing.bye()
    incoming.expect_bye()
    assert worker.number == 1
