"""Due: each row is claimed once, however many tick; a dead claim comes back only where that is allowed."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.live import due
from portal.live.due import Kind
from portal.live.models import Due
from tests.portal.live.conftest import LivePlace

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
served: list[tuple[str, dict[str, Any]]] = []


def note(key: str, payload: dict[str, Any]) -> None:
    served.append((key, payload))


def fail(key: str, payload: dict[str, Any]) -> None:
    raise RuntimeError("the printer is on fire")


@pytest.fixture(autouse=True)
def _nothing_served() -> None:
    served.clear()


@pytest.mark.django_db
def test_what_is_due_is_served_once_and_what_is_not_waits() -> None:
    kinds = {"note": Kind(run=note, retry=True)}
    assert due.put("note", "now", NOW, {"to": "ann"})
    assert not due.put("note", "now", NOW)  # once per key
    due.put("note", "later", NOW + timedelta(minutes=1))
    [(row, mark, _)] = due.claim(kinds, NOW)
    assert due.claim(kinds, NOW) == []
    assert due.serve(row, mark, kinds, NOW)
    assert not due.serve(row, mark, kinds, NOW)  # the doorbell rang twice
    assert served == [("now", {"to": "ann"})]
    assert due.claim(kinds, NOW) == []


@pytest.mark.django_db
def test_a_claim_whose_worker_died_is_taken_again_when_it_may_run_twice() -> None:
    kinds = {"note": Kind(run=note, retry=True, patience=timedelta(minutes=10))}
    due.put("note", "a", NOW)
    [(row, dead, _)] = due.claim(kinds, NOW)
    assert due.claim(kinds, NOW + timedelta(minutes=9)) == []
    [(row, mark, _)] = due.claim(kinds, NOW + timedelta(minutes=11))
    assert not due.serve(row, dead, kinds, NOW)  # the dead one comes back to life too late
    assert due.serve(row, mark, kinds, NOW)
    assert len(served) == 1


@pytest.mark.django_db
def test_a_claim_whose_worker_died_has_failed_when_it_must_not_run_twice() -> None:
    kinds = {"note": Kind(run=note, retry=False)}
    due.put("note", "a", NOW)
    due.claim(kinds, NOW)
    assert due.claim(kinds, NOW + timedelta(minutes=11)) == []
    assert Due.objects.get().state == "failed"


@pytest.mark.django_db
def test_what_raises_has_failed_and_is_not_tried_for_ever() -> None:
    kinds = {"fail": Kind(run=fail, retry=True)}
    due.put("fail", "a", NOW)
    [(row, mark, _)] = due.claim(kinds, NOW)
    assert not due.serve(row, mark, kinds, NOW)
    assert Due.objects.get().state == "failed"
    assert due.claim(kinds, NOW + timedelta(hours=1)) == []


@pytest.mark.django_db
def test_a_doorbell_that_could_not_be_rung_gives_its_claim_back() -> None:
    kinds = {"note": Kind(run=note, retry=False)}
    due.put("note", "a", NOW)
    [(row, mark, _)] = due.claim(kinds, NOW)
    due.release(row, mark)
    assert len(due.claim(kinds, NOW)) == 1


RACE = """
import sys, django
django.setup()
from datetime import UTC, datetime
from portal.live import due
print("ready", flush=True)
sys.stdin.readline()
kinds = {"race": due.Kind(run=print, retry=True)}
taken = due.claim(kinds, datetime.now(UTC))
print(" ".join(str(row) for row, _, _ in taken))
"""


def test_two_ticks_racing_share_the_rows_without_taking_one_twice(migrated: LivePlace) -> None:
    with sqlite3.connect(migrated.instance.var / "switchroom.db") as database:
        database.executemany(
            "INSERT INTO live_due (kind, key, at, state, claim, payload)"
            " VALUES ('race', ?, '2020-01-01 00:00:00', 'waiting', '', '{}')",
            [(f"row {number}",) for number in range(150)],
        )
    environment = {**migrated.environment, "DJANGO_SETTINGS_MODULE": "portal.settings.production"}
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACE], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:  # both are set up: now they start together
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    taken = [racer.communicate(timeout=60)[0].split() for racer in racers]
    assert len(taken[0]) + len(taken[1]) == 150
    assert not set(taken[0]) & set(taken[1])
