"""What every Celery process of an instance has in common: the broker, the queues, how tasks behave, its sign of life.

No Django here: beat and the worker of the call-control verbs need none, and are half as large without it.
"""

from __future__ import annotations

import logging
import os
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import redis
from celery.signals import heartbeat_sent

import instance

RESULT_SECONDS = 60
ONCE_MORE = {"max_retries": 1, "interval_start": 0.1, "interval_step": 0.0, "interval_max": 0.1}


def broker_url(redis_url: str) -> str:
    """kombu's form of the instance's Redis URL: a unix socket is `redis+socket:///path` there."""
    parts = urlsplit(redis_url)
    return f"redis+socket://{parts.path}" if parts.scheme == "unix" else redis_url


# Celery's line per received and finished task says nothing new every 5 s; failures are still logged
for chatter in ("celery.worker.strategy", "celery.app.trace", "celery.beat"):
    logging.getLogger(chatter).setLevel(logging.WARNING)

CONFIGURATION: dict[str, Any] = {
    "broker_url": broker_url(instance.load().redis_url),
    "result_backend": broker_url(instance.load().redis_url),
    "result_expires": RESULT_SECONDS,
    "task_ignore_result": True,  # only the verbs have an answer, and say so themselves
    "accept_content": ["json"],
    "task_serializer": "json",
    "result_serializer": "json",
    "task_default_queue": "default",
    "task_create_missing_queues": False,
    "task_queues": {
        name: {"exchange": name, "routing_key": name} for name in ("calls", "default", "apply", "phones", "mail")
    },
    "task_routes": {"telephony.tasks.*": {"queue": "calls"}, "portal.tasks.*": {"queue": "default"}},
    "worker_prefetch_multiplier": 1,  # a waiting verb must not stand behind a slow one of the same worker
    "task_acks_late": False,
    "task_reject_on_worker_lost": False,
    "worker_hijack_root_logger": False,
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    # a page that rings a doorbell while Redis is away must hear so at once
    "task_publish_retry_policy": ONCE_MORE,
    "result_backend_transport_options": {"retry_policy": ONCE_MORE},
    "redis_socket_timeout": 10.0,
    "redis_retry_on_timeout": True,
    "timezone": "UTC",
}

# docs/messages.md, "Signs of life": the first part of a worker's name (-n) -> its key
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
