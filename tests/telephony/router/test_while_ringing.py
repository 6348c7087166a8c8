"""While it rings: sent to voicemail, sent on by a phone (302), declined inside a group (486, 603)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from telephony.messages.commands import SendToVoicemail
from tests.harness.sip import Call, Peer
from tests.telephony.router.engine import Engine
from tests.telephony.router.office import BOBS, BOBS_SECOND, LINE, LOBBY, extension, route, snapshot, to_voicemail
from tests.telephony.router.office import attempt as ring

pytestmark = [pytest.mark.telephony, pytest.mark.usefixtures("earlier_calls_are_known")]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    # 102: both phones of Bob, then his mailbox; busy hangs up, so that "busy" and "no answer" are told apart
    both = extension("102", 2, route(ring(), end=to_voicemail("102"), busy=route().finally_))
    with Engine(snapshot(extensions=[both], lines=[LINE])) as engine:
        engine.worker()
        yield engine


def ringing(engine: Engine, ann: Peer, bob: Peer, second: Peer) -> tuple[Call, Call, Call, str]:
    outgoing = ann.invite("102", rtp=False)
    one, other = bob.incoming(rtp=False), second.incoming(rtp=False)
    one.ring()
    other.ring()
    outgoing.expect(180)
    call_id = engine.new_call(dialled="102")
    engine.event("call.ringing", call_id=call_id, stations=[BOBS, BOBS_SECOND])
    return outgoing, one, other, call_id


def sends_on(call: Call, to: str) -> None:
    """302 with that Contact; the ACK of it is awaited."""
    answer = call.request.reply(302, to_tag=call.tag).add("Contact", f"<{to}>")
    call.peer.send(answer, call.request.source)
    call.expect_ack()


def answers(caller: Call, called: Call) -> None:
    called.reply(200, called.offer())
    caller.expect(200)
    caller.ack()


def sentences(engine: Engine, call_id: str) -> list[str]:
    return [why["text"] for one in engine.events(call_id) for why in one.get("why", ())]


def to_mailbox(engine: Engine, outgoing: Call) -> dict[str, object]:
    """The caller reaches the worker and hangs up; the application it was given."""
    worker = engine.workers[0]
    lease, session = worker.take_call()
    outgoing.expect(200)
    outgoing.ack()
    outgoing.bye()
    session.peer.expect("BYE")
    worker.say(t="ended", lease=lease["lease"])
    app: dict[str, object] = lease["app"]
    return app


def test_a_ringing_call_is_sent_to_voicemail_and_the_phones_stop(
    engine: Engine, ann: Peer, bob: Peer, second: Peer
) -> None:
    outgoing, one, other, call_id = ringing(engine, ann, bob, second)
    assert engine.command(SendToVoicemail, call_id=call_id).ok
    one.expect_cancel()
    other.expect_cancel()
    app = to_mailbox(engine, outgoing)
    assert (app["app"], app["user_id"], app["busy"]) == ("voicemail", 2, False)
    assert engine.outcome(call_id) == "voicemail"
    assert "admin sent it to voicemail." in sentences(engine, call_id)


def test_an_answered_call_is_not_sent_to_voicemail(engine: Engine, ann: Peer, bob: Peer, second: Peer) -> None:
    outgoing, one, other, call_id = ringing(engine, ann, bob, second)
    answers(outgoing, one)
    other.expect_cancel()
    engine.event("call.answered", call_id=call_id)
    reply = engine.command(SendToVoicemail, call_id=call_id)
    assert (reply.ok, reply.error) == (False, "The call does not ring any more.")
    outgoing.bye()
    reply = engine.command(SendToVoicemail, call_id="unknown")
    assert reply.error == "The call has ended already."


def test_one_phone_of_a_group_sends_on_while_the_other_keeps_ringing(
    engine: Engine, ann: Peer, bob: Peer, second: Peer, lobby: Peer
) -> None:
    outgoing, one, other, call_id = ringing(engine, ann, bob, second)
    sends_on(one, "sip:200@192.0.2.66:9999")  # its own idea of where 200 is
    moved = lobby.incoming(rtp=False)
    moved.ring()
    engine.event("call.ringing", call_id=call_id, stations=[BOBS_SECOND, LOBBY])
    answers(outgoing, moved)
    other.expect_cancel()
    outgoing.bye()
    moved.expect_bye()
    engine.event("call.answered", call_id=call_id, by=LOBBY)
    assert "The phone 5112 of Bob Baker sent the call on to 200." in sentences(engine, call_id)


def test_the_other_phone_may_still_answer(engine: Engine, ann: Peer, bob: Peer, second: Peer, lobby: Peer) -> None:
    outgoing, one, other, call_id = ringing(engine, ann, bob, second)
    sends_on(one, "sip:200@switchroom")
    moved = lobby.incoming(rtp=False)
    moved.ring()
    answers(outgoing, other)
    moved.expect_cancel()
    outgoing.bye()
    other.expect_bye()
    engine.event("call.answered", call_id=call_id, by=BOBS_SECOND)


def test_the_last_phone_sends_on_and_the_call_follows(
    engine: Engine, ann: Peer, bob: Peer, second: Peer, lobby: Peer
) -> None:
    outgoing = ann.invite(BOBS, rtp=False)
    one = bob.incoming(rtp=False)
    sends_on(one, "sip:200@192.0.2.66")
    moved = lobby.incoming(rtp=False)
    assert "Ann Archer" in moved.request.get("From")
    moved.ring()
    answers(outgoing, moved)
    call_id = engine.new_call(dialled=BOBS)
    outgoing.bye()
    moved.expect_bye()
    engine.event("call.answered", call_id=call_id, by=LOBBY)


@pytest.mark.parametrize("number", ["911", "6102", "7102", "177"])
def test_a_phone_cannot_send_a_call_where_it_may_not_go(engine: Engine, ann: Peer, bob: Peer, number: str) -> None:
    outgoing = ann.invite(BOBS, rtp=False)
    one = bob.incoming(rtp=False)
    sends_on(one, f"sip:{number}@switchroom")
    answer = outgoing.final()
    assert answer.code == 480
    assert "may not go" in answer.start


def test_phones_that_send_a_call_round_and_round_come_to_an_end(
    engine: Engine, ann: Peer, bob: Peer, lobby: Peer
) -> None:
    outgoing = ann.invite(BOBS, rtp=False)
    for turn in range(5):
        peer, target = (bob, LOBBY) if turn % 2 == 0 else (lobby, BOBS)
        sends_on(peer.incoming(rtp=False), f"sip:{target}@switchroom")
    assert outgoing.final().code == 482


@pytest.mark.parametrize("code", [486, 603])
def test_one_phone_declines_and_the_other_answers(
    engine: Engine, ann: Peer, bob: Peer, second: Peer, code: int
) -> None:
    outgoing, one, other, call_id = ringing(engine, ann, bob, second)
    one.reply(code)
    one.expect_ack()
    answers(outgoing, other)
    outgoing.bye()
    other.expect_bye()
    engine.event("call.answered", call_id=call_id, by=BOBS_SECOND)


@pytest.mark.parametrize("codes", [(486, 486), (603, 486), (603, 603), (600, 486)])
def test_all_phones_busy_take_the_busy_path(
    engine: Engine, ann: Peer, bob: Peer, second: Peer, codes: tuple[int, int]
) -> None:
    outgoing = ann.invite("102", rtp=False)
    one, other = bob.incoming(rtp=False), second.incoming(rtp=False)
    for call, code in zip((one, other), codes, strict=True):
        call.reply(code)
        call.expect_ack()
    assert outgoing.final().code == 486
    assert engine.outcome(engine.new_call(dialled="102")) == "busy"


def test_early_media_of_several_phones_is_not_heard_in_turns(
    engine: Engine, ann: Peer, bob: Peer, second: Peer
) -> None:
    outgoing = ann.invite("102", rtp=False)
    one, other = bob.incoming(rtp=False), second.incoming(rtp=False)
    for call in (one, other):
        call.reply(183, call.offer())
        heard = outgoing.expect(180)
        assert heard.body == ""
    outgoing.cancel()
    one.expect_cancel()
    other.expect_cancel()
