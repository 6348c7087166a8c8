from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from tests.harness.place import Place


def answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


@pytest.fixture
def place() -> Iterator[Place]:
    """A place with a Redis of its own."""
    with Place() as place:
        path = str(place.instance.redis_socket)
        place.start(
            "redis", ["redis-server", "--port", "0", "--unixsocket", path, "--save", "", "--dir", str(place.folder)]
        )
        client = redis.Redis(unix_socket_path=path)
        place.wait_for(lambda: answers(client), 20, "Redis to answer")
        yield place


@pytest.fixture
def client(place: Place) -> redis.Redis:
    return redis.Redis.from_url(place.instance.redis_url, protocol=2)
