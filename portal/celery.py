"""Celery: doorbells. A task carries an id or a message, its body is one call; no task sleeps.

How an instance runs it (three processes; `$VAR` is SWITCHROOM_VAR):

    celery -A portal.celery worker -n calls@%h -Q calls -P threads -c 8 --without-gossip --without-mingle -l INFO
    celery -A portal.celery worker -n work@%h -Q default,apply,phones,mail -P threads -c 4 \\
        --without-gossip --without-mingle -l INFO
    celery -A portal.celery beat -s $VAR/run/beat -l INFO --pidfile=

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
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import redis
from celery import Celery, Task
from celery.schedules import crontab
from celery.signals import heartbeat_sent

import instance

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")

TICK_SECONDS = 5.0
RESULT_SECONDS = 60
ONCE_MORE = {"max_retries": 1, "interval_start": 0.1, "interval_step": 0.0, "interval_max": 0.1}


def broker_url(redis_url: str) -> str:
    """kombu's form of the instance's Redis URL: a unix socket is `redis+socket:///path` there."""
    parts = urlsplit(redis_url)
    return f"redis+socket://{parts.path}" if parts.scheme == "unix" else redis_url


# Celery's line per received and finished task says nothing new every 5 s; failures are still logged
for chatter in ("celery.worker.strategy", "celery.app.trace", "celery.beat"):
    logging.getLogger(chatter).setLevel(logging.WARNING)

app = Celery("switchroom", include=["telephony.tasks", "portal.tasks"])
app.conf.update(
    broker_url=broker_url(instance.load().redis_url),
    result_backend=broker_url(instance.load().redis_url),
    result_expires=RESULT_SECONDS,
    task_ignore_result=True,  # only the verbs have an answer, and say so themselves
    accept_content=["json"],
    task_serializer="json",
    result_serializer="json",
    task_default_queue="default",
    task_create_missing_queues=False,
    task_queues={
        name: {"exchange": name, "routing_key": name} for name in ("calls", "default", "apply", "phones", "mail")
    },
    task_routes={"telephony.tasks.*": {"queue": "calls"}, "portal.tasks.*": {"queue": "default"}},
    worker_prefetch_multiplier=1,  # a waiting verb must not stand behind a slow one of the same worker
    task_acks_late=False,
    task_reject_on_worker_lost=False,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # a page that rings a doorbell while Redis is away must hear so at once
    task_publish_retry_policy=ONCE_MORE,
    result_backend_transport_options={
        "retry_policy": ONCE_MORE,
    },
    redis_socket_timeout=10.0,
    redis_retry_on_timeout=True,
    timezone="UTC",
    beat_schedule={
        # a tick that nobody took before the next one is worthless
        "tick": {"task": "portal.tasks.tick", "schedule": TICK_SECONDS, "options": {"expires": TICK_SECONDS}},
        "nightly": {"task": "portal.tasks.nightly", "schedule": crontab(hour="3", minute="10")},
    },
)


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


# docs/messages.md, "Signs of life": the first part of a worker's name (-n above) -> its key
ALIVE = {"calls": "alive:calls-worker", "work": "alive:worker"}
ALIVE_SECONDS = 10


@heartbeat_sent.connect
def say_that_we_live(sender: Any = None, **_: Any) -> None:
    """Every 2 s, from the worker's own loop: it is connected to the broker and takes tasks."""
    key = ALIVE.get(sender.eventer.hostname.partition("@")[0])
    if key:
        try:
            _redis().set(key, f"pid {os.getpid()}", ex=ALIVE_SECONDS)
        except redis.RedisError:
            return  # then nobody reads it either


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(instance.load().redis_url, socket_timeout=2, socket_connect_timeout=2)
