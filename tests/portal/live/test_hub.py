"""The hub as a real process: nothing lost, nothing doubled, whatever dies."""

from __future__ import annotations

import sqlite3
import time

import redis

from telephony.messages import write
from telephony.messages.commands import COMMANDS, AnyCommand, Reply, any_command, reply_key
from telephony.messages.events import PresenceChanged, RegistrationRefused, SourceBanned
from tests.portal.live.conftest import LivePlace
from tests.portal.live.feed import Feed, head


def quick_call(feed: Feed, to: str = "102") -> str:
    call = feed.start("101", to)
    feed.ring(call, "5112")
    feed.answer(call, "5112")
    feed.end(call)
    return call.id


def one_record_each(place: LivePlace, ids: set[str]) -> bool:
    return sorted(row[0] for row in place.query("SELECT call_id FROM live_callrecord")) == sorted(ids)


def test_a_call_leaves_one_record_with_its_times_names_and_reasons(migrated: LivePlace, feed: Feed) -> None:
    migrated.start_hub()
    call = feed.start("101", "102")
    feed.ring(call, "5112")
    feed.answer(call, "5112")
    feed.end(call)
    migrated.wait_for(lambda: migrated.records() == 1, 15, "the record")
    row = migrated.query(
        "SELECT from_number, from_name, to_number, to_name, answered_by, outcome, mode, explanation, from_user"
        " FROM live_callrecord"
    )[0]
    assert row[:7] == ("101", "Ann Baker", "102", "Bob Carter", "5112", "answered", "switched")
    assert "102 is an extension." in row[7]
    assert row[8] == 1


def test_killed_again_and_again_the_hub_loses_no_record_and_doubles_none(migrated: LivePlace, feed: Feed) -> None:
    ids: set[str] = set()
    open_calls = [feed.start("103", "104") for _ in range(3)]  # live through every death
    for _ in range(4):
        migrated.start_hub()
        before = len(ids)
        deadline = time.monotonic() + 15
        # die at a different point each time: while records are on their way
        while migrated.records() <= before and time.monotonic() < deadline:
            ids.update(quick_call(feed) for _ in range(5))
            time.sleep(0.05)  # a hub that shares its processor with others is to catch up, not to be outrun
        ids.update(quick_call(feed) for _ in range(40))
        migrated.kill_hub()
        ids.update(quick_call(feed) for _ in range(5))
    migrated.start_hub()
    for call in open_calls:
        feed.answer(call, "5114")
        feed.end(call)
        ids.add(call.id)
    migrated.wait_for(lambda: migrated.records() >= len(ids), 20, f"{len(ids)} records")
    assert one_record_each(migrated, ids)
    whole = migrated.query("SELECT count(*) FROM live_callrecord WHERE from_number = '103' AND answered_by = '5114'")
    assert whole[0][0] == 3  # what began before the deaths is known after them


