"""The portal's side of commands and events, against a real Redis and a router of three lines."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis

from telephony import tasks
from telephony.client import AsyncSwitch, Silent, Switch, Unreachable, stamp
from telephony.messages import write
from telephony.messages.commands import COMMANDS, AnyCommand, EndCall, Reply, any_command, reply_key
from telephony.messages.events import STREAM, VersionInForce
from tests.harness.place import Place


@contextmanager
def router(client: redis.Redis, **answer: object) -> Iterator[list[AnyCommand]]:
    """Takes one command and answers it."""
    heard: list[AnyCommand] = []

    def obey() -> None:
        taken = client.brpop([COMMANDS], timeout=10)
        assert taken is not None
        command = any_command.validate_json(taken[1])
        heard.append(command)
        client.lpush(reply_key(command.id), write(Reply(id=command.id, **answer)))  # type: ignore[arg-type]

    thread = threading.Thread(target=obey)
    thread.start()
    yield heard
    thread.join()


def test_a_command_reaches_the_router_and_its_answer_comes_back(place: Place, client: redis.Redis) -> None:
    with router(client, ok=True, call_id="c1") as heard:
        reply = Switch(place.instance.redis_url).send(EndCall(**stamp("ann"), call_id="c1"))
    assert reply.ok
    assert reply.call_id == "c1"
    [command] = heard
    assert isinstance(command, EndCall)
    assert (command.call_id, command.by) == ("c1", "ann")


async def test_the_asynchronous_side_does_the_same(place: Place, client: redis.Redis) -> None:
    switch = AsyncSwitch(place.instance.redis_url)
    with router(client, ok=False, error="This call is over already."):
        reply = await switch.send(EndCall(**stamp("ann"), call_id="c1"))
    await switch.close()
    assert not reply.ok
    assert reply.error == "This call is over already."


def test_a_silent_router_is_an_error_and_the_command_is_taken_back(place: Place, client: redis.Redis) -> None:
    with pytest.raises(Silent, match=r"The switch did not answer in 0\.3 s; nothing was done\."):
        Switch(place.instance.redis_url, seconds=0.3).send(EndCall(**stamp(), call_id="c1"))
    assert client.llen(COMMANDS) == 0


def test_a_router_that_died_with_the_command_in_hand_leaves_it_unknown(place: Place, client: redis.Redis) -> None:
    taker = threading.Thread(target=lambda: client.brpop([COMMANDS], timeout=10))
    taker.start()
    with pytest.raises(Silent, match="it is not known whether it was carried out"):
        Switch(place.instance.redis_url, seconds=0.5).send(EndCall(**stamp(), call_id="c1"))
    taker.join()


def test_without_redis_the_sentence_says_where_to_look(place: Place) -> None:
    switch = Switch(place.instance.redis_url)
    place.kill("redis")
    with pytest.raises(Unreachable, match="Redis does not answer"):
        switch.send(EndCall(**stamp(), call_id="c1"))
    with pytest.raises(Unreachable):
        switch.events()


def test_events_are_read_from_a_position_and_unreadable_ones_are_passed_over(place: Place, client: redis.Redis) -> None:
    switch = Switch(place.instance.redis_url)
    assert switch.events() == []
    first = VersionInForce(id="1", at=1.0, version=1)
    client.xadd(STREAM, {"e": write(first)})
    client.xadd(STREAM, {"e": b'{"kind": "moon.full", "id": "2", "at": 2}'})
    client.xadd(STREAM, {"e": b'{"kind": "version.in_force", "id": "3", "at": 3, "version": 3, "colour": "red"}'})
    entries = switch.events()
    assert [event and event.id for _, event in entries] == ["1", None, "3"]
    assert entries[0][1] == first
    assert [event and event.id for _, event in switch.events(entries[1][0])] == ["3"]


def test_a_verb_is_one_command_and_its_verdict(
    place: Place, client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "switch", lambda: Switch(place.instance.redis_url, seconds=2))
    with router(client, ok=True, call_id="new") as heard:
        verdict = tasks.originate.apply(kwargs={"from_extension": "101", "to": "102", "by": "ann"}).get()
    assert verdict == {"ok": True, "error": "", "call_id": "new"}
    assert heard[0].model_dump(include={"op", "from_extension", "to", "by"}) == {
        "op": "originate",
        "from_extension": "101",
        "to": "102",
        "by": "ann",
    }


def test_a_verb_nobody_answers_gives_a_sentence_and_is_not_tried_again(
    place: Place, client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "switch", lambda: Switch(place.instance.redis_url, seconds=0.2))
    verdict = tasks.end_call.apply(kwargs={"call_id": "c1", "by": "ann"}).get()
    assert not verdict["ok"]
    assert verdict["error"].startswith("The switch did not answer")
    assert client.llen(COMMANDS) == 0
