"""GET /health/: 200 when every part does its work, otherwise 503 naming the missing ones."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.test import Client

import instance
from instance import Endpoint, Instance
from ops import render
from ops.processes import program
from portal.home import health

pytestmark = pytest.mark.django_db


class Relay:
    """Answers rtpengine's ng ping on a port of its own."""

    def __init__(self, answer: bytes = b"d6:result4:ponge") -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.answer = answer
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                question, peer = self.socket.recvfrom(512)
                cookie, _, body = question.partition(b" ")
                if body == b"d7:command4:pinge":
                    self.socket.sendto(cookie + b" " + self.answer, peer)
            except OSError:  # closed
                return


@pytest.fixture
def relay() -> Iterator[Relay]:
    one = Relay()
    yield one
    one.socket.close()


@pytest.fixture
def inst(relay: Relay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Instance:
    """The settings' instance, with its own Redis socket, and the relay's control port where `Relay` listens."""
    found = instance.load({"SWITCHROOM_VAR": str(tmp_path), "SWITCHROOM_PORT_BASE": str(relay.port - 1)})
    assert found.relay_control == Endpoint("127.0.0.1", relay.port)
    found.run.mkdir(parents=True)
    monkeypatch.setattr(settings, "INSTANCE", found)
    return found


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_kept", (float("-inf"), []))


@pytest.fixture
def signs(inst: Instance) -> Iterator[redis.Redis]:
    """A real Redis in which every part has left its sign of life."""
    config = inst.run / "redis.conf"
    config.write_text(render.redis(inst))
    process = subprocess.Popen([program("redis-server"), str(config)], stdout=subprocess.DEVNULL)
    client = redis.Redis.from_url(inst.redis_url)
    deadline = time.monotonic() + 10
    while True:
        try:
            client.ping()
            break
        except redis.ConnectionError:
            assert time.monotonic() < deadline, "redis-server did not start"
            time.sleep(0.02)
    for name in health.SIGNS_OF_LIFE:
        client.set(f"alive:{name}", "alive", ex=60)
    yield client
    client.close()
    process.terminate()
    process.wait(10)


def ask() -> tuple[int, list[str]]:
    answer = Client().get("/health/")
    assert answer["Content-Type"].startswith("text/plain")
    return answer.status_code, answer.content.decode().splitlines()


def test_it_says_200_and_a_line_per_part_when_all_are_there(signs: redis.Redis) -> None:
    signs.set("alive:media", "4 idle")
    status, lines = ask()
    assert status == 200
    assert "media: 4 idle" in lines
    assert {line.partition(":")[0] for line in lines} == {
        *health.SIGNS_OF_LIFE,
        "redis",
        "database",
        "relay",
        "web",
    }


@pytest.mark.parametrize("name", health.SIGNS_OF_LIFE)
def test_it_says_503_and_names_the_part_without_a_sign_of_life(name: str, signs: redis.Redis) -> None:
    signs.delete(f"alive:{name}")
    assert ask() == (503, [f"{name}: no sign of life"])


def test_it_names_the_relay_that_does_not_answer(signs: redis.Redis, relay: Relay) -> None:
    relay.socket.close()
    assert ask() == (503, ["relay: does not answer"])


def test_it_names_the_relay_that_answers_wrongly(signs: redis.Redis, relay: Relay) -> None:
    relay.answer = b"d6:result5:errore"
    assert ask() == (503, ["relay: answers wrongly"])


def test_without_redis_it_says_so_and_that_the_rest_is_unknown(inst: Instance) -> None:
    status, lines = ask()
    assert status == 503
    assert lines[0] == "redis: cannot be reached"
    assert "router: unknown without redis" in lines


def test_an_answer_is_kept_for_a_second_and_no_longer(signs: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask()[0] == 200
    signs.delete("alive:hub")
    assert ask()[0] == 200
    monkeypatch.setattr(health, "KEEP_SECONDS", 0.0)
    assert ask() == (503, ["hub: no sign of life"])


def test_it_can_only_be_asked(inst: Instance) -> None:
    assert Client().post("/health/").status_code == 405


def test_a_part_cannot_write_lines_of_its_own_into_the_answer(signs: redis.Redis) -> None:
    signs.set("alive:media", "1 idle\nswitch: down")
    assert "media: 1 idleswitch: down" in ask()[1]
