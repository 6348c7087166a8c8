"""The one door every change of the configuration goes through.

One transaction that first locks the head row, so changes happen one after the other: what is read inside is what
will be saved, on SQLite (`BEGIN IMMEDIATE`) and on PostgreSQL (`FOR UPDATE`) alike. The version row written at its
end is the truth and the outbox; announcing it to the engines comes after the commit and may fail without harm.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest

from portal.access.address import client_address
from portal.audit.models import AuditEntry
from portal.business.users.models import User
from portal.publish import announce, versions
from portal.publish.errors import Conflict, Difference
from portal.publish.models import PublishHead
from portal.publish.records import CHANGED, SILENT, UNRECORDED, fields_of, is_secret, label_of, shown

log = logging.getLogger(__name__)
M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class By:
    """Who changes something, from where, and through what."""

    actor: User | None = None
    source: str | None = None  # IP address
    via: str = "shell"  # page, api, task, phone, shell

    @property
    def name(self) -> str:
        return self.actor.username if self.actor else "system"


def by_request(request: HttpRequest, *, via: str = "page") -> By:
    actor = None if isinstance(request.user, AnonymousUser) else request.user
    return By(actor=actor, source=client_address(request), via=via)


@dataclass(slots=True)
class Change:
    """What happens inside the door. `version` and `in_force` are known after it closed."""

    by: By
    why: str
    version: int | None = None  # the version this change made; None: the engines see no difference
    in_force: bool = True  # False: saved, but the engines could not be told yet
    republish: bool = False  # look for a new version even if no row was written here
    _records: list[AuditEntry] = field(default_factory=list)
    _before: dict[tuple[type[models.Model], Any], dict[str, Any]] = field(default_factory=dict)

    @property
    def touched(self) -> bool:
        return bool(self._records) or self.republish

    @property
    def outcome(self) -> str:
        """A sentence for the person who saved."""
        if not self._records and self.version is None:
            return "Nothing was changed."
        if self.version is None:
            return "Saved."
        if self.in_force:
            return f"Saved, in force as version {self.version}."
        return f"Saved as version {self.version}. It comes into force when the switch is back."

    def lock(self, obj: M, *, seen: int | None = None, mine: Mapping[str, Any] | None = None) -> M:
        """The row as it is now, no longer changeable by anybody else. Raises Conflict when it is gone, or when its
        row version is not the `seen` one; `mine` (attname → value) is what the caller wants to save."""
        # not type(obj): request.user is a lazy object around the row
        fresh = obj._meta.model._default_manager.filter(pk=obj.pk).first()
        if fresh is None:
            raise Conflict(str(obj), (), deleted=True)
        if seen is not None and getattr(fresh, "row_version", seen) != seen:
            raise self.conflict(fresh, mine or {})
        self._before[type(fresh), fresh.pk] = fields_of(fresh)
        return fresh

    def conflict(self, theirs: models.Model, mine: Mapping[str, Any]) -> Conflict:
        """For the caller to raise, when another row's version tells (a handset's for its lines)."""
        return Conflict(str(theirs), _differences(theirs, mine))

    def add(self, obj: models.Model) -> None:
        obj.save(force_insert=True)
        self.added(obj)

    def added(self, obj: models.Model) -> None:
        """Record a row that was inserted already (one whose secret needs its number)."""
        model = type(obj)
        self._before[model, obj.pk] = fields_of(obj)
        for name, value in fields_of(obj).items():
            if name not in UNRECORDED | SILENT and value not in ("", None, (), []):
                self._record("add", obj, name, "", shown(model, name, value))

    def save(self, obj: models.Model) -> bool:
        """Write the fields that changed since `lock` or `add`; False when none did."""
        model = type(obj)
        before, after = self._before[model, obj.pk], fields_of(obj)
        changed = [name for name in after if name not in UNRECORDED and before[name] != after[name]]
        if not changed:
            return False
        if hasattr(obj, "row_version"):
            obj.row_version += 1
            obj.save(update_fields=[*changed, "row_version"])
        else:
            obj.save(update_fields=changed)
        for name in changed:
            if name in SILENT:
                continue
            old, new = shown(model, name, before[name]), shown(model, name, after[name])
            self._record("modify", obj, name, "" if is_secret(model, name) else old, new)
        self._before[model, obj.pk] = fields_of(obj)
        return True

    def touch(self, obj: models.Model) -> None:
        """A part of `obj` changed (a line of a handset): whoever has its page open must see it before saving."""
        obj.row_version += 1  # type: ignore[attr-defined]
        obj.save(update_fields=["row_version"])
        self._before[type(obj), obj.pk] = fields_of(obj)

    def note(self, obj: models.Model, name: str, before: str, after: str) -> None:
        """Record what is no column of `obj` (its roles, its grants); writing it is the caller's."""
        self._record("modify", obj, name, before, after)

    def delete(self, obj: models.Model) -> None:
        self._record("delete", obj, "", str(obj), "")
        obj.delete()

    def _record(self, action: str, obj: models.Model, name: str, before: str, after: str) -> None:
        self._records.append(
            AuditEntry(
                actor=self.by.actor,
                actor_name=self.by.name,
                source=self.by.source,
                via=self.by.via,
                why=self.why,
                action=action,
                kind=str(obj._meta.verbose_name),
                object_id=str(obj.pk),
                object_label=str(obj)[:200],
                field=name,
                before=before,
                after=after,
            )
        )

    def write_records(self) -> None:
        for record in self._records:
            record.version = self.version
        AuditEntry.objects.bulk_create(self._records)


@contextmanager
def change(by: By, why: str) -> Iterator[Change]:
    """Raises Conflict, Refused (the change breaks something) or ValidationError (field → sentences); then nothing
    was saved. Do slow work (hashing, parsing, network) before entering."""
    work = Change(by=by, why=why[:200])
    published: versions.Published | None = None
    try:
        with transaction.atomic(durable=True):
            head = _locked_head()
            yield work
            if work.touched:
                actor_id = by.actor.pk if by.actor else None
                published = versions.publish(head, by_id=actor_id, by_name=by.name, why=work.why)
                work.version = published.number if published else None
                work.write_records()
    except IntegrityError as error:
        # every writer checks its rules inside the lock, so this is a row written past the door
        log.warning("change.integrity why=%s error=%s", work.why, error)
        raise ValidationError("Somebody saved the same name or number a moment ago. Look again and retry.") from error
    if published:
        work.in_force = announce.announce(published)
        log.info("change.saved version=%s by=%s why=%s in_force=%s", work.version, by.name, work.why, work.in_force)


def _locked_head() -> PublishHead:
    head, _ = PublishHead.objects.select_for_update().get_or_create(pk=1)
    return head


def _differences(theirs: models.Model, mine: Mapping[str, Any]) -> list[Difference]:
    model = type(theirs)
    found = []
    for name, value in mine.items():
        if is_secret(model, name):
            if value:
                found.append(Difference(name, label_of(model, name), CHANGED, "not shown"))
            continue
        other = getattr(theirs, name)
        if shown(model, name, value) != shown(model, name, other):
            found.append(Difference(name, label_of(model, name), shown(model, name, value), shown(model, name, other)))
    return found
