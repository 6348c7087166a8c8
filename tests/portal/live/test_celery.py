"""The workers and beat as they run: real processes on a real Redis."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from portal.broker import broker_url
from tests.harness.place import wait_for
from tests.portal.live.conftest import LivePlace
from tests.portal.live.feed import Feed

CELERY = [sys.executable, "-m", "celery", "-A"]
OPTIONS = ["worker", "-P", "threads", "--without-gossip", "--without-mingle", "-l", "INFO"]
WORKER = [*CELERY, "portal.celery", *OPTIONS]
CALLS = [*CELERY, "portal.calls_worker", *OPTIONS, "-n", "calls@%h", "-Q", "calls", "-c", "4"]
WORK = [*WORKER, "-n", "work@%h", "-Q", "default,apply,phones,mail", "-c", "4"]


def ask(place: LivePlace, script: str) -> str:
    """Run a few lines as a page would, in a process of their own."""
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{script}"],
        env={**place.environment, "DJANGO_SETTINGS_MODULE": "portal.settings.production"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("unix:///run/box/redis.sock", "redis+socket:///run/box/redis.sock"),
        ("redis://10.0.0.5:6379/0", "redis://10.0.0.5:6379/0"),
    ],
)
def test_the_broker_is_the_instances_own_redis(url: str, form: str) -> None:
    assert broker_url(url) == form


def test_a_verb_travels_from_a_page_through_the_worker_to_the_router_and_back(migrated: LivePlace, feed: Feed) -> None:
    migrated.start("calls-worker", CALLS)
    call = feed.start("101", "102")
    stop = threading.Event()
    router = threading.Thread(target=feed.obey, args=(stop,))
    router.start()
    try:
        migrated.wait_for(lambda: feed.redis.exists("alive:calls-worker"), 40, "the worker's sign of life")
        script = "from telephony import tasks\nprint(tasks.end_call.delay(call_id={!r}, by='ann').get(timeout=20))"
        assert "'ok': True" in ask(migrated, script.format(call.id))
        assert call.id not in feed.calls
        assert "This call is over already." in ask(migrated, script.format(call.id))
    finally:
        stop.set()
        router.join()


def test_beat_ticks_and_the_nights_work_is_done_once(migrated: LivePlace, feed: Feed) -> None:
    feed.redis.ping()
    run = migrated.instance.run
    migrated.start("worker", WORK)
    # two beats: the second must be harmless
    for name in ("beat", "beat2"):
        migrated.start(
            name, [sys.executable, "-m", "celery", "-A", "portal.beat", "beat", "-s", str(run / name), "--pidfile="]
        )
    ask(migrated, "from portal.tasks import nightly\nnightly.delay(); nightly.delay()")
    migrated.wait_for(lambda: feed.redis.exists("alive:worker", "alive:beat") == 2, 60, "worker and beat")
    night = [("emergency_proof", "done"), ("purge", "done")]
    listed = "SELECT kind, state FROM live_due ORDER BY kind"
    migrated.wait_for(lambda: [tuple(row) for row in migrated.query(listed)] == night, 40, "the night's work, once")
    assert len(migrated.query("SELECT id FROM phone_system_emergencyproof")) == 1


ONE_AT_A_TIME = """
import sys, time
from pathlib import Path
from portal.celery import OneAtATime, app
@app.task(base=OneAtATime, bind=True, queue="apply", name="test.apply")
def apply(self, folder):
    log = Path(folder) / "applied"
    with log.open("a") as out: out.write("in ")
    time.sleep(0.4)
    with log.open("a") as out: out.write("out ")
"""


def test_tasks_of_the_apply_queue_run_one_at_a_time(migrated: LivePlace, feed: Feed, tmp_path: Path) -> None:
    feed.redis.ping()
    (tmp_path / "slow_apply.py").write_text(ONE_AT_A_TIME)
    worker = [part if part != "portal.celery" else "slow_apply:app" for part in WORK]
    path = f"{tmp_path}:{migrated.environment['PYTHONPATH']}"
    migrated.start("worker", worker, {"PYTHONPATH": path})
    migrated.environment["PYTHONPATH"] = path
    ask(migrated, f"from slow_apply import apply\nfor _ in range(3): apply.delay({str(tmp_path)!r})")
    log = tmp_path / "applied"
    wait_for(lambda: log.exists() and log.read_text().count("out") == 3, 60, "three runs")
    assert log.read_text() == "in out " * 3


def test_a_page_hears_at_once_that_redis_is_away(place: LivePlace) -> None:
    script = (
        "from portal.live.verbs import ask\nfrom telephony import tasks\n"
        "print(ask(tasks.end_call, call_id='c', by='ann')['error'])"
    )
    assert "Redis does not answer" in ask(place, script)
