"""What the portal may say to the engines and hear from them: commands to the router, events from the stream.

Knows Redis and the wire types, nothing of Django. A `Switch` is cheap, safe in several threads, and opens its
connections when they are needed. Failures are `Unreachable` (Redis is away) and `Silent` (no answer in time);
a command that was refused or failed is a Reply with `ok` False and a sentence.
"""

from __future__ import annotations

import logging
import time
import uuid
from typing import Any

import redis
from pydantic import ValidationError
from redis import asyncio as aioredis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from telephony.messages import read, write
from telephony.messages.commands import COMMANDS, Command, Reply, reply_key
from telephony.messages.events import STREAM, AnyEvent, any_event

log = logging.getLogger(__name__)

ANSWER_SECONDS = 5.0

Entries = list[tuple[str, "AnyEvent | None"]]  # stream position, event; None for one that cannot be read


class SwitchError(Exception):
    """A sentence for the person who asked."""


class Unreachable(SwitchError):
    """Redis does not answer, so nothing can be said to the switch."""


class Silent(SwitchError):
    """The router did not answer in time."""


def stamp(by: str = "") -> dict[str, Any]:
    """The fields every command begins with: Originate(**stamp("ann"), from_extension=..., to=...)."""
    return {"id": uuid.uuid4().hex, "at": time.time(), "by": by}


class Switch:
    """The synchronous side, for Celery workers and management commands."""

    def __init__(self, redis_url: str, *, seconds: float = ANSWER_SECONDS) -> None:
        self.seconds = seconds
        self.redis: redis.Redis = redis.Redis.from_url(
            redis_url,
            protocol=2,
            socket_connect_timeout=2,
            socket_timeout=seconds + 3,
            retry=Retry(NoBackoff(), 0),  # of its own accord redis-py would send a command twice
        )

    def send(self, command: Command) -> Reply:
        """Give the router a command and wait for its answer. Raises Unreachable or Silent."""
        payload = write(command)
        try:
            self.redis.lpush(COMMANDS, payload)
            answer = self.redis.brpop([reply_key(command.id)], timeout=self.seconds)
            if answer is None:
                # Taken back, it cannot be carried out late: a phone must not ring a minute after the click.
                taken_back = bool(self.redis.lrem(COMMANDS, 1, payload.decode()))
                raise Silent(silence(self.seconds, taken_back=taken_back))
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise Unreachable(UNREACHABLE) from error
        return read(Reply, answer[1])

    def events(self, position: str = "0", *, count: int = 1000, block_ms: int | None = None) -> Entries:
        """Events after `position` of the stream ("0": from the oldest kept; "$": only new ones)."""
        try:
            return parse(self.redis.xread({STREAM: position}, count=count, block=block_ms))
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise Unreachable(UNREACHABLE) from error


class AsyncSwitch:
    """The same for asyncio processes (the hub)."""

    def __init__(self, redis_url: str, *, seconds: float = ANSWER_SECONDS) -> None:
        self.seconds = seconds
        self.redis: aioredis.Redis = aioredis.Redis.from_url(
            redis_url,
            protocol=2,
            socket_connect_timeout=2,
            socket_timeout=seconds + 3,
            retry=AsyncRetry(NoBackoff(), 0),  # and would hide from the hub that Redis began anew
        )

    async def send(self, command: Command) -> Reply:
        payload = write(command)
        try:
            await self.redis.lpush(COMMANDS, payload)
            answer = await self.redis.brpop([reply_key(command.id)], timeout=self.seconds)
            if answer is None:
                taken_back = bool(await self.redis.lrem(COMMANDS, 1, payload.decode()))
                raise Silent(silence(self.seconds, taken_back=taken_back))
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise Unreachable(UNREACHABLE) from error
        return read(Reply, answer[1])

    async def events(self, position: str = "0", *, count: int = 1000, block_ms: int | None = None) -> Entries:
        try:
            return parse(await self.redis.xread({STREAM: position}, count=count, block=block_ms))
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise Unreachable(UNREACHABLE) from error

    async def close(self) -> None:
        await self.redis.aclose()


UNREACHABLE = "The switch cannot be reached: Redis does not answer. Look at Home for the parts that are down."


def silence(seconds: float, *, taken_back: bool) -> str:
    ending = "nothing was done" if taken_back else "it is not known whether it was carried out"
    return f"The switch did not answer in {seconds:g} s; {ending}."


def parse(answer: Any) -> Entries:
    """XREAD's answer, [[stream, [(position, fields)]]], as events. One that cannot be read is logged and None:
    the position still advances past it."""
    return [(position.decode(), _event(position, fields)) for _, entries in answer for position, fields in entries]


def _event(position: bytes, fields: dict[bytes, bytes]) -> AnyEvent | None:
    try:
        return any_event.validate_json(fields[b"e"], extra="ignore")
    except (KeyError, ValidationError) as error:
        log.warning("event.unreadable position=%s error=%s", position.decode(), type(error).__name__)
        return None
