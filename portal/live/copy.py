"""The hub's copy of the picture in Redis: what pages read, and what a restarted hub begins with."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import orjson
from redis import asyncio as aioredis
from redis.exceptions import ResponseError

from portal.live import keys
from portal.live.call import load
from portal.live.fold import Change, Picture
from portal.live.records import Row
from telephony.messages.events import STREAM

log = logging.getLogger(__name__)

START = "0-0"
SUBSCRIPTION = "asgi__group__"  # what channels_redis puts before the name of a group


@dataclass(slots=True)
class Copy:
    picture: Picture = field(default_factory=Picture)
    position: str = START
    number: int = 0
    marks: dict[str, int] = field(default_factory=dict)
    unwritten: dict[str, Row] = field(default_factory=dict)


def place(position: str) -> tuple[int, int]:
    """A stream position as something to compare."""
    milliseconds, _, count = position.partition("-")
    return int(milliseconds), int(count or 0)


async def newest(redis: aioredis.Redis) -> str:
    """The last position the stream has given out, "0-0" when there is no stream."""
    try:
        info: dict[str, Any] = await redis.xinfo_stream(STREAM)
    except ResponseError:  # no such key
        return START
    last: bytes = info["last-generated-id"]
    return last.decode()


async def read(redis: aioredis.Redis) -> Copy | None:
    """The copy, or None when there is none or another issue of the program wrote it: then the stream and the
    router's report are the way to a picture."""
    async with redis.pipeline(transaction=True) as pipe:
        for name in (keys.CALLS, keys.REGISTRATIONS, keys.BANS, keys.MAILBOXES, keys.PRESENCES, keys.ENGINES):
            pipe.hgetall(name)
        pipe.hgetall(keys.UNWRITTEN)
        pipe.hgetall(keys.MARKS)
        pipe.mget(keys.VERSION, keys.POSITION, keys.NUMBER)
        (
            calls,
            stations,
            bans,
            mailboxes,
            presences,
            engines,
            rows,
            marks,
            (version, position, number),
        ) = await pipe.execute()
    if position is None:
        return None
    try:
        return Copy(
            picture=Picture(
                calls={name.decode(): load(data) for name, data in calls.items()},
                registrations=_parts(stations),
                bans=_parts(bans),
                mailboxes={int(user): orjson.loads(data) for user, data in mailboxes.items()},
                presences={int(user): value.decode() for user, value in presences.items()},
                engines=_parts(engines),
                version=int(version or 0),
            ),
            position=position.decode(),
            number=int(number or 0),
            marks={name.decode(): int(mark) for name, mark in marks.items()},
            unwritten=_parts(rows),
        )
    except (TypeError, ValueError, KeyError) as error:
        log.warning("copy.unreadable error=%s", type(error).__name__)
        return None


def _parts(fields: dict[bytes, bytes]) -> dict[str, Any]:
    return {name.decode(): orjson.loads(data) for name, data in fields.items()}


@dataclass(slots=True)
class Delta:
    """What of a Copy is newer than Redis."""

    change: Change = field(default_factory=Change)
    rows: set[str] = field(default_factory=set)  # to be kept until the database has them
    written: set[str] = field(default_factory=set)  # the database has them now
    marks: set[str] = field(default_factory=set)
    moved: bool = False  # the position only

    def __bool__(self) -> bool:
        return bool(self.change or self.rows or self.written or self.moved)


def everything(copy: Copy) -> Delta:
    picture = copy.picture
    change = Change(
        calls={call_id: call.users for call_id, call in picture.calls.items()},
        registrations=set(picture.registrations),
        bans=set(picture.bans),
        mailboxes=set(picture.mailboxes),
        presences=set(picture.presences),
        engines=set(picture.engines),
        version=True,
    )
    return Delta(change=change, rows=set(copy.unwritten), marks=set(copy.marks))


async def write(redis: aioredis.Redis, copy: Copy, delta: Delta, *, whole: bool) -> set[str]:
    """Make Redis equal to `copy` where `delta` says so, in one transaction; `whole` clears what was there.

    Returns which of the groups concerned somebody looks through. Asked in the same transaction, nobody falls
    between: who subscribed earlier is in the answer, who does so later reads a snapshot with this change.
    """
    picture, change = copy.picture, delta.change
    async with redis.pipeline(transaction=True) as pipe:
        if whole:
            pipe.delete(*keys.ALL)
        calls = {key: picture.calls[key].dump() if key in picture.calls else None for key in change.calls}
        _put(pipe, keys.CALLS, calls)
        _put(pipe, keys.REGISTRATIONS, _dumped(picture.registrations, change.registrations))
        _put(pipe, keys.BANS, _dumped(picture.bans, change.bans))
        _put(pipe, keys.MAILBOXES, _dumped(picture.mailboxes, change.mailboxes))
        _put(pipe, keys.ENGINES, _dumped(picture.engines, change.engines))
        _put(pipe, keys.PRESENCES, {user: picture.presences[user].encode() for user in change.presences})
        gone: dict[str, bytes | None] = dict.fromkeys(delta.written - delta.rows)
        _put(pipe, keys.UNWRITTEN, gone | _dumped(copy.unwritten, delta.rows))
        _put(pipe, keys.MARKS, {group: str(copy.marks[group]).encode() for group in delta.marks})
        pipe.mset({keys.VERSION: picture.version, keys.POSITION: copy.position, keys.NUMBER: copy.number})
        if whole:
            pipe.pubsub_channels(f"{SUBSCRIPTION}live.*")
        elif delta.marks:
            pipe.pubsub_numsub(*(SUBSCRIPTION + group for group in sorted(delta.marks)))
        answers = await pipe.execute()
    if whole:
        return {name.decode().removeprefix(SUBSCRIPTION) for name in answers[-1]}
    if delta.marks:
        return {name.decode().removeprefix(SUBSCRIPTION) for name, count in answers[-1] if count}
    return set()


K = TypeVar("K", str, int)


def _dumped(part: Mapping[K, object], changed: set[K]) -> dict[K, bytes | None]:
    return {key: orjson.dumps(part[key]) if key in part else None for key in changed}


def _put(pipe: Any, name: str, fields: Mapping[Any, bytes | None]) -> None:
    """None takes a field out."""
    keep = {key: data for key, data in fields.items() if data is not None}
    if keep:
        pipe.hset(name, mapping=keep)
    if len(keep) < len(fields):
        pipe.hdel(name, *(key for key, data in fields.items() if data is None))
