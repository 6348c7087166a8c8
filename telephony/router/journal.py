"""The events of the router on their way to the Redis stream.

Building one costs a dict and an orjson call: pydantic stands at the reader's door, and a test proves that
everything written here parses there. Events wait in memory, bounded, and are written many at a time; while
Redis is away the oldest are lost first, and no call waits for any of it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections import deque
from typing import Any, Protocol

import orjson
from pydantic import BaseModel

from telephony.messages.events import STREAM, STREAM_LENGTH
from telephony.router.live import Call

log = logging.getLogger(__name__)

WAITING = 20_000  # events kept while Redis is away: some 4000 calls
BATCH = 500
GATHER_SECONDS = 0.004  # events of the same moment travel together
PACE_SECONDS = 0.04  # between two writes: a write costs Redis and us more than the decision it tells of

# One command a batch: redis-py packs a pipeline command by command, which costs more than the decision itself.
APPEND = """
for i = 2, #ARGV do
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'e', ARGV[i])
end
return #ARGV - 1
"""


class Stream(Protocol):
    async def append(self, events: list[bytes]) -> None:
        """Raises OSError or a Redis error when they could not be written."""


def plain(value: object) -> Any:
    """orjson's default: wire types inside events."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    raise TypeError(f"{type(value).__name__} cannot be part of an event")


class Journal:
    def __init__(self, *, node: str = "main", boot: str = "") -> None:
        self.node = node
        self.boot = boot or os.urandom(6).hex()
        self.waiting: deque[bytes] = deque(maxlen=WAITING)
        self.lost = 0
        self._number = 0
        self._news = asyncio.Event()

    def event(self, kind: str, /, at: float = 0.0, **fields: object) -> None:
        """Append one event. `at` is the Unix time of the thing itself; 0 means now."""
        self._number += 1
        body = {"v": 1, "id": f"{self.boot}-{self._number}", "at": at or time.time(), "node": self.node, "kind": kind}
        body.update(fields)
        if len(self.waiting) == WAITING:
            self.lost += 1
        self.waiting.append(orjson.dumps(body, default=plain))
        self._news.set()

    def call(self, kind: str, call: Call, /, at: float = 0.0, **fields: object) -> None:
        """An event of a call, with its next sequence number."""
        call.seq += 1
        self.event(kind, at, call_id=call.call_id, seq=call.seq, **fields)

    async def write(self, stream: Stream) -> None:
        """For ever: write what waits. A batch that failed is tried again, at most once a second."""
        loop = asyncio.get_running_loop()
        last = 0.0
        while True:
            await self._news.wait()
            await asyncio.sleep(max(GATHER_SECONDS, last + PACE_SECONDS - loop.time()))
            self._news.clear()
            last = loop.time()
            while self.waiting:
                await self._write_batch(stream)

    async def _write_batch(self, stream: Stream) -> None:
        batch = [self.waiting.popleft() for _ in range(min(BATCH, len(self.waiting)))]
        try:
            await stream.append(batch)
        except Exception as error:  # whatever Redis does, events wait and calls go on
            room = WAITING - len(self.waiting)
            kept = batch[len(batch) - min(len(batch), room) :]
            self.lost += len(batch) - len(kept)
            self.waiting.extendleft(reversed(kept))
            log.warning("events.waiting count=%d lost=%d error=%s", len(self.waiting), self.lost, type(error).__name__)
            await asyncio.sleep(1.0)
            return
        if self.lost:
            log.warning("events.lost count=%d", self.lost)
            self.lost = 0


__all__ = ["APPEND", "STREAM", "STREAM_LENGTH", "Journal", "Stream"]
