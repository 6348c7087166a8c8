"""A consumer notices a difference that never came, and one it already has."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from asgiref.testing import ApplicationCommunicator
from channels.layers import get_channel_layer

from portal.live import consumers, keys, picture
from portal.live.consumers import LiveCallsConsumer
from portal.live.viewer import Viewer
from tests.portal.live.conftest import LivePlace


@pytest.fixture
def watching(place: LivePlace, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A page of somebody who may look, on a Redis in which the test writes what the hub would."""
    client = place.start_redis()
    settings.INSTANCE = place.instance
    picture._redis.cache_clear()
    monkeypatch.setattr(consumers, "current", lambda session, link: Viewer(user_id=1))
    monkeypatch.setattr(LiveCallsConsumer, "check", 0.3)
    client.set(keys.NUMBER, 10)
    client.set(keys.ALIVE, "yes")
    yield client
    picture._redis.cache_clear()


async def told(number: int, previous: int, text: str) -> None:
    message = {"type": "live.diff", "number": number, "previous": previous, "text": text}
    await get_channel_layer().group_send(keys.GROUP_CALLS, message)


class Page:
    """A browser's page: the application's side of one WebSocket (channels.testing would bring in daphne)."""

    def __init__(self) -> None:
        scope = {"type": "websocket", "path": "/ws/live-calls/", "headers": []}
        self.wire = ApplicationCommunicator(LiveCallsConsumer.as_asgi(), scope)

    async def open(self) -> dict[str, Any]:
        await self.wire.send_input({"type": "websocket.connect"})
        assert (await self.wire.receive_output(timeout=10))["type"] == "websocket.accept"
        return await self.hear()

    async def hear(self) -> dict[str, Any]:
        message = await self.wire.receive_output(timeout=10)
        assert message["type"] == "websocket.send"
        return orjson.loads(message["text"])

    async def close(self) -> None:
        await self.wire.send_input({"type": "websocket.disconnect", "code": 1001})
        await self.wire.wait(timeout=10)


@pytest.mark.django_db(transaction=True)
async def test_a_difference_is_passed_on_unless_the_snapshot_has_it_already(watching: Any) -> None:
    page = Page()
    assert await page.open() == {"type": "snapshot", "calls": [], "problem": ""}
    await told(10, 9, '{"old": 1}')
    await told(12, 10, '{"new": 1}')  # 11 was of another group
    assert await page.hear() == {"new": 1}
    await page.close()


@pytest.mark.django_db(transaction=True)
async def test_after_a_lost_difference_comes_a_snapshot(watching: Any) -> None:
    page = Page()
    await page.open()
    watching.set(keys.NUMBER, 12)
    await told(12, 11, '{"without": "eleven"}')
    assert (await page.hear())["type"] == "snapshot"
    await page.close()


@pytest.mark.django_db(transaction=True)
async def test_a_lost_last_difference_is_found_by_looking_again(watching: Any) -> None:
    page = Page()
    await page.open()
    watching.set(keys.NUMBER, 11)
    watching.hset(keys.MARKS, keys.GROUP_CALLS, 11)
    assert (await page.hear())["type"] == "snapshot"
    await page.close()


@pytest.mark.django_db(transaction=True)
async def test_when_the_hub_dies_the_page_says_so(watching: Any) -> None:
    page = Page()
    await page.open()
    watching.delete(keys.ALIVE)
    assert (await page.hear())["problem"] == picture.STALE
    await page.close()


def test_without_redis_every_list_is_empty_with_a_sentence(place: LivePlace, settings: Any) -> None:
    settings.INSTANCE = place.instance
    picture._redis.cache_clear()
    for read in (picture.calls, picture.registrations, picture.bans, picture.mailboxes, picture.engines):
        seen = read()
        assert (seen.items, seen.problem) == ((), picture.AWAY)
    assert picture.version_in_force() == (0, picture.AWAY)
    picture._redis.cache_clear()
