"""The trail is append-only on both databases; only what is past its retention can go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from portal.audit.models import AuditEntry, AuditRetention
from portal.audit.retention import retention, set_retention
from portal.business.users.models import User
from portal.live.purge import purge
from portal.publish.change import By

pytestmark = pytest.mark.django_db
AsUser = Callable[[User], Any]
TRIGGERS = import_module("portal.audit.migrations.0005_only_the_old_may_go")


@pytest.fixture
def triggers(db: None) -> None:
    """tests/conftest.py takes one away for the whole run; here it is, until the test's transaction is taken back."""
    sqlite = connection.vendor == "sqlite"
    statements = [TRIGGERS.SQLITE["audit_no_delete"]] if sqlite else TRIGGERS.POSTGRESQL["audit_no_truncate"]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def entry(days_ago: float) -> AuditEntry:
    """A row of that age. The time of a row is its database's, so it is inserted with it."""
    made = AuditEntry(actor_name="ann", via="page", action="login", kind="user")
    field = AuditEntry._meta.get_field("at")
    field.auto_now_add = False  # type: ignore[union-attr]
    try:
        made.at = timezone.now() - timedelta(days=days_ago)
        made.save()
    finally:
        field.auto_now_add = True  # type: ignore[union-attr]
    return made


def delete(row: AuditEntry) -> bool:
    """False when the database refuses."""
    found = AuditEntry.objects.filter(pk=row.pk)
    try:
        with transaction.atomic():
            found._raw_delete(found.db)
    except DatabaseError as error:
        if "append-only" not in str(error):
            raise
        return False
    return True


@pytest.mark.usefixtures("triggers")
def test_the_database_lets_only_rows_past_the_retention_go() -> None:
    old, young = entry(days_ago=731), entry(days_ago=729)
    assert not delete(young)
    assert delete(old)


@pytest.mark.usefixtures("triggers")
def test_not_even_with_the_setting_gone_is_anything_young_deleted() -> None:
    row = entry(days_ago=731)
    AuditRetention.objects.all().delete()
    assert not delete(row)
    assert delete(entry(days_ago=3651))


@pytest.mark.usefixtures("triggers")
@pytest.mark.parametrize("days", [0, 1, 89])
def test_the_database_refuses_a_retention_below_the_floor(days: int) -> None:
    retention()
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditRetention.objects.update(days=days)
    assert not delete(entry(days_ago=89))


@pytest.mark.usefixtures("triggers")
def test_nothing_can_be_rewritten_however_old() -> None:
    row = entry(days_ago=800)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.filter(pk=row.pk).update(actor_name="bob")


@pytest.mark.usefixtures("triggers")
def test_the_table_cannot_be_emptied_at_once() -> None:
    entry(days_ago=1)
    statement = (
        "TRUNCATE audit_auditentry CASCADE" if connection.vendor == "postgresql" else "DELETE FROM audit_auditentry"
    )
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.usefixtures("triggers")
def test_the_night_takes_what_is_past_and_only_that(admin: User) -> None:
    set_retention(100, by=By(actor=admin))
    old, young = entry(days_ago=101), entry(days_ago=99)
    assert purge(timezone.now() + timedelta(days=50))["changes"] == 1  # a wrong clock of ours takes no more
    left = set(AuditEntry.objects.values_list("pk", flat=True))
    assert old.pk not in left
    assert young.pk in left


@pytest.mark.parametrize("days", [0, 89, 3651, -5])
def test_a_retention_out_of_range_is_refused_with_the_range(days: int, admin: User, as_user: AsUser) -> None:
    with pytest.raises(ValidationError, match="90 to 3650 days"):
        set_retention(days, by=By(actor=admin))
    answer = as_user(admin).post("/reports/changes/retention/", {"days": str(days)})
    assert answer.status_code == 422
    assert retention().days == 730


def test_changing_the_retention_is_itself_on_record(admin: User, as_user: AsUser) -> None:
    version = retention().row_version
    client = as_user(admin)
    assert client.post("/reports/changes/retention/", {"days": "365", "row_version": version}).status_code == 302
    found = AuditEntry.objects.filter(kind="retention of changes").get()
    assert (found.actor_name, found.field, found.before, found.after) == ("admin", "days", "730", "365")
    stale = client.post("/reports/changes/retention/", {"days": "400", "row_version": version})
    assert stale.status_code == 422
    assert b"was changed by somebody else" in stale.content
    assert retention().days == 365
