"""The fold: differences add up to what a fresh reader sees, whatever the stream did."""

from __future__ import annotations

import random
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from portal.live import keys, push
from portal.live.call import load
from portal.live.copy import Copy
from portal.live.fold import Change, Picture
from telephony.messages.events import (
    AnyEvent,
    BanState,
    CallAnswered,
    CallEnded,
    CallExplained,
    CallHeld,
    CallResumed,
    CallRinging,
    CallStarted,
    CallState,
    MailboxCounted,
    RegistrationChanged,
    RegistrationState,
    SourceBanned,
    SourceLifted,
    StateReported,
)
from telephony.messages.plan import Explanation

CALLS, STATIONS, USERS = ("a", "b", "c"), ("5101", "5102"), (1, 2, 3)


def call_events(draw: Any, call_id: str, at: float) -> list[AnyEvent]:
    """A whole conversation, in order, seq from 1 without gaps."""
    caller, callee = draw(st.sampled_from([(1, 2), (2, 3), (3, None)]))
    events: list[Any] = [
        CallStarted(
            id=f"{call_id}1",
            at=at,
            call_id=call_id,
            seq=1,
            from_number="101",
            from_user=caller,
            to_number="102",
            to_user=callee,
            why=(Explanation(text="first"),),
        )
    ]
    for number in draw(st.lists(st.integers(0, 5), max_size=8)):
        seq = len(events) + 1
        head = {"id": f"{call_id}{seq}", "at": at + seq, "call_id": call_id, "seq": seq}
        side = draw(st.sampled_from(["caller", "callee"]))
        events.append(
            [
                lambda h: CallRinging(**h, stations=(STATIONS[h["seq"] % 2],)),
                lambda h: CallAnswered(**h, by=STATIONS[h["seq"] % 2]),
                lambda h, side=side: CallHeld(**h, by=side),
                lambda h, side=side: CallResumed(**h, by=side),
                lambda h: CallExplained(**h, why=(Explanation(text=f"then {h['seq']}"),)),
                lambda h: CallRinging(**h, stations=()),
            ][number](head)
        )
    if draw(st.booleans()):
        seq = len(events) + 1
        events.append(CallEnded(id=f"{call_id}{seq}", at=at + seq, call_id=call_id, seq=seq, outcome="answered"))
    return events


def other_event(draw: Any, number: int, at: float) -> AnyEvent:
    head = {"id": f"o{number}", "at": at}
    station, user = draw(st.sampled_from(STATIONS)), draw(st.sampled_from(USERS))
    calls = tuple(
        CallState(call_id=i, seq=3, started=1.0, from_number="101", to_number="102", answered=2.0, from_user=1)
        for i in draw(st.lists(st.sampled_from(CALLS), unique=True))
    )
    return draw(
        st.sampled_from(
            [
                RegistrationChanged(**head, station=station, registered=True, expires=at + 60),
                RegistrationChanged(**head, station=station, registered=False),
                SourceBanned(**head, source="192.0.2.1", reason="guessing", until=at + 60),
                SourceLifted(**head, source="192.0.2.1"),
                MailboxCounted(**head, user_id=user, new=number, old=0),
                StateReported(**head, calls=calls),
                StateReported(
                    **head,
                    registrations=(RegistrationState(station=station, expires=at + 9),),
                    bans=(BanState(source="192.0.2.2", reason="flood", until=at + 9),),
                ),
            ]
        )
    )


@st.composite
def streams(draw: Any) -> list[AnyEvent]:
    """Several conversations interleaved with everything else; then some events lost, doubled, out of order."""
    queues = [call_events(draw, call_id, 100.0 * number) for number, call_id in enumerate(CALLS)]
    queues.append([other_event(draw, number, 50.0 * number) for number in range(draw(st.integers(0, 5)))])
    events: list[AnyEvent] = []
    while any(queues):
        events.append(draw(st.sampled_from([queue for queue in queues if queue])).pop(0))
    for _ in range(draw(st.integers(0, 3))):
        where = draw(st.integers(0, len(events) - 1))
        what = draw(st.sampled_from(["lose", "double", "swap"]))
        if what == "lose" and len(events) > 1:
            del events[where]
        elif what == "double":
            events.insert(draw(st.integers(where, len(events))), events[where])
        elif where:
            events[where - 1], events[where] = events[where], events[where - 1]
    return events


def calls_seen(picture: Picture, user: int | None = None) -> dict[str, Any]:
    """What a fresh reader is shown."""
    return {c.id: c.view() for c in picture.calls.values() if c.begun and (user is None or user in c.users)}


def stations_seen(picture: Picture) -> dict[str, Any]:
    return {"registrations": dict(picture.registrations), "bans": dict(picture.bans)}


def merge(shown: dict[str, Any], key: str, changed: list[Any], removed: list[str]) -> dict[str, Any]:
    """What the page does with a difference."""
    return {**{k: v for k, v in shown.items() if k not in removed}, **{item[key]: item for item in changed}}


