"""Whole instances, started as `make run` starts them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from instance import SOURCE
from ops.processes import PYTHON, processes
from tests.harness.house import House
from tests.ops import shim

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    house = House()
    try:
        yield house.open(120)
    finally:
        house.close()


def members(house: House) -> list[str]:
    """Every process, of whatever parent, that was started for this state folder."""
    mark = f"SWITCHROOM_VAR={house.instance.var}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        try:
            ours = entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0")
            if ours and (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
                found.append(f"{entry.name} {(entry / 'comm').read_text().strip()}")
        except OSError:
            continue  # ended meanwhile
    return found


def start_again(house: House, **more: str) -> tuple[int, str]:
    """A second start with this house's settings."""
    done = shim.run([PYTHON, "-m", "ops.start"], environ={**house.environment, **more}, cwd=SOURCE)
    return done.returncode, done.stderr


def test_two_instances_do_not_meet_and_ctrl_c_ends_one_without_a_child(house: House) -> None:
    with House() as other:
        ann = other.hire("Ann", "Meyer")
        assert ann.username in [row["username"] for row in other.rows("users/")]
        assert ann.username not in [row["username"] for row in house.rows("users/")]
        assert len(members(other)) >= len(processes(other.instance))

        os.kill(other.processes["house"].pid, signal.SIGINT)
        assert other.processes["house"].popen.wait(60) == 0
        assert members(other) == []
        assert house.healthy()

        # the second start finds everything as it was left
        other.start("house", [PYTHON, "-m", "ops.start"])
        other.wait_for(other.healthy, 60, "the second start")
        assert ann.username in [row["username"] for row in other.rows("users/")]


def test_a_second_start_with_the_same_state_folder_is_refused_in_a_sentence(house: House) -> None:
    status, text = start_again(house)
    assert status == 1
    assert f"Switchroom already runs with the state folder {house.instance.var}" in text
    assert len(text.splitlines()) == 1
    assert house.healthy()


def test_a_start_on_taken_addresses_names_them_and_starts_nothing(house: House, tmp_path: Path) -> None:
    status, text = start_again(house, SWITCHROOM_VAR=str(tmp_path / "var"))
    assert status == 1
    assert f"Port {house.instance.http.port} (tcp) of {house.instance.http.host} is taken by nginx (process " in text
    assert "set SWITCHROOM_SIP to another one." in text
    assert not (tmp_path / "var" / "switchroom.db").exists()


@pytest.mark.parametrize("name", ["hub", "router", "relay", "switch", "media", "worker"])
def test_health_names_a_part_that_was_stopped_and_forgets_it_when_it_is_back(name: str, house: House) -> None:
    house.control("stop", name)
    try:
        house.wait_for(
            lambda: house.health().startswith("503") and f"\n{name}: " in "\n" + house.health()[4:],
            30,
            f"health to name {name}",
        )
    finally:
        house.control("start", name)
    house.wait_for(house.healthy, 60, f"health after {name} is back")


def test_a_killed_process_is_back_without_anybody_s_help(house: House) -> None:
    before = house.pids("web")[0]
    os.kill(before, signal.SIGKILL)
    house.wait_for(lambda: house.healthy() and house.pids("web")[0] != before, 60, "web to be back")


def test_the_front_answers_with_tls_and_the_instance_s_certificate(house: House) -> None:
    answer = house.http.get(
        f"https://{house.instance.https}/health/", verify=str(house.instance.keys / "tls.crt"), timeout=5
    )
    assert answer.status_code == 200


def test_static_files_come_from_the_front_and_paths_do_not_escape(house: House) -> None:
    url = house.url("/static/vendor/htmx/htmx.min.js")
    answer = house.http.get(url, timeout=5)
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for path in ("/static/../keys/django.key", "/static/%2e%2e/keys/django.key", "/static../keys/django.key"):
        assert house.http.get(house.url(path), timeout=5).status_code in (400, 403, 404)
    assert house.http.get(house.url("/protected/anything"), timeout=5).status_code == 404