def test_a_locked_database_delays_the_records_and_not_the_picture(
    migrated: LivePlace, feed: Feed, own_redis: redis.Redis
) -> None:
    migrated.start_hub()
    first = quick_call(feed)
    migrated.wait_for(lambda: migrated.records() == 1, 15, "the first record")
    lock = sqlite3.connect(migrated.instance.var / "switchroom.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    ids = {first, *(quick_call(feed) for _ in range(20))}
    living = feed.start("103", "104")
    migrated.wait_for(lambda: own_redis.hexists("live:calls", living.id), 5, "the living call in the picture")
    migrated.wait_for(lambda: own_redis.hlen("live:unwritten") == 20, 5, "the records waiting in Redis")
    assert migrated.records() == 1
    migrated.kill_hub()  # what waits outlives the hub
    migrated.start_hub()
    lock.execute("ROLLBACK")
    lock.close()
    migrated.wait_for(lambda: migrated.records() == 21, 30, "the records to catch up")
    assert one_record_each(migrated, ids)
    migrated.wait_for(lambda: own_redis.hlen("live:unwritten") == 0, 5, "nothing left waiting")


def test_without_a_database_the_picture_lives_and_the_records_come_when_it_is_made(
    place: LivePlace, feed: Feed, own_redis: redis.Redis
) -> None:
    place.start_hub()
    living = feed.start("103", "104")
    done = quick_call(feed)
    place.wait_for(lambda: own_redis.hexists("live:calls", living.id), 15, "the call in the picture")
    place.manage("migrate", "--verbosity", "0")
    place.wait_for(lambda: place.records() == 1, 20, "the record")
    assert one_record_each(place, {done})


def test_after_a_redis_that_forgot_everything_the_picture_comes_back_from_the_routers_report(
    migrated: LivePlace, feed: Feed, own_redis: redis.Redis
) -> None:
    migrated.start_hub()
    living, ending = feed.start("101", "102"), feed.start("103", "104")
    feed.register("5101")
    migrated.wait_for(lambda: own_redis.hlen("live:calls") == 2, 15, "two calls")
    migrated.kill("redis")
    fresh = migrated.start_redis()
    migrated.wait_for(lambda: fresh.hlen("live:calls") == 2, 10, "the hub's own memory written again")
    feed.end(ending)
    migrated.wait_for(lambda: fresh.hkeys("live:calls") == [living.id.encode()], 10, "the new stream to be read")
    migrated.wait_for(lambda: migrated.records() == 1, 10, "the record")


def test_calls_the_router_no_longer_has_are_taken_out_and_recorded(
    migrated: LivePlace, feed: Feed, own_redis: redis.Redis
) -> None:
    migrated.start_hub()
    lost, living = feed.start("101", "102"), feed.start("103", "104")
    feed.answer(lost, "5102")
    migrated.wait_for(lambda: own_redis.hlen("live:calls") == 2, 15, "two calls")
    del feed.calls[lost.id]  # its end never reached the stream
    feed.report()
    migrated.wait_for(lambda: own_redis.hkeys("live:calls") == [living.id.encode()], 5, "the lost call to go")
    migrated.wait_for(lambda: migrated.records() == 1, 10, "its record")
    outcome, why = migrated.query("SELECT outcome, explanation FROM live_callrecord")[0]
    assert outcome == "answered"
    assert "was not seen" in why


def test_refused_registrations_make_one_line_a_minute_for_each_login_and_source(
    migrated: LivePlace, feed: Feed
) -> None:
    migrated.start_hub()
    at = 1_700_000_000.0
    for number in range(30):
        feed.emit(RegistrationRefused(**{**head(), "at": at + number / 10}, login_id="ann", source="192.0.2.7"))
    feed.emit(RegistrationRefused(**{**head(), "at": at}, login_id="bob", source="192.0.2.7"))
    feed.emit(SourceBanned(**{**head(), "at": at}, source="192.0.2.7", reason="wrong passwords", until=at + 600))
    migrated.wait_for(
        lambda: len(migrated.query("SELECT id FROM live_systemevent WHERE kind = 'source.banned'")) == 1, 15, "the ban"
    )
    refused = migrated.query("SELECT subject FROM live_systemevent WHERE kind = 'registration.refused'")
    assert sorted(row[0] for row in refused) == ["ann", "bob"]
    text = migrated.query("SELECT text, severity FROM live_systemevent WHERE kind = 'source.banned'")[0]
    assert text == ("The address 192.0.2.7 was banned for 10 minutes: wrong passwords", "warning")


def test_an_event_no_database_can_hold_does_not_stop_the_others(migrated: LivePlace, feed: Feed) -> None:
    migrated.start_hub()
    strange = feed.start("101\0", "1" * 400, from_name="\0" * 5, from_user=2**63)
    feed.end(strange)
    good = quick_call(feed)
    migrated.wait_for(lambda: migrated.records() >= 1, 15, "the good record")
    assert good in {row[0] for row in migrated.query("SELECT call_id FROM live_callrecord")}


def test_presences_are_written_and_given_back_to_a_router_that_forgot_them(migrated: LivePlace, feed: Feed) -> None:
    migrated.start_hub()
    feed.emit(PresenceChanged(**head(), user_id=3, presence="busy"))
    feed.emit(PresenceChanged(**head(), user_id=3, presence="away", by="ann"))
    quick_call(feed)
    migrated.wait_for(lambda: migrated.records() == 1, 15, "the rows")
    assert migrated.query("SELECT user_id, presence, by FROM user_state") == [(3, "away", "ann")]
    migrated.stop("hub")
    migrated.kill("redis")
    fresh = migrated.start_redis()  # a power cut: Redis and router know nothing
    asked: list[AnyCommand] = []

    def router_hears_it() -> bool:
        if taken := fresh.brpop([COMMANDS], timeout=1):
            command = any_command.validate_json(taken[1])
            asked.append(command)
            fresh.lpush(reply_key(command.id), write(Reply(id=command.id, ok=True)))
        return any(command.op == "set_presence" for command in asked)

    migrated.start_hub()
    migrated.wait_for(router_hears_it, 20, "the presence to be given back")
    [told] = [command for command in asked if command.op == "set_presence"]
    assert (told.user_id, told.presence) == (3, "away")
