"""Calls through the real switch and relay, decided by the real router, heard of on the real stream."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Thread

import pytest

from telephony.mailbox import Voicemail, deliver
from telephony.messages.commands import EndCall, Originate, RingHandset
from tests.harness.sip import Peer
from tests.telephony.router.engine import Engine
from tests.telephony.router.office import (
    BOBS,
    BOBS_SECOND,
    attempt,
    extension,
    phone,
    route,
    snapshot,
    to_voicemail,
)
from tests.telephony.router.talk import talk

pytestmark = [pytest.mark.telephony, pytest.mark.usefixtures("earlier_calls_are_known")]

QUICK = 0.5  # seconds a ring lasts here


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    routes = [extension("102", 2, route(attempt(phone(BOBS), rings=4), end=to_voicemail("102")))]
    with Engine(snapshot(extensions=routes, ring_seconds=QUICK)) as engine:
        engine.worker()
        yield engine


def test_ann_talks_to_bob_and_the_record_of_it_is_whole(engine: Engine, ann: Peer, bob: Peer) -> None:
    outgoing, incoming = talk(ann, bob)
    call_id = engine.new_call(dialled="102")
    assert "Ann Archer" in incoming.request.get("From")
    engine.event("call.answered", call_id=call_id, by=BOBS, by_name="Bob Baker")
    outgoing.bye()
    incoming.peer.expect("BYE")
    assert engine.whole_call(call_id) == ["call.started", "call.ringing", "call.answered", "call.ended"]
    assert engine.outcome(call_id) == "answered"


def test_a_registration_is_told_with_its_expiry(engine: Engine, bob: Peer) -> None:
    event = engine.event("registration.changed", station=BOBS, registered=True)
    assert event["expires"] > event["at"] + 200
    assert event["source"].startswith(bob.address)


def test_nobody_answers_and_the_caller_leaves_a_message(engine: Engine, ann: Peer, bob: Peer) -> None:
    worker = engine.workers[0]
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
    session.peer.expect("BYE")
    worker.say(t="ended", lease=lease["lease"])
    assert engine.outcome(lease["call_id"]) == "voicemail"
    engine.event("call.answered", call_id=lease["call_id"], by="voicemail/102", by_name="Bob Baker")


def test_the_caller_gives_up_while_it_rings(engine: Engine, ann: Peer, bob: Peer) -> None:
    outgoing = ann.invite("102", rtp=False)
    incoming = bob.incoming(rtp=False)
    incoming.ring()
    outgoing.expect(180)
    call_id = engine.new_call(dialled="102")
    outgoing.cancel()
    incoming.expect_cancel()
    assert engine.outcome(call_id) == "cancelled"


def test_a_number_that_does_not_exist_is_refused_with_a_sentence(engine: Engine, ann: Peer) -> None:
    answer = ann.invite("177", rtp=False).final()
    assert answer.code == 404
    assert "There is no extension 177" in answer.start
    assert engine.outcome(engine.new_call(dialled="177")) == "refused"


def test_an_administrator_ends_a_ringing_call(engine: Engine, ann: Peer, bob: Peer) -> None:
    outgoing = ann.invite("102", rtp=False)
    incoming = bob.incoming(rtp=False)
    incoming.ring()
    outgoing.expect(180)
    call_id = engine.new_call(dialled="102")
    assert engine.command(EndCall, call_id=call_id).ok
    incoming.expect_cancel()
    assert outgoing.final().code == 487
    assert engine.outcome(call_id) == "ended_by_administrator"
    assert not [m for m in bob.inbox if m.method == "INVITE"]


def test_an_administrator_ends_a_conversation(engine: Engine, ann: Peer, bob: Peer) -> None:
    talk(ann, bob)
    call_id = engine.new_call(dialled="102")
    assert engine.command(EndCall, call_id=call_id).ok
    ann.expect("BYE")
    bob.expect("BYE")
    assert engine.outcome(call_id) == "ended_by_administrator"
    reply = engine.command(EndCall, call_id=call_id)
    assert (reply.ok, reply.error) == (False, "The call has ended already.")


def test_hold_and_resume_are_told(engine: Engine, ann: Peer, bob: Peer) -> None:
    outgoing, incoming = talk(ann, bob)
    call_id = engine.new_call(dialled="102")
    for direction, kind in (("sendonly", "call.held"), ("sendrecv", "call.resumed")):
        answering = Thread(target=incoming.accept_reinvite)
        answering.start()
        assert outgoing.reinvite(direction).code == 200
        answering.join()
        engine.event(kind, call_id=call_id, by="caller")
    incoming.bye()
    assert engine.whole_call(call_id)[-3:] == ["call.held", "call.resumed", "call.ended"]


def test_originate_rings_the_own_phone_then_the_other_and_is_one_call(engine: Engine, ann: Peer, bob: Peer) -> None:
    worker = engine.workers[0]
    reply = engine.command(Originate, from_extension="101", to="102")
    assert reply.ok, reply.error
    lease = worker.expect("lease")
    app = lease["app"]
    first = worker.call(app["first"], app["first_token"])
    own = ann.incoming(rtp=False)
    assert "Bob Baker" in own.request.get("From")
    own.reply(200, own.offer())
    first.expect(200)
    first.ack()
    second = worker.call(app["second"], app["second_token"])
    incoming = bob.incoming(rtp=False)
    assert "Ann Archer" in incoming.request.get("From")
    incoming.ring()
    incoming.reply(200, incoming.offer())
    second.expect(200)
    second.ack()
    engine.event("call.answered", call_id=reply.call_id, by=BOBS)
    first.bye()
    second.bye()
    worker.say(t="ended", lease=lease["lease"])
    assert engine.outcome(reply.call_id) == "answered"
    began = engine.events(reply.call_id)[0]
    assert (began["from_number"], began["to_number"], began["to_name"]) == ("101", "102", "Bob Baker")


def test_a_token_is_good_for_one_call_only(engine: Engine) -> None:
    worker = engine.workers[0]
    answer = worker.call("102", "guessed-token").final()
    assert answer.code == 403


def test_a_handset_rings_for_a_test(engine: Engine, bob: Peer) -> None:
    worker = engine.workers[0]
    reply = engine.command(RingHandset, station=BOBS)
    assert reply.ok, reply.error
    lease = worker.expect("lease")
    leg = worker.call(lease["app"]["station"], lease["app"]["token"])
    incoming = bob.incoming(rtp=False)
    assert "Test ring" in incoming.request.get("From")
    incoming.ring()
    leg.expect(180)
    leg.cancel()
    incoming.expect_cancel()
    worker.say(t="ended", lease=lease["lease"])
    engine.whole_call(reply.call_id)


def test_the_message_lamp_follows_the_mailbox(engine: Engine, bob: Peer) -> None:
    assert bob.subscribe("message-summary", BOBS).code in (200, 202)
    bob.expect(lambda m: m.method == "NOTIFY" and "Voice-Message" in m.body, 4, "the first NOTIFY")
    message = Voicemail(
        user_id=2,
        user_name="Bob Baker",
        extension="102",
        from_number="101",
        from_name="Ann Archer",
        received=datetime.now(UTC),
        seconds=1,
    )
    deliver(engine.instance.mail, message, audio=b"RIFF")
    engine.workers[0].say(t="mailbox", user_id=2)
    bob.expect(lambda m: m.method == "NOTIFY" and "Voice-Message: 1/0" in m.body, 4, "the lamp")
    engine.event("mailbox.counted", user_id=2, new=1, old=0)


def test_a_busy_phone_sends_the_next_caller_to_voicemail_at_once(engine: Engine, ann: Peer, bob: Peer) -> None:
    second = engine.phone("bob2", BOBS_SECOND)
    outgoing, incoming = talk(ann, bob)
    waiting = second.invite("102", rtp=False)
    lease, _ = engine.workers[0].take_call()
    assert lease["app"]["busy"]
    waiting.expect(200)
    waiting.ack()
    waiting.bye()
    outgoing.bye()
    incoming.peer.expect("BYE")
