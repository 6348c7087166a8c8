"""How long the audit trail is kept, and the purge: the only deletion the database lets through (migration 0005)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from portal.audit.models import AuditEntry, AuditRetention
from portal.publish.change import By, Change, change


def retention() -> AuditRetention:
    found, _ = AuditRetention.objects.get_or_create(pk=1)
    return found


def set_retention(days: int, *, by: By, seen: int | None = None) -> Change:
    """Raises ValidationError, Conflict."""
    shortest, longest = AuditRetention.SHORTEST, AuditRetention.LONGEST
    if not shortest <= days <= longest:
        raise ValidationError({"days": [f"Changes are kept for {shortest} to {longest} days."]})
    row = retention()
    with change(by, "Modify the retention of changes") as work:
        row = work.lock(row, seen=seen, mine={"days": days})
        row.days = days
        work.save(row)
    return work


def past(now: datetime) -> QuerySet[AuditEntry]:
    """What may go. The database counts from its own clock, so never from a later moment than this."""
    return AuditEntry.objects.filter(at__lt=min(now, timezone.now()) - timedelta(days=retention().days))
