"""The portal's Celery tasks: doorbells for code that lives elsewhere (portal/celery.py says how they run).

KINDS is the whole list of things that can be due; a slice that needs another adds its line.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import redis
from celery import shared_task
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from portal.business.users import by_phone
from portal.business.voicemail_alerts import services as alerts
from portal.live import due, emergencies, purge, records
from portal.live.due import Kind
from portal.phone_system.emergency import notices, proofs
from portal.servers.email import sending

ALIVE_BEAT = "alive:beat"  # docs/messages.md, "Signs of life"
ALIVE_BEAT_SECONDS = 20


def _purge(key: str, payload: dict[str, Any]) -> None:
    purge.purge(timezone.now())
    sending.forget(timezone.now() - sending.KEPT)


KINDS: dict[str, Kind] = {
    "purge": Kind(run=_purge, retry=True),
    emergencies.NOTICE: Kind(run=notices.run, retry=True, queue="mail", patience=timedelta(minutes=2)),
    records.PIN_CHANGED: Kind(run=by_phone.run, retry=True),
    sending.KIND: Kind(run=sending.run, retry=True, queue="mail", patience=timedelta(minutes=5)),
    proofs.KIND: Kind(run=proofs.run, retry=True),
    alerts.LOOK: Kind(run=alerts.run_look, retry=True, queue="mail", patience=timedelta(minutes=2)),
    alerts.STEP: Kind(run=alerts.run_step, retry=True, queue="mail", patience=timedelta(minutes=2)),
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
    due.put(proofs.KIND, f"{now:%Y-%m-%d}", now)
