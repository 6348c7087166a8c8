"""The relay is killed, and here it has no memory: calls without sound are ended, and the record says why."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from telephony.router.relay import LOST, listed
from tests.harness.sip import Call, Peer
from tests.telephony.router.engine import Engine
from tests.telephony.router.office import snapshot

pytestmark = [pytest.mark.telephony, pytest.mark.usefixtures("earlier_calls_are_known")]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(snapshot()) as engine:
        yield engine


def connect(caller: Peer, called: Peer) -> tuple[Call, Call]:
    call = caller.invite("102")
    incoming = called.incoming(10)  # without a relay the switch tries it first
    incoming.answer()
    call.expect(200)
    call.ack()
    incoming.expect_ack()
    return call, incoming


def hear(call: Call, incoming: Call) -> None:
    call.rtp.play_tone(440)
    incoming.rtp.play_tone(700)
    call.rtp.wait_tone(700)
    incoming.rtp.wait_tone(440)


def start_relay(engine: Engine) -> None:
    engine.place.start("relay", [sys.executable, "-m", "telephony.switch.relay"])


def test_calls_that_lost_their_sound_are_ended_and_the_record_says_why(engine: Engine, ann: Peer, bob: Peer) -> None:
    call, incoming = connect(ann, bob)
    hear(call, incoming)
    call_id = engine.new_call(dialled="102")
    engine.place.kill("relay")
    start_relay(engine)
    call.expect_bye(6)
    incoming.expect_bye()
    call.close()  # or its sound would be taken for the next call's
    incoming.close()
    assert engine.outcome(call_id) == "answered"
    assert LOST in [line["text"] for one in engine.events(call_id) for line in one.get("why", ())]
    call, incoming = connect(ann, bob)
    hear(call, incoming)
    call.bye()


def test_a_call_made_without_the_relay_goes_on_when_it_is_back(engine: Engine, ann: Peer, bob: Peer) -> None:
    engine.place.kill("relay")
    call, incoming = connect(ann, bob)
    hear(call, incoming)  # from phone to phone
    call_id = engine.new_call(dialled="102")
    asked = engine.said("relay.asked", "router")
    start_relay(engine)
    engine.place.wait_for(lambda: engine.said("relay.asked", "router") > asked, 8, "the relay to be asked")
    assert call_id in [one["call_id"] for one in engine.last_state()["calls"]]
    hear(call, incoming)
    call.bye()
    assert engine.outcome(call_id) == "answered"


def test_a_call_the_switch_remembers_although_it_ended_does_not_keep_a_phone_busy(
    engine: Engine, ann: Peer, bob: Peer
) -> None:
    engine.place.wait_for(lambda: not engine.calls_on_disk(), 5, "the end of earlier calls to be written down")
    call, incoming = connect(ann, bob)
    call_id = engine.new_call(dialled="102")
    engine.place.wait_for(engine.calls_on_disk, 5, "the switch to write the call down")
    call.bye()
    engine.place.kill("switch")  # before it has written the end down (decision 9)
    assert engine.calls_on_disk()
    assert engine.outcome(call_id) == "answered"
    for one in (call, incoming):
        one.close()
    engine.restart_switch()
    engine.place.wait_for(lambda: not engine.calls_on_disk(), 8, "the switch to forget it")
    engine.place.wait_for(lambda: not engine.last_state()["calls"], 5, "the router to forget it")
    assert ann.register().code == 200
    call, incoming = connect(ann, bob)
    call.bye()


@pytest.mark.parametrize(("answer", "calls"), [
    (b"d5:callsl3:abc5:d-e@fe6:result2:oke", frozenset({"abc", "d-e@f"})),
    (b"d5:callsle6:result2:oke", frozenset()),
    (b"d6:result5:errore", None),
    (b"", None),
])  # fmt: skip
def test_what_the_relay_answers_is_read(answer: bytes, calls: frozenset[str] | None) -> None:
    assert listed(answer) == calls
