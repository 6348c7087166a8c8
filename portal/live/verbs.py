"""Call-control verbs from a page: ring the task's doorbell, wait for the switch's answer, give back a sentence."""

from __future__ import annotations

import logging
from typing import Any

from celery.exceptions import TimeoutError as CeleryTimeout
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

import portal.celery  # noqa: F401  # the app must exist before a shared task is called
from telephony.tasks import Verdict

log = logging.getLogger(__name__)

PATIENCE = 8.0  # seconds; the router answers in milliseconds or not at all


def ask(task: Any, **arguments: Any) -> Verdict:
    """Never raises for a switch, worker or Redis that is away: the Verdict says so."""
    try:
        verdict: Verdict = task.apply_async(kwargs=arguments).get(timeout=PATIENCE)
    except (OperationalError, RedisError, RuntimeError):  # RuntimeError: Celery's result store gave up reconnecting
        return Verdict(
            ok=False, error="The switch cannot be reached: Redis does not answer. Nothing was done.", call_id=""
        )
    except CeleryTimeout:
        log.warning("verb.unanswered task=%s", task.name)
        return Verdict(
            ok=False,
            error="Nobody answered: the calls worker does not run, or the switch is busy. Look whether it happened.",
            call_id="",
        )
    return verdict
