"""A PIN changed by telephone reaches the database: once, audited, and never over a newer one (A-021)."""

from __future__ import annotations

import time

import pytest

from portal.access.secrets import pin_digest
from portal.audit.models import AuditEntry
from portal.business.users import services
from portal.business.users.models import User
from portal.live import due, records
from portal.live.fold import Change
from portal.live.models import Due
from portal.publish.change import By
from portal.tasks import KINDS
from telephony.messages.events import PinChanged

pytestmark = pytest.mark.django_db


def told(user: User, pin: str, made: float, *, event_id: str = "r-1") -> None:
    """The hub writes what the router told."""
    event = PinChanged(
        id=event_id, at=time.time(), node="main", user_id=user.pk, digest=pin_digest(user.pk, pin),
        replaces=user.pin_digest, made=made,
    )  # fmt: skip
    row = records.event_row(event, Change())
    assert row is not None
    records.write({records.key(row): row}, None)


def tick() -> None:
    from django.utils import timezone

    for row, mark, _ in due.claim({records.PIN_CHANGED: KINDS[records.PIN_CHANGED]}, timezone.now()):
        assert due.serve(row, mark, KINDS, timezone.now())


@pytest.fixture
def bob(ann: User) -> User:
    ann.pin_digest, ann.require_pin_change = pin_digest(ann.pk, "1234"), True
    ann.save()
    return ann


def test_the_new_pin_is_kept_and_need_not_be_changed_again(bob: User) -> None:
    made = time.time() - 1
    told(bob, "246801", made)
    told(bob, "246801", made, event_id="r-2")  # said again with the router's state
    assert Due.objects.filter(kind=records.PIN_CHANGED).count() == 1
    tick()
    bob.refresh_from_db()
    assert (bob.pin_digest, bob.require_pin_change) == (pin_digest(bob.pk, "246801"), False)
    entry = AuditEntry.objects.filter(field="pin_digest").latest("pk")
    assert entry.via == "phone"
    assert "246801" not in f"{entry.before}{entry.after}"
    assert bob.pin_digest not in f"{entry.before}{entry.after}"


def test_a_pin_an_administrator_gave_meanwhile_stays(bob: User) -> None:
    told(bob, "246801", time.time() - 1)
    services.change_pin(bob, "135791", by=By(via="page"))
    tick()
    bob.refresh_from_db()
    assert bob.pin_digest == pin_digest(bob.pk, "135791")


def test_it_may_run_twice(bob: User) -> None:
    told(bob, "246801", time.time() - 1)
    tick()
    entries = AuditEntry.objects.count()
    KINDS[records.PIN_CHANGED].run("again", Due.objects.get().payload)
    assert AuditEntry.objects.count() == entries
