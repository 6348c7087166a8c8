"""Celery: doorbells. A task carries an id or a message, its body is one call; no task sleeps.

How an instance runs it (three processes, of which only the second knows Django; `$VAR` is SWITCHROOM_VAR):

    celery -A portal.calls_worker worker -n calls@%h -Q calls -P threads -c 8 --without-gossip --without-mingle -l INFO
    celery -A portal.celery worker -n work@%h -Q default,apply,phones,mail -P threads -c 4 \\
        --without-gossip --without-mingle -l INFO
    celery -A portal.beat beat -s $VAR/run/beat -l INFO --pidfile=

Two instances on one machine never meet: the broker is the instance's own Redis, on its own socket.

queue      what                                          how
calls      call-control verbs (telephony/tasks.py)       a verb older than 10 s is dropped, never rung late
default    tick, nightly, what is due, imports           any order, any number at once
apply      rendering and applying the box's services     one at a time: `OneAtATime` below
phones     reboots and pushes to telephones
mail       notifications, escalations

Acknowledgement is early (Celery's default, written out below): a task whose worker was killed is lost, not
run again, because nothing may ring twice. What must survive a kill is a row of `Due`, whose claim outlives
the worker and is taken up again when its kind says so (portal/live/due.py).
"""

from __future__ import annotations

import fcntl
import logging
import os
from pathlib import Path
from typing import Any

from celery import Celery, Task
from kombu.exceptions import OperationalError

import instance
from portal.broker import CONFIGURATION

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")

app = Celery("switchroom", include=["telephony.tasks", "portal.tasks"])
app.conf.update(**CONFIGURATION)


SOONER_SECONDS = 5.0  # after that the next tick of beat has come by itself


def tick_now() -> None:
    """What was put on the list just now is served at once, not at the next tick. Never raises: it is only sooner."""
    try:
        app.send_task("portal.tasks.tick", queue="default", expires=SOONER_SECONDS)
    except OperationalError as error:
        logging.getLogger(__name__).warning("celery.tick_postponed error=%s", error)


class OneAtATime(Task):
    """Base of every task of queue `apply`: the box is changed by one hand at a time.

    A lock on `var/run/apply.lock` holds across threads and workers and is released by the kernel when a worker
    is killed. Who finds it taken comes back in a second instead of blocking a thread; the order does not
    matter, because such a task makes true what the database says when it runs.
    """

    abstract = True
    max_retries = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        path = Path(instance.load().run) / "apply.lock"
        with path.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise self.retry(countdown=1) from None
            return super().__call__(*args, **kwargs)
