"""Events on their way to Redis: in order, bounded, never in a call's way; and the ledger's one start, one end."""

from __future__ import annotations

import asyncio
import json

import pytest

from telephony.messages.events import CallEnded, CallEvent, CallStarted, any_event
from telephony.router import journal as module
from telephony.router.decide import draft
from telephony.router.invite import Facts
from telephony.router.journal import Journal
from telephony.router.ledger import Ledger
from telephony.router.live import Call, Leg, LiveState
from telephony.router.outcome import outcome
from tests.telephony.router.office import ANNS, BOBS, index, invite


class Stream:
    def __init__(self) -> None:
        self.events: list[bytes] = []
        self.down = False

    async def append(self, events: list[bytes]) -> None:
        if self.down:
            raise ConnectionError
        self.events += events

    def versions(self) -> list[int]:
        return [json.loads(event)["version"] for event in self.events]


async def until(test) -> None:  # type: ignore[no-untyped-def]
    async with asyncio.timeout(5):
        while not test():
            await asyncio.sleep(0.01)


async def test_events_wait_for_redis_and_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 3)
    journal, stream = Journal(), Stream()
    stream.down = True
    writer = asyncio.create_task(journal.write(stream))
    for number in range(8):
        journal.event("version.in_force", version=number)
    await asyncio.sleep(0.05)
    stream.down = False
    await until(lambda: len(stream.events) == 8)
    assert stream.versions() == list(range(8))
    writer.cancel()


async def test_without_redis_the_oldest_events_are_lost_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING", 5)
    journal, stream = Journal(), Stream()
    journal.waiting = type(journal.waiting)(maxlen=5)
    for number in range(8):
        journal.event("version.in_force", version=number)
    assert journal.lost == 3
    writer = asyncio.create_task(journal.write(stream))
    await until(lambda: len(stream.events) == 5)
    assert stream.versions() == [3, 4, 5, 6, 7]
    writer.cancel()


def ledger() -> tuple[Ledger, LiveState, Journal]:
    live, journal = LiveState(), Journal()
    return Ledger(live, journal), live, journal


def begin(book: Ledger, live: LiveState, *, cid: str = "a", call: Call | None = None, station: str = ANNS) -> Leg:
    office = index()
    call = call or live.add_call(Call(call_id="c1", index=office, at=1.0))
    leg = live.add_leg(Leg(cid=cid, call=call, cseq=1, station=station))
    book.start(call, draft(office, Facts(), invite("102")))
    return leg


def told(journal: Journal) -> list[CallEvent]:
    """What a reader would see; parsed strictly, so an unknown field fails here."""
    events = [any_event.validate_json(event) for event in journal.waiting]
    assert all(isinstance(event, CallEvent) for event in events)
    return [event for event in events if isinstance(event, CallEvent)]


async def test_every_event_of_a_call_parses_as_its_wire_type() -> None:
    book, live, journal = ledger()
    leg = begin(book, live)
    book.ring(leg, BOBS)
    book.answer(leg, BOBS, "Bob Baker")
    book.hold(leg, "caller", True)
    book.hold(leg, "caller", True)
    book.hold(leg, "caller", False)
    book.end_leg(leg)
    book.end_leg(leg)
    events = told(journal)
    assert [event.seq for event in events] == [1, 2, 3, 4, 5, 6]
    assert isinstance(events[0], CallStarted)
    assert isinstance(events[-1], CallEnded)
    assert events[-1].outcome == "answered"


async def test_keys_in_use_are_counted_from_the_first_ring_to_the_end() -> None:
    book, live, _ = ledger()
    leg = begin(book, live)
    assert live.busy(ANNS)
    book.ring(leg, BOBS)
    assert live.busy(BOBS)
    book.answer(leg, BOBS, "Bob Baker")
    assert live.busy(BOBS)
    book.end_leg(leg)
    assert not live.keys
    assert not live.legs
    assert not live.calls


async def test_a_call_of_several_legs_ends_once_when_the_last_is_over() -> None:
    book, live, journal = ledger()
    first = begin(book, live)
    call = first.call
    call.sessions.add("lease")
    first.role = "first"
    book.answer(first, ANNS, "Ann Archer")
    second = live.add_leg(Leg(cid="b", call=call, cseq=1, role="second"))
    book.answer(second, BOBS, "Bob Baker")
    book.end_leg(first)
    book.end_leg(second)
    assert not call.ended
    book.end_session(call, "lease", "done")
    kinds = [event.kind for event in told(journal)]  # type: ignore[attr-defined]
    assert kinds == ["call.started", "call.answered", "call.ended"]
    assert told(journal)[1].by == BOBS  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"answered": 5.0, "answered_by": BOBS}, "answered"),
        ({"answered": 5.0, "answered_by": "voicemail/102"}, "voicemail"),
        ({"answered": 5.0, "answered_by": "message_center/"}, "answered"),
        ({"code": 486}, "busy"),
        ({"code": 603}, "busy"),
        ({"code": 480}, "no_answer"),
        ({"code": 408}, "no_answer"),
        ({"code": 487, "canceled": True}, "cancelled"),
        ({"code": 404, "facts": {"call_kind": "refused"}}, "refused"),
        ({"code": 503}, "failed"),
        ({"code": 488}, "failed"),
        ({"code": 487, "ended_by": "admin"}, "ended_by_administrator"),
        ({"answered": 5.0, "answered_by": BOBS, "ended_by": "admin"}, "ended_by_administrator"),
    ],
)
def test_every_end_has_its_outcome(fields: dict[str, object], wanted: str) -> None:
    assert outcome(Call(call_id="c", index=index(), at=0.0, **fields)) == wanted  # type: ignore[arg-type]
