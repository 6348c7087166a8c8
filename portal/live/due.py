"""Things to do at a time: rows of `Due`, served by the tick.

    due.put("purge", "2026-11-23", at)          once per kind and key, however often it is called

A tick claims each row whose time has come by a conditional update, so two beats, or two workers, never take the
same one, and rings `serve` on the queue of its kind. A claim that grew older than the kind's patience belongs
to a worker that died: the row is claimed anew when the kind may run twice, otherwise it has failed and a
person decides.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from portal.live.models import Due

log = logging.getLogger(__name__)

AT_ONCE = 200  # rows one tick takes; the next is 5 s away

Run = Callable[[str, dict[str, Any]], None]  # key, payload


@dataclass(frozen=True, slots=True)
class Kind:
    run: Run
    retry: bool  # may run twice: whoever reads it must be able to say so
    queue: str = "default"
    patience: timedelta = timedelta(minutes=10)  # longer than it ever takes, waiting in the queue included


def put(kind: str, key: str, at: datetime, payload: dict[str, Any] | None = None) -> bool:
    """False when it was there already, whatever became of it."""
    _, made = Due.objects.get_or_create(kind=kind, key=key, defaults={"at": at, "payload": payload or {}})
    return made


def claim(kinds: Mapping[str, Kind], now: datetime) -> list[tuple[int, str, Kind]]:
    """Take what is due: (row id, claim, kind). Who calls this twice, or in two processes, gets each row once."""
    taken: list[tuple[int, str, Kind]] = []
    for name, kind in kinds.items():
        dead = Q(state="claimed", claimed_at__lt=now - kind.patience)
        due = Due.objects.filter(kind=name, at__lte=now)
        if not kind.retry:
            for row in due.filter(dead):
                if Due.objects.filter(pk=row.pk, claim=row.claim, state="claimed").update(state="failed"):
                    log.error("due.failed kind=%s key=%s reason=worker-died", row.kind, row.key)
        waiting = Q(state="waiting") | dead if kind.retry else Q(state="waiting")
        for row in due.filter(waiting).order_by("at")[:AT_ONCE]:
            mark = uuid.uuid4().hex
            # true for one of any number of claimants: the row must still be as it was read
            mine = Due.objects.filter(pk=row.pk, state=row.state, claim=row.claim).update(
                state="claimed", claim=mark, claimed_at=now
            )
            if mine:
                taken.append((row.pk, mark, kind))
    return taken


def release(row_id: int, mark: str) -> None:
    """Give a claim back: the doorbell could not be rung."""
    Due.objects.filter(pk=row_id, claim=mark, state="claimed").update(state="waiting", claim="", claimed_at=None)


def serve(row_id: int, mark: str, kinds: Mapping[str, Kind], now: datetime) -> bool:
    """Do it, if this claim still holds; the row may be gone, the claim may be another's. True when done.

    The claim is first replaced by one of this run: a second ring of the same doorbell finds it taken, and time
    spent in the queue does not count against the patience.
    """
    row = Due.objects.filter(pk=row_id, claim=mark, state="claimed").first()
    if row is None or row.kind not in kinds:
        return False
    running = uuid.uuid4().hex
    if not Due.objects.filter(pk=row_id, claim=mark, state="claimed").update(claim=running, claimed_at=now):
        return False
    try:
        kinds[row.kind].run(row.key, row.payload)
    except Exception:
        Due.objects.filter(pk=row_id, claim=running).update(state="failed")
        log.exception("due.failed kind=%s key=%s", row.kind, row.key)
        return False
    Due.objects.filter(pk=row_id, claim=running).update(state="done")
    log.info("due.done kind=%s key=%s", row.kind, row.key)
    return True


def forget(before: datetime) -> int:
    """Take out what was done or failed before this day."""
    return Due.objects.filter(Q(state="done") | Q(state="failed"), at__lt=before, claimed_at__lt=before).delete()[0]
