"""Transfers between phones of the office: REFER as a question, the transferor's rights, recall, one record."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.sip import Peer
from tests.telephony.router.engine import Engine
from tests.telephony.router.office import BOBS, attempt, extension, phone, route, snapshot
from tests.telephony.router.talk import follow, refer, talk

pytestmark = [pytest.mark.telephony, pytest.mark.usefixtures("earlier_calls_are_known")]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    routes = [extension("102", 2, route(attempt(phone(BOBS))))]
    with Engine(snapshot(extensions=routes, ring_seconds=0.5), relay=False) as engine:
        yield engine


def sentences(engine: Engine, call_id: str) -> list[str]:
    return [why["text"] for one in engine.events(call_id) for why in one.get("why", ())]


def test_a_blind_transfer_goes_where_the_transferor_says_and_is_one_record(
    engine: Engine, ann: Peer, bob: Peer, lobby: Peer
) -> None:
    _, incoming = talk(ann, bob)
    call_id = engine.new_call(dialled="102")
    answer, address = refer(incoming, ann, "<sip:200@switchroom>")
    assert answer.code == 202
    assert address.startswith("sip:t.")
    incoming.bye()
    engine.place.wait_for(lambda: engine.last_state()["calls"], 3, "the call to be kept")
    moved = follow(ann, address)
    reached = lobby.incoming(rtp=False)
    assert "Ann Archer" in reached.request.get("From")
    reached.ring()
    reached.reply(200, reached.offer())
    moved.expect(200)
    moved.ack()
    moved.bye()
    reached.expect_bye()
    assert engine.outcome(call_id) == "answered"
    assert "Bob Baker (102) transferred it to 200." in sentences(engine, call_id)


def test_a_target_that_does_not_answer_brings_the_call_back_to_the_transferor(
    engine: Engine, ann: Peer, bob: Peer, lobby: Peer
) -> None:
    _, incoming = talk(ann, bob)
    _, address = refer(incoming, ann, "<sip:200@switchroom>")
    incoming.bye()
    moved = follow(ann, address)
    reached = lobby.incoming(rtp=False)
    reached.ring()
    reached.expect_cancel(6)
    again = bob.incoming(rtp=False)
    again.ring()
    again.reply(200, again.offer())
    moved.expect(200)
    moved.ack()
    moved.bye()
    again.expect_bye()


def test_a_busy_target_brings_the_call_back_too(engine: Engine, ann: Peer, bob: Peer, lobby: Peer) -> None:
    _, incoming = talk(ann, bob)
    _, address = refer(incoming, ann, "<sip:200@switchroom>")
    incoming.bye()
    moved = follow(ann, address)
    reached = lobby.incoming(rtp=False)
    reached.reply(486)
    reached.expect_ack()
    again = bob.incoming(rtp=False)
    moved.cancel()
    again.expect_cancel()
    assert moved.final().code == 487


@pytest.mark.parametrize("number", ["177", "911", "7101", "6101"])
def test_a_transfer_to_where_the_transferor_may_not_call_is_refused(
    engine: Engine, ann: Peer, bob: Peer, number: str
) -> None:
    outgoing, incoming = talk(ann, bob)
    answer, address = refer(incoming, ann, f"<sip:{number}@switchroom>")
    assert (answer.code, address) == (603, "")
    assert incoming.transact("OPTIONS").code == 200  # the call goes on
    outgoing.bye()


def test_the_address_is_good_once_and_for_the_transferred_phone_only(
    engine: Engine, ann: Peer, bob: Peer, lobby: Peer
) -> None:
    outgoing, incoming = talk(ann, bob)
    _, address = refer(incoming, ann, "<sip:200@switchroom>")
    assert bob.invite("", uri=address, rtp=False).final().code == 404
    moved = follow(ann, address)
    reached = lobby.incoming(rtp=False)
    moved.cancel()
    reached.expect_cancel()
    assert moved.final().code == 487
    assert follow(ann, address).final().code == 404
    outgoing.bye()


def test_an_attended_transfer_replaces_the_call_to_the_target(
    engine: Engine, ann: Peer, bob: Peer, lobby: Peer
) -> None:
    _, incoming = talk(ann, bob)
    first = engine.new_call(dialled="102")
    consult, asked = talk(bob, lobby, "200")
    second = engine.new_call(dialled="200")
    local = consult.request.get("From").partition("tag=")[2]
    replaces = f"{consult.call_id}%3Bto-tag%3D{asked.tag}%3Bfrom-tag%3D{local}"
    answer, address = refer(incoming, ann, f"<sip:200@switchroom?Replaces={replaces}>")
    assert answer.code == 202
    assert "Replaces" not in address
    moved = follow(ann, address)
    changed = lobby.incoming(rtp=False)
    assert changed.request.get("Replaces") == f"{consult.call_id};to-tag={asked.tag};from-tag={local}"
    changed.reply(200, changed.offer())
    moved.expect(200)
    moved.ack()
    asked.bye()  # RFC 3891: the replaced dialog ends
    incoming.bye()
    moved.bye()
    changed.expect_bye()
    assert engine.outcome(first) == engine.outcome(second) == "answered"
    assert "Bob Baker (102) transferred it to Desk 5119 (5119)." in sentences(engine, first)
    assert "Bob Baker (102) asked first, then transferred a call here." in sentences(engine, second)


def test_the_dialog_of_somebody_else_cannot_be_taken(engine: Engine, ann: Peer, bob: Peer) -> None:
    outgoing, incoming = talk(ann, bob)
    answer, _ = refer(incoming, ann, "<sip:200@switchroom?Replaces=made-up%3Bto-tag%3D1%3Bfrom-tag%3D2>")
    assert answer.code == 603
    outgoing.bye()
