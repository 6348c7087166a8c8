"""Tell the engines: Redis first (they swap within milliseconds), then the copies on disk they start from.

The version row is the truth; all of this may fail or be killed and is made good by `catch_up`, which the hub calls.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import redis
from django.conf import settings

from portal.publish import versions
from portal.publish.versions import Published

log = logging.getLogger(__name__)

NUMBER, SNAPSHOT, CREDENTIALS = "config:number", "config:snapshot", "config:credentials"
CHANNEL = "config:version"
TIMEOUT = 1.0  # seconds; a save does not wait longer for a Redis that hangs

# KEYS number snapshot credentials; ARGV number snapshot credentials force
SET_IF_GREATER = """
if ARGV[4] ~= '1' and tonumber(ARGV[1]) <= tonumber(redis.call('GET', KEYS[1]) or '0') then return 0 end
redis.call('MSET', KEYS[1], ARGV[1], KEYS[2], ARGV[2], KEYS[3], ARGV[3])
redis.call('PUBLISH', 'config:version', ARGV[1])
return 1
"""


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.INSTANCE.redis_url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)


def announce(published: Published, *, force: bool = False) -> bool:
    """False when Redis does not answer; then the hub announces later. Never raises: the save holds."""
    try:
        _redis().eval(
            SET_IF_GREATER,
            3,
            NUMBER,
            SNAPSHOT,
            CREDENTIALS,
            published.number,
            published.snapshot,
            published.credentials,
            int(force),
        )
        told = True
    except redis.RedisError as error:
        log.warning("announce.postponed version=%s error=%s", published.number, error)
        told = False
    try:
        write_copies(settings.INSTANCE.published, published, force=force)
    except OSError as error:  # a full disk must not turn a saved change into an error
        log.error("announce.copies_failed version=%s error=%s", published.number, error)
    return told


def catch_up() -> int:
    """Announce until heads agree; called by the hub at start and every few seconds. Returns the head's number.
    Raises redis.RedisError while Redis is away. A fresh box gets its first version here.

    Redis and disk are read *before* the database: versions are announced after their commit, so if either is ahead of
    the database, the database was put back (a restored backup), and the database is right.
    """
    told = int(_redis().get(NUMBER) or 0)
    copied = _copied_number(settings.INSTANCE.published / "snapshot.json")
    if versions.head_number() == 0:
        from portal.publish.change import By, change  # change announces, so it imports this module

        with change(By(via="task"), why="First start") as work:
            work.republish = True
    number = versions.head_number()
    newest = versions.newest() if (told, copied) != (number, number) else None
    if newest:
        announce(newest, force=max(told, copied) > newest.number)
        log.info("announce.caught_up version=%s was=%s copied=%s", newest.number, told, copied)
    return number


def write_copies(folder: Path, published: Published, *, force: bool = False) -> None:
    """Whole or not at all, 0600, never older than what is there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(folder):
        if not force and _copied_number(folder / "snapshot.json") >= published.number:
            return
        _replace(folder / "credentials.sealed", published.credentials)
        _replace(folder / "snapshot.json", published.snapshot)


def _copied_number(path: Path) -> int:
    """The version stands in the first bytes of the document (versions.py puts it there)."""
    try:
        with open(path, "rb") as file:
            found = re.search(rb'"version":(\d+)', file.read(64))
    except FileNotFoundError:
        return 0
    return int(found[1]) if found else 0


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with open(folder / ".lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _replace(path: Path, data: bytes) -> None:
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
