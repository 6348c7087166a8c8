"""GET /health/: does the system take calls? 200 when every part does its work, 503 naming those that do not.

For people, `make run`, monitoring and tests; plain text, one line per part, no secrets. Facts are cheap: signs of life
in Redis (docs/messages.md), a ping to the relay, one trivial query. Asked again at most once a second, so a monitor or
a stranger who asks all day costs nothing.
"""

from __future__ import annotations

import logging
import secrets
import socket
import time
from dataclasses import dataclass

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from instance import Endpoint
from portal.access.guard import open_to

log = logging.getLogger(__name__)

# Parts with a sign of life in Redis, in the order of docs/architecture.md section 1.
SIGNS_OF_LIFE = ("switch", "router", "media", "hub", "calls-worker", "worker", "beat")
KEEP_SECONDS = 1.0
REDIS_SECONDS = 1.0
RELAY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    well: bool
    text: str

    def __str__(self) -> str:
        return f"{self.name}: {self.text}"


def database() -> Part:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        log.warning("health.database error=%s", type(error).__name__)
        return Part("database", False, "cannot be reached")
    return Part("database", True, "answers")


def live_parts(redis_url: str) -> list[Part]:
    """Redis itself and every part that leaves its sign of life there."""
    try:
        with redis.Redis.from_url(
            redis_url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS, decode_responses=True
        ) as client:
            signs = client.mget([f"alive:{name}" for name in SIGNS_OF_LIFE])
    except redis.RedisError as error:
        log.warning("health.redis error=%s", type(error).__name__)
        unknown = [Part(name, False, "unknown without redis") for name in SIGNS_OF_LIFE]
        return [Part("redis", False, "cannot be reached"), *unknown]
    parts = [
        Part(name, sign is not None, "no sign of life" if sign is None else _readable(sign))
        for name, sign in zip(SIGNS_OF_LIFE, signs, strict=True)
    ]
    return [Part("redis", True, "answers"), *parts]


def _readable(sign: str) -> str:
    """The short text a part left, on one line."""
    return "".join(letter for letter in sign[:80] if letter.isprintable()) or "alive"


def relay(control: Endpoint) -> Part:
    """rtpengine's ng protocol: a cookie, then a bencoded dictionary; `ping` is answered by `pong`."""
    cookie = secrets.token_hex(4).encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(RELAY_SECONDS)
        try:
            client.connect((control.host, control.port))
            client.send(cookie + b" d7:command4:pinge")
            answer = client.recv(512)
        except OSError:
            return Part("relay", False, "does not answer")
    well = answer.startswith(cookie) and b"4:pong" in answer
    return Part("relay", well, "answers" if well else "answers wrongly")


def parts() -> list[Part]:
    inst = settings.INSTANCE
    return [database(), relay(inst.relay_control), *live_parts(inst.redis_url), Part("web", True, "answers")]


_kept: tuple[float, list[Part]] = (float("-inf"), [])


def recent_parts() -> list[Part]:
    """`parts()`, at most `KEEP_SECONDS` old."""
    global _kept
    now = time.monotonic()
    if now - _kept[0] > KEEP_SECONDS:
        _kept = (now, parts())
    return _kept[1]


@open_to("anybody")
@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    found = recent_parts()
    missing = [part for part in found if not part.well]
    shown = missing or found  # what is missing is what the reader of a 503 wants to know
    text = "".join(f"{part}\n" for part in shown)
    answer = HttpResponse(text, status=503 if missing else 200, content_type="text/plain; charset=utf-8")
    answer._has_been_logged = True  # type: ignore[attr-defined]  # Django logs a 503 as our error; here it is an answer
    return answer
