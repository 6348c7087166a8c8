"""A place with a Redis of its own and, when asked for, a migrated database, a hub, a web process."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.harness.place import Place
from tests.portal.live.feed import Feed


class LivePlace(Place):
    """Redis, database and hub as the product runs them, without engines."""

    def start_redis(self) -> redis.Redis:
        socket = str(self.instance.redis_socket)
        self.start(
            "redis",
            ["redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--dir", str(self.instance.run)],
        )
        client = redis.Redis(unix_socket_path=socket, protocol=2)
        self.wait_for(lambda: answers(client), 10, "Redis to answer")
        return client

    def start_hub(self) -> None:
        self.start("hub", [sys.executable, "manage.py", "hub"])

    def kill_hub(self) -> None:
        self.kill("hub")

    def query(self, sql: str) -> list[Any]:
        """Read the portal's SQLite file beside the running processes."""
        with sqlite3.connect(f"file:{self.instance.var / 'switchroom.db'}?mode=ro", uri=True, timeout=10) as database:
            return database.execute(sql).fetchall()

    def records(self) -> int:
        return int(self.query("SELECT count(*) FROM live_callrecord")[0][0])


def answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


@pytest.fixture
def place() -> Iterator[LivePlace]:
    with LivePlace() as place:
        yield place


@pytest.fixture
def own_redis(place: LivePlace) -> redis.Redis:
    return place.start_redis()


@pytest.fixture
def feed(place: LivePlace, own_redis: redis.Redis) -> Feed:
    return Feed(place.instance.redis_url)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, made once: migrating takes seconds."""
    with LivePlace() as place:
        place.manage("migrate", "--skip-checks", "--verbosity", "0", seconds=110)
        target = tmp_path_factory.mktemp("database") / "empty.db"
        with sqlite3.connect(place.instance.var / "switchroom.db") as source, sqlite3.connect(target) as copy:
            source.backup(copy)
    return target


@pytest.fixture
def migrated(place: LivePlace, empty_database: Path) -> LivePlace:
    shutil.copy(empty_database, place.instance.var / "switchroom.db")
    return place
