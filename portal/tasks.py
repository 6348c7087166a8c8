"""The portal's Celery tasks: doorbells for code that lives elsewhere (portal/celery.py says how they run).

KINDS is the whole list of things that can be due; a slice that needs another adds its line.
"""

from __future__ import annotations

from typing import Any

import redis
from celery import shared_task
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from portal.live import due, purge
from portal.live.due import Kind

ALIVE_BEAT = "alive:beat"  # docs/messages.md, "Signs of life"
ALIVE_BEAT_SECONDS = 20


def _purge(key: str, payload: dict[str, Any]) -> None:
    purge.purge(timezone.now())


KINDS: dict[str, Kind] = {
    "purge": Kind(run=_purge, retry=True),
}


@shared_task
def tick() -> int:
    """Every 5 s: ring for what is due. Returns how many."""
    with redis.Redis.from_url(settings.INSTANCE.redis_url, socket_timeout=2) as client:
        client.set(ALIVE_BEAT, "ticks", ex=ALIVE_BEAT_SECONDS)
    taken = due.claim(KINDS, timezone.now())
    for row_id, mark, kind in taken:
        try:
            serve_due.apply_async(args=(row_id, mark), queue=kind.queue)
        except OperationalError:
            due.release(row_id, mark)
    return len(taken)


@shared_task
def serve_due(row_id: int, mark: str) -> bool:
    return due.serve(row_id, mark, KINDS, timezone.now())


@shared_task
def nightly() -> None:
    """Puts the night's work on the list instead of doing it: two beats put it there once, and a kill delays it."""
    now = timezone.now()
    due.put("purge", f"{now:%Y-%m-%d}", now)