@given(streams(), st.data())
def test_snapshot_and_differences_show_what_a_fresh_snapshot_shows(events: list[AnyEvent], data: Any) -> None:
    cut = data.draw(st.integers(0, len(events)))
    copy = Copy()
    for event in events[:cut]:
        copy.picture.apply(event)
    calls, stations = calls_seen(copy.picture), stations_seen(copy.picture)
    mine = {user: calls_seen(copy.picture, user) for user in USERS}
    users = {keys.group_user(user): user for user in USERS}
    watched = {keys.GROUP_CALLS, keys.GROUP_HANDSETS, *users}
    rest = events[cut:]
    while rest:
        size = data.draw(st.integers(1, len(rest)))  # events of one tick go out as one difference
        change = Change()
        for event in rest[:size]:
            change.add(copy.picture.apply(event))
        rest = rest[size:]
        for group, message in push.messages(copy, change, dict.fromkeys(watched, 0), watched):
            body = orjson.loads(message["text"])
            if group == keys.GROUP_CALLS:
                calls = merge(calls, "id", body["changed"], body["removed"])
            elif group == keys.GROUP_HANDSETS:
                stations = {
                    "registrations": merge(stations["registrations"], "station", body["changed"], body["removed"]),
                    "bans": merge(stations["bans"], "source", body["bans"], body["lifted"]),
                }
            else:
                mine[users[group]] = merge(mine[users[group]], "id", body["changed"], body["removed"])
    assert calls == calls_seen(copy.picture)
    assert stations == stations_seen(copy.picture)
    assert mine == {user: calls_seen(copy.picture, user) for user in USERS}


@given(streams(), st.randoms(use_true_random=False))
def test_a_call_told_twice_and_in_disorder_is_the_same_call(events: list[AnyEvent], dice: random.Random) -> None:
    told = [e for e in events if hasattr(e, "call_id") and not isinstance(e, CallEnded)]
    shuffled = [*told, *told]
    dice.shuffle(shuffled)
    straight, disorderly = Picture(), Picture()
    for event in sorted(told, key=lambda e: e.seq):  # type: ignore[union-attr]
        straight.apply(event)
    for event in shuffled:
        disorderly.apply(event)
    assert calls_seen(disorderly) == calls_seen(straight)


@given(streams())
def test_a_stream_read_twice_gives_the_picture_and_the_records_of_one_reading(events: list[AnyEvent]) -> None:
    events = [e for e in events if hasattr(e, "call_id")]
    once, twice = Picture(), Picture()
    ended_once = [ended for event in events for ended in once.apply(event).ended]
    ended_twice = [ended for event in [*events, *events] for ended in twice.apply(event).ended]
    assert calls_seen(twice) == calls_seen(once)
    assert ended_twice == ended_once


@given(streams())
def test_a_call_survives_its_journey_through_the_copy_in_redis(events: list[AnyEvent]) -> None:
    picture = Picture()
    for event in events:
        picture.apply(event)
        assert all(load(call.dump()) == call for call in picture.calls.values())


def test_a_gap_in_the_numbers_asks_for_the_whole_state() -> None:
    picture = Picture()
    start = CallStarted(id="1", at=1.0, call_id="a", seq=1, from_number="101", to_number="102")
    assert not picture.apply(start).lost
    assert picture.apply(CallAnswered(id="3", at=3.0, call_id="a", seq=3, by="5102")).lost
    assert not picture.apply(CallRinging(id="2", at=2.0, call_id="a", seq=2, stations=("5102",))).lost
    assert picture.calls["a"].state == "talking"


def test_an_old_report_read_again_does_not_end_a_call_that_began_after_it() -> None:
    picture = Picture()
    report = StateReported(id="r", at=10.0, calls=())
    picture.apply(report)
    picture.apply(CallStarted(id="1", at=11.0, call_id="a", seq=1, from_number="101", to_number="102"))
    assert picture.apply(report).ended == []
    assert picture.apply(replace_at(report, 12.0)).ended[0].call.id == "a"


def replace_at(report: StateReported, at: float) -> StateReported:
    return report.model_copy(update={"at": at})


def test_registrations_and_bans_run_out_by_themselves() -> None:
    picture = Picture()
    picture.apply(RegistrationChanged(id="1", at=1.0, station="5101", registered=True, expires=60.0))
    picture.apply(SourceBanned(id="2", at=1.0, source="192.0.2.1", reason="flood", until=90.0))
    assert picture.prune(59.0) == Change()
    assert picture.prune(60.0) == Change(registrations={"5101"})
    assert picture.prune(90.0) == Change(bans={"192.0.2.1"})


def test_the_talking_time_begins_at_the_first_answer_also_after_a_transfer() -> None:
    picture = Picture()
    head = {"call_id": "a"}
    picture.apply(CallStarted(id="1", at=1.0, seq=1, from_number="101", to_number="102", **head))
    picture.apply(CallAnswered(id="2", at=5.0, seq=2, by="5102", **head))
    picture.apply(CallAnswered(id="3", at=9.0, seq=3, by="5103", **head))
    call = picture.calls["a"]
    assert (call.answered, call.answered_by) == (5.0, "5103")
