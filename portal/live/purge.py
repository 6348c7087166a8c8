"""What the night takes away: sessions that ran out, old login attempts, records past their retention."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet

from portal.access.models import LoginAttempt
from portal.audit import retention
from portal.live import due
from portal.live.models import CallRecord, SystemEvent

log = logging.getLogger(__name__)

KEEP_CALLS = timedelta(days=365)
KEEP_EVENTS = timedelta(days=90)
KEEP_ATTEMPTS = timedelta(days=7)
KEEP_DUE = timedelta(days=30)
SLICE = 1000  # rows of one delete: SQLite has one writer, and the hub must not wait for us


def purge(now: datetime) -> dict[str, int]:
    """Rows taken away, by kind. May run twice."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    gone = {
        "calls": _slices(CallRecord.objects.filter(started__lt=now - KEEP_CALLS)),
        "events": _slices(SystemEvent.objects.filter(at__lt=now - KEEP_EVENTS)),
        "changes": _slices(retention.past(now)),
        "attempts": _slices(LoginAttempt.objects.filter(at__lt=now - KEEP_ATTEMPTS)),
        "due": due.forget(now - KEEP_DUE),
    }
    log.info("purge.done %s", " ".join(f"{name}={count}" for name, count in gone.items()))
    return gone


def _slices(old: QuerySet[Any, Any]) -> int:
    model: type[Model] = old.model
    total = 0
    while ids := list(old.order_by().values_list("pk", flat=True)[:SLICE]):
        total += model._default_manager.filter(pk__in=ids).delete()[0]
    return total
