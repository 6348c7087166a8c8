"""The publishing door: versions, audit, conflicts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from portal.audit.models import AuditEntry
from portal.business.users import services as users
from portal.business.users.models import User
from portal.phone_system.handsets import services as handsets
from portal.publish import versions
from portal.publish.change import By, change
from portal.publish.errors import Conflict
from portal.publish.models import ConfigurationVersion


def snapshot_json() -> str:
    newest = versions.newest()
    assert newest is not None
    return newest.snapshot.decode()


def test_each_change_makes_the_next_number_and_says_who_and_why(ann: User, admin: User, by: By) -> None:
    head = versions.head_number()
    work = users.modify_user(ann, {"first_name": "Anne"}, by=By(actor=admin, source="192.168.1.5", via="page"))
    assert work.version == versions.head_number() == head + 1
    newest = versions.history()[0]
    assert (newest.number, newest.actor_name, newest.why) == (head + 1, "admin", "Modify user ann")
    assert '"name":"Anne Example"' in snapshot_json()
    assert f'"version":{head + 1}' in snapshot_json()[:64]


def test_what_the_engines_do_not_see_makes_no_version(ann: User, by: By) -> None:
    head = versions.head_number()
    work = users.modify_user(ann, {"require_password_change": True}, by=by)
    assert (work.version, work.outcome) == (None, "Saved.")
    assert versions.head_number() == head
    assert AuditEntry.objects.filter(field="require_password_change", action="modify").count() == 1
    assert users.modify_user(ann, {"require_password_change": True}, by=by).outcome == "Nothing was changed."


def test_a_new_pin_alone_is_a_version_though_the_snapshot_is_the_same(ann: User, by: By) -> None:
    head = versions.head_number()
    assert users.change_pin(ann, "4711", by=by, require_change=False).version == head + 1
    newest, previous = ConfigurationVersion.objects.all()[:2]
    assert newest.digest == previous.digest


def test_without_redis_the_save_holds_and_says_so(ann: User, by: By) -> None:
    work = users.modify_user(ann, {"first_name": "Anne"}, by=by)
    assert not work.in_force
    assert work.outcome == f"Saved as version {work.version}. It comes into force when the switch is back."


def test_the_audit_trail_has_one_row_a_field_and_no_secret(ann: User, admin: User) -> None:
    who = By(actor=admin, source="192.168.1.5", via="page")
    users.modify_user(ann, {"first_name": "Anne", "last_name": "Lee"}, by=who, password="top secret", pin="4711")
    rows = AuditEntry.objects.filter(action="modify", kind="user").order_by("field")
    assert [(row.field, row.before, row.after) for row in rows] == [
        ("first_name", "Ann", "Anne"),
        ("last_name", "Example", "Lee"),
        ("password", "", "changed"),
        ("pin_digest", "", "changed"),
    ]
    assert {(row.actor_name, row.source, row.via, row.version) for row in rows} == {
        ("admin", "192.168.1.5", "page", versions.head_number())
    }
    handsets.add_generic_handset(
        handsets.NewHandset(description="Desk", login_id="desk", password="sip-secret"), by=who
    )
    everything = " ".join(f"{row.before} {row.after}" for row in AuditEntry.objects.all())
    assert "secret" not in everything
    assert ann.pin_digest not in everything


def test_the_second_of_two_gets_the_difference(ann: User, by: By) -> None:
    seen = ann.row_version
    users.modify_user(ann, {"first_name": "Anne", "last_name": "Lee"}, by=by, seen=seen)
    with pytest.raises(Conflict) as conflict:
        users.modify_user(ann, {"first_name": "Anna", "last_name": "Lee"}, by=by, seen=seen, password="new one")
    shown = [(d.field, d.label, d.mine, d.theirs) for d in conflict.value.differences]
    assert shown[0] == ("first_name", "First name", "Anna", "Anne")
    assert [d.field for d in conflict.value.differences] == ["first_name", "password"]
    assert "new one" not in str(shown)


def test_a_row_deleted_meanwhile_is_a_conflict_too(ann: User, by: By) -> None:
    users.delete_user(ann, by=by)
    ann.pk = ann.pk or User.objects.latest("pk").pk + 1
    with pytest.raises(Conflict) as conflict:
        users.modify_user(User(pk=999_999, username="ann"), {"first_name": "Anne"}, by=by)
    assert conflict.value.deleted


def test_an_error_inside_leaves_nothing_behind(ann: User, by: By) -> None:
    head, rows = versions.head_number(), AuditEntry.objects.count()

    def fails() -> None:
        with change(by, "Half") as work:
            user = work.lock(ann)
            user.first_name = "Half"
            work.save(user)
            raise ValidationError("no")

    with pytest.raises(ValidationError):
        fails()
    ann.refresh_from_db()
    assert (ann.first_name, versions.head_number(), AuditEntry.objects.count()) == ("Ann", head, rows)


def test_a_name_taken_past_the_door_becomes_a_sentence(ann: User, by: By, bob: User) -> None:
    def sneak() -> None:
        with change(by, "Sneak") as work:
            user = work.lock(bob)
            user.username = "ANN"
            work.save(user)

    with pytest.raises(ValidationError, match="Somebody saved the same name or number a moment ago"):
        sneak()


@pytest.mark.parametrize("verb", ["update", "delete"])
def test_the_database_itself_keeps_the_audit_trail(verb: str, ann: User) -> None:
    if connection.vendor == "sqlite":  # taken away for the whole run, see tests/conftest.py
        from importlib import import_module

        statements: dict[str, str] = import_module("portal.audit.migrations.0005_only_the_old_may_go").SQLITE
        with connection.cursor() as cursor:
            cursor.execute(statements["audit_no_delete"])
    rows = AuditEntry.objects.filter(object_id=str(ann.pk))
    act: dict[str, Callable[[], object]] = {
        "update": lambda: rows.update(after="forged"),
        "delete": lambda: rows._raw_delete(rows.db),
    }
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        act[verb]()
    assert rows.exists()
    assert not rows.filter(after="forged").exists()


def test_every_model_with_a_secret_hides_it(db: None) -> None:
    """Whoever adds a secret column must not find it in the audit trail."""
    from django.apps import apps

    from portal.publish.fields import EncryptedText
    from portal.publish.records import is_secret

    secret: list[tuple[type[Model], str]] = [
        (model, field.attname)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedText) or field.attname in ("password", "pin_digest")
    ]
    assert len(secret) >= 4
    assert all(is_secret(model, name) for model, name in secret)
