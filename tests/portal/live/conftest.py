"""A place with a Redis of its own and, when asked for, a migrated database, a hub, a web process."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
import redis
from websockets.asyncio.client import connect

from tests.harness.place import Place
from tests.portal.live.feed import Feed


class LivePlace(Place):
    """Redis, database and hub as the product runs them, without engines."""

    def start_redis(self) -> redis.Redis:
        path = str(self.instance.redis_socket)
        self.start(
            "redis",
            ["redis-server", "--port", "0", "--unixsocket", path, "--save", "", "--dir", str(self.instance.run)],
        )
        client = redis.Redis(unix_socket_path=path, protocol=2)
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


LOGIN = """
import django
django.setup()
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from portal.business.models import User
user = User(username={username!r}, require_password_change=False, require_pin_change=False,
            is_server_administrator={administrator!r})
user.set_unusable_password()
user.save()
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.create()
print(user.pk, session.session_key)
"""


class WebPlace(LivePlace):
    """And the portal's ASGI application under uvicorn, as the product runs it."""

    def start_web(self) -> None:
        host, port = self.instance.http.host, str(self.instance.http.port)
        self.start(
            "web",
            [sys.executable, "-m", "uvicorn", "portal.asgi:application", "--host", host, "--port", port],
            {"DJANGO_SETTINGS_MODULE": "portal.settings.production"},
        )
        self.wait_for(self._web_answers, 40, "uvicorn to listen")

    def _web_answers(self) -> bool:
        try:
            with socket.create_connection((self.instance.http.host, self.instance.http.port), timeout=1):
                return True
        except OSError:
            return False

    def login(self, username: str, *, administrator: bool = False) -> tuple[int, str]:
        """A new user with an open session: (user id, session key)."""
        script = LOGIN.format(username=username, administrator=administrator)
        environment = {**self.environment, "DJANGO_SETTINGS_MODULE": "portal.settings.production"}
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True, timeout=60
        )
        user_id, session = done.stdout.split()
        return int(user_id), session

    def websocket(self, path: str, session: str, *, origin: str | None = None) -> AbstractAsyncContextManager[Any]:
        """A browser's connection; compare `websockets.asyncio.client.connect`."""
        return connect(
            f"ws://{self.instance.http}{path}",
            origin=origin or f"http://{self.instance.http}",  # type: ignore[arg-type]
            additional_headers={"Cookie": f"sessionid={session}"},
            proxy=None,
        )


@pytest.fixture
def web(empty_database: Path) -> Iterator[WebPlace]:
    """Redis, hub and web are running, nobody is logged in."""
    with WebPlace() as place:
        shutil.copy(empty_database, place.instance.var / "switchroom.db")
        place.start_redis()
        place.start_hub()
        place.start_web()
        yield place
