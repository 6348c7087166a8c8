"""The router's side of Redis: events out, configuration and commands in, presence, signs of life.

Everything here may fail at any time; nothing in it is waited for by a call.
"""

from __future__ import annotations

import contextlib
from typing import Any, cast

from pydantic import ValidationError
from redis import asyncio as aioredis
from redis.exceptions import RedisError

from telephony.messages import read, write
from telephony.messages.commands import COMMANDS, COMMANDS_BUSY, Reply, reply_key
from telephony.messages.schedules import SCHEDULE_STATE, SetByHand
from telephony.router.configuration import CHANNEL, CREDENTIALS_KEY, NUMBER_KEY, SNAPSHOT_KEY
from telephony.router.journal import APPEND, STREAM, STREAM_LENGTH

AWAY = (RedisError, OSError)
USER_STATE = "user-state"  # hash: user id -> presence
REPLY_SECONDS = 30
ALIVE_SECONDS = 10
BLOCK_SECONDS = 5


class Store:
    def __init__(self, url: str) -> None:
        # One connection for quick commands, one for the blocking wait, so neither delays the other.
        self.quick = aioredis.Redis.from_url(url, protocol=2, socket_connect_timeout=1, socket_timeout=3)
        self.blocking = aioredis.Redis.from_url(
            url, protocol=2, socket_connect_timeout=1, socket_timeout=BLOCK_SECONDS + 3
        )
        self._append = self.quick.register_script(APPEND)

    async def close(self) -> None:
        await self.quick.aclose()
        await self.blocking.aclose()

    # -- events --------------------------------------------------------------------------------------
    async def append(self, events: list[bytes]) -> None:
        await self._append(keys=[STREAM], args=[STREAM_LENGTH, *events])

    async def newest_events(self, before: str = "+", count: int = 1000) -> list[tuple[str, bytes]]:
        """(position, JSON), newest first, from `before` (exclusive unless "+") back."""
        start = before if before == "+" else f"({before}"
        entries = cast("list[tuple[bytes, dict[bytes, bytes]]]", await self.quick.xrevrange(STREAM, start, "-", count))
        return [(position.decode(), fields.get(b"e", b"")) for position, fields in entries]

    # -- configuration -------------------------------------------------------------------------------
    async def number(self) -> int:
        found = await self.quick.get(NUMBER_KEY)
        return int(found) if found else 0

    async def documents(self) -> tuple[bytes, bytes] | None:
        snapshot, sealed = await self.quick.mget(SNAPSHOT_KEY, CREDENTIALS_KEY)
        if not isinstance(snapshot, bytes) or not isinstance(sealed, bytes):
            return None
        return snapshot, sealed

    def announcements(self) -> Any:
        """A PubSub; subscribe with `CHANNEL`."""
        return self.blocking.pubsub(ignore_subscribe_messages=True)

    # -- presence ------------------------------------------------------------------------------------
    async def presences(self) -> dict[int, str]:
        found = cast("dict[bytes, bytes]", await self.quick.hgetall(USER_STATE))
        return {int(user): presence.decode() for user, presence in found.items() if user.isdigit()}

    async def save_presence(self, user_id: int, presence: str) -> None:
        await self.quick.hset(USER_STATE, str(user_id), presence)

    # -- schedules set by hand -----------------------------------------------------------------------
    async def schedules(self) -> dict[int, SetByHand]:
        found = cast("dict[bytes, bytes]", await self.quick.hgetall(SCHEDULE_STATE))
        known = {}
        for schedule, data in found.items():
            with contextlib.suppress(ValidationError, ValueError):  # of another issue of the program
                known[int(schedule)] = read(SetByHand, data)
        return known

    async def save_schedule(self, schedule_id: int, made: SetByHand) -> None:
        await self.quick.hset(SCHEDULE_STATE, str(schedule_id), write(made))

    # -- commands ------------------------------------------------------------------------------------
    async def next_command(self) -> bytes | None:
        """Wait up to BLOCK_SECONDS; what is returned also lies in COMMANDS_BUSY until `reply`."""
        found = await self.blocking.blmove(COMMANDS, COMMANDS_BUSY, BLOCK_SECONDS, "RIGHT", "LEFT")
        return cast("bytes | None", found)

    async def unfinished(self) -> list[bytes]:
        return cast("list[bytes]", await self.quick.lrange(COMMANDS_BUSY, 0, -1))

    async def reply(self, raw: bytes, reply: Reply) -> None:
        pipe = self.quick.pipeline(transaction=True)
        pipe.lpush(reply_key(reply.id), write(reply))
        pipe.expire(reply_key(reply.id), REPLY_SECONDS)
        pipe.lrem(COMMANDS_BUSY, 1, raw.decode())
        await pipe.execute()

    async def forget(self, raw: bytes) -> None:
        await self.quick.lrem(COMMANDS_BUSY, 1, raw.decode())

    # -- signs of life -------------------------------------------------------------------------------
    async def alive(self, parts: dict[str, str]) -> None:
        pipe = self.quick.pipeline(transaction=False)
        for part, text in parts.items():
            pipe.set(f"alive:{part}", text, ex=ALIVE_SECONDS)
        await pipe.execute()


__all__ = ["AWAY", "CHANNEL", "Store"]
