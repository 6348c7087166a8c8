from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis as redis_py
from django.conf import settings
from django.db import connection


@pytest.fixture
def redis() -> Iterator[redis_py.Redis]:
    """A private Redis at the instance's own socket."""
    socket = settings.INSTANCE.redis_socket
    socket.parent.mkdir(mode=0o700, exist_ok=True)
    server = subprocess.Popen(
        ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(socket.parent)],
        stdout=subprocess.DEVNULL,
    )
    client = redis_py.Redis.from_url(settings.INSTANCE.redis_url)
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                client.ping()
                break
            except redis_py.ConnectionError:
                assert time.monotonic() < deadline, "redis-server does not start"
                time.sleep(0.02)
        yield client
    finally:
        client.close()
        server.terminate()
        server.wait(10)
        socket.unlink(missing_ok=True)


@pytest.fixture
def other_process() -> dict[str, str]:
    """The environment in which another process works on this test's database and folder."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{Path(found['NAME'])}"
    else:
        url = f"postgresql://{found['USER']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"
    return {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "portal.settings.test"}
