"""The live picture as pages and API read it: the hub's copy in Redis.

    seen = picture.calls()
    seen.items      a tuple of CallView (portal/live/call.py), oldest call first
    seen.problem    "" or a sentence for the page: why the list is missing or may be old
    seen.number     the last difference it contains (WebSocket consumers)

Every function answers within 2 s and never raises because Redis or the hub is away: the page is shown with the
sentence. `acalls()`, `aregistrations()`, ... are the same for asyncio code.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Generic, TypeVar, cast

import orjson
import redis
from asgiref.sync import sync_to_async
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from portal.live import keys
from portal.live.call import Call, CallView, load
from portal.live.fold import Ban, Engine, MailboxCount, Registration

T = TypeVar("T")

AWAY = "Live information is not available: Redis does not answer."
STALE = "Live information may be old: the hub is not running."


@dataclass(frozen=True, slots=True)
class Seen(Generic[T]):
    items: tuple[T, ...] = ()
    problem: str = ""
    number: int = 0


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(
        settings.INSTANCE.redis_url,
        protocol=2,
        socket_connect_timeout=1,
        socket_timeout=2,
        retry=Retry(NoBackoff(), 1),  # once, for a connection that Redis closed meanwhile
    )


def _seen(name: str, parse: Callable[[dict[bytes, bytes]], list[T]]) -> Seen[T]:
    pipe = _redis().pipeline(transaction=True)
    pipe.hgetall(name)
    pipe.get(keys.NUMBER)
    pipe.exists(keys.ALIVE)
    try:
        fields, number, alive = pipe.execute()
        return Seen(tuple(parse(fields)), "" if alive else STALE, int(number or 0))
    except redis.RedisError:
        return Seen(problem=AWAY)


def _loads(fields: dict[bytes, bytes]) -> list[Call]:
    calls = []
    for data in fields.values():
        try:
            calls.append(load(data))
        except (TypeError, ValueError, KeyError):
            continue  # written by another issue of the hub, which is about to rewrite it
    return sorted((call for call in calls if call.begun), key=lambda call: (call.started, call.id))


def _values(fields: dict[bytes, bytes]) -> list[dict[str, object]]:
    return [orjson.loads(fields[key]) for key in sorted(fields)]


def calls() -> Seen[CallView]:
    return _seen(keys.CALLS, lambda fields: [call.view() for call in _loads(fields)])


def calls_of(user_id: int) -> Seen[CallView]:
    """The calls this user takes part in."""
    return _seen(keys.CALLS, lambda fields: [c.view() for c in _loads(fields) if user_id in c.users])


def registrations() -> Seen[Registration]:
    """Stations registered now, by station."""
    now = time.time()
    return _seen(
        keys.REGISTRATIONS,
        lambda fields: [r for r in cast("list[Registration]", _values(fields)) if r["registered_until"] > now],
    )


def bans() -> Seen[Ban]:
    now = time.time()
    return _seen(keys.BANS, lambda fields: [b for b in cast("list[Ban]", _values(fields)) if b["until"] > now])


def mailboxes() -> Seen[MailboxCount]:
    return _seen(keys.MAILBOXES, lambda fields: cast("list[MailboxCount]", _values(fields)))


def mailbox_of(user_id: int) -> Seen[MailboxCount]:
    """One item, or none while the router has not counted."""
    seen = mailboxes()
    return Seen(tuple(count for count in seen.items if count["user_id"] == user_id), seen.problem, seen.number)


def engines() -> Seen[Engine]:
    return _seen(keys.ENGINES, lambda fields: cast("list[Engine]", _values(fields)))


def presences() -> Seen[tuple[int, str]]:
    """(user id, presence), for users whose presence was ever changed."""
    return _seen(keys.PRESENCES, lambda fields: sorted((int(k), v.decode()) for k, v in fields.items()))


def presence_of(user_id: int) -> Seen[str]:
    """One item, or none for somebody who never changed it."""
    seen = presences()
    return Seen(tuple(presence for user, presence in seen.items if user == user_id), seen.problem, seen.number)


def user_state(name: str) -> dict[bytes, bytes]:
    """A hash of user state as the router keeps it (docs/messages.md). Raises redis.RedisError."""
    return cast("dict[bytes, bytes]", _redis().hgetall(name))


def version_in_force() -> tuple[int, str]:
    """The configuration version the router obeys (0: not known), and the problem, if any."""
    try:
        return int(_redis().get(keys.VERSION) or 0), ""
    except redis.RedisError:
        return 0, AWAY


def mark(group: str) -> tuple[int, str]:
    """(number of the newest difference of this Channels group, problem)."""
    pipe = _redis().pipeline(transaction=True)
    pipe.hget(keys.MARKS, group)
    pipe.exists(keys.ALIVE)
    try:
        number, alive = pipe.execute()
        return int(number or 0), "" if alive else STALE
    except redis.RedisError:
        return 0, AWAY


# Redis answers in tens of microseconds, but when it hangs the event loop must not hang with it.
acalls = sync_to_async(calls, thread_sensitive=False)
acalls_of = sync_to_async(calls_of, thread_sensitive=False)
aregistrations = sync_to_async(registrations, thread_sensitive=False)
abans = sync_to_async(bans, thread_sensitive=False)
amailbox_of = sync_to_async(mailbox_of, thread_sensitive=False)
apresence_of = sync_to_async(presence_of, thread_sensitive=False)
aengines = sync_to_async(engines, thread_sensitive=False)
amark = sync_to_async(mark, thread_sensitive=False)
