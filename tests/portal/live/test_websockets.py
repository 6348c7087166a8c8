"""WebSockets through the real hub, Redis and uvicorn: who sees what, and that it arrives."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

import orjson
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from telephony.messages.events import MailboxCounted, PresenceChanged, SourceBanned
from telephony.messages.snapshot import Presence
from tests.portal.live.conftest import WebPlace
from tests.portal.live.feed import Feed, head


async def hear(socket: Any, seconds: float = 15) -> dict[str, Any]:
    return orjson.loads(await asyncio.wait_for(socket.recv(), seconds))


async def snapshot(socket: Any) -> dict[str, Any]:
    """The first message; while the hub is starting its `problem` says so, and a better one follows."""
    message = await hear(socket)
    assert message["type"] == "snapshot"
    return message


async def until(socket: Any, accept: Any, heard: list[str] | None = None) -> dict[str, Any]:
    """The first message that is accepted; the text of all goes into `heard`."""
    async with asyncio.timeout(20):
        while True:
            text = await socket.recv()
            if heard is not None:
                heard.append(text)
            message = orjson.loads(text)
            if accept(message):
                return message


def changed(message: dict[str, Any], call_id: str) -> dict[str, Any] | None:
    """The call in this message, whether snapshot or difference."""
    items = message.get("changed", message.get("calls", []))
    return next((call for call in items if call["id"] == call_id), None)


async def test_a_call_appears_changes_and_vanishes_in_the_browser(web: WebPlace) -> None:
    _, session = web.login("boss", administrator=True)
    feed = Feed(web.instance.redis_url)
    async with web.websocket("/ws/live-calls/", session) as socket:
        await snapshot(socket)
        call = feed.start("101", "102")
        feed.ring(call, "5112")
        found = changed(await until(socket, lambda m: (c := changed(m, call.id)) and c["ringing"]), call.id)
        assert found is not None
        assert (found["from"], found["from_name"], found["to"], found["state"]) == (
            "101",
            "Ann Baker",
            "102",
            "ringing",
        )
        assert (found["mode"], found["ringing"], found["answered"]) == ("switched", ["5112"], None)
        feed.answer(call, "5112")
        await until(socket, lambda m: (c := changed(m, call.id)) and c["state"] == "talking" and c["answered"])
        feed.hold(call, "callee")
        await until(
            socket, lambda m: (c := changed(m, call.id)) and c["state"] == "held" and c["held_by"] == ["callee"]
        )
        feed.end(call)
        await until(socket, lambda m: call.id in m.get("removed", ()))


async def test_a_plain_user_hears_of_the_own_calls_and_mailbox_and_nothing_else(web: WebPlace) -> None:
    user_id, session = web.login("ann")
    feed = Feed(web.instance.redis_url)
    before = feed.start("7001", "7002", from_user=user_id, to_user=None)
    async with web.websocket("/ws/my/", session) as socket:
        await until(socket, lambda m: changed(m, before.id))
        others = feed.start("101", "102", from_user=user_id + 1, to_user=user_id + 2)
        feed.emit(MailboxCounted(**head(), user_id=user_id + 1, new=9, old=9))
        own = feed.start("101", "103", from_user=user_id + 1, to_user=user_id)
        heard: list[str] = []
        await until(socket, lambda m: changed(m, own.id), heard)
        feed.emit(MailboxCounted(**head(), user_id=user_id, new=2, old=1))
        await until(socket, lambda m: m.get("mailbox") == {"new": 2, "old": 1}, heard)
        feed.emit(PresenceChanged(**head(), user_id=user_id + 1, presence=Presence.BUSY))
        feed.emit(PresenceChanged(**head(), user_id=user_id, presence=Presence.AWAY))
        await until(socket, lambda m: m.get("presence") == "away", heard)
        feed.end(own)
        await until(socket, lambda m: own.id in m.get("removed", ()), heard)
    assert not any(others.id in text or "busy" in text for text in heard)


async def test_handsets_hear_registrations_and_bans(web: WebPlace) -> None:
    _, session = web.login("boss", administrator=True)
    feed = Feed(web.instance.redis_url)
    async with web.websocket("/ws/handsets/", session) as socket:
        await snapshot(socket)
        feed.register("5101", seconds=300)
        message = await until(socket, lambda m: m.get("changed") or m.get("registrations"))
        [registration] = message.get("changed") or message["registrations"]
        assert registration["station"] == "5101"
        feed.unregister("5101")
        await until(socket, lambda m: m.get("removed") == ["5101"])
        at = head()["at"]
        feed.emit(SourceBanned(**head(), source="192.0.2.9", reason="guessing", until=at + 600))
        await until(socket, lambda m: [ban["source"] for ban in m.get("bans", ())] == ["192.0.2.9"])


@pytest.mark.parametrize(("path", "code"), [("/ws/live-calls/", 4403), ("/ws/handsets/", 4403)])
async def test_a_user_without_the_link_is_turned_away(web: WebPlace, path: str, code: int) -> None:
    _, session = web.login("ann")
    async with web.websocket(path, session) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await hear(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code


async def test_strangers_and_foreign_pages_are_turned_away(web: WebPlace) -> None:
    _, session = web.login("boss", administrator=True)
    async with web.websocket("/ws/my/", "no-such-session") as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await hear(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401
    with pytest.raises(InvalidStatus) as refused:
        async with web.websocket("/ws/live-calls/", session, origin="http://evil.example"):
            pass
    assert refused.value.response.status_code == 403


async def test_the_connection_ends_soon_after_the_session(web: WebPlace) -> None:
    _, session = web.login("boss", administrator=True)
    async with web.websocket("/ws/live-calls/", session) as socket:
        await snapshot(socket)
        with sqlite3.connect(web.instance.var / "switchroom.db", timeout=20) as database:
            database.execute("DELETE FROM django_session WHERE session_key = ?", (session,))
        await asyncio.wait_for(socket.wait_closed(), 25)
        assert socket.close_code == 4410


async def test_after_a_death_of_the_hub_and_of_redis_an_open_page_shows_the_truth(web: WebPlace) -> None:
    _, session = web.login("boss", administrator=True)
    feed = Feed(web.instance.redis_url)
    call, over = feed.start("101", "102"), feed.start("103", "104")
    async with web.websocket("/ws/live-calls/", session) as socket:
        await until(socket, lambda m: changed(m, over.id))
        web.kill_hub()
        feed.answer(call, "5102")
        feed.end(over)
        web.start_hub()
        await until(
            socket, lambda m: (c := changed(m, call.id)) and c["state"] == "talking" and not changed(m, over.id)
        )
        web.kill("redis")
        web.start_redis()
        feed.hold(call, "caller")
        await until(socket, lambda m: (c := changed(m, call.id)) and c["state"] == "held")
