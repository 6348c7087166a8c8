"""Phone System > Handsets: add new Generic SIP Handset (S10-33 to S10-39)."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection

from portal.business.users import services as users
from portal.business.users.models import User
from portal.phone_system.handsets import services
from portal.phone_system.handsets.forms import GenericHandsetForm
from portal.phone_system.handsets.models import CallAppearance, Handset
from portal.phone_system.handsets.services import NewHandset, add_generic_handset
from portal.publish import versions
from portal.publish.change import By
from portal.publish.errors import Conflict
from telephony.messages.sealed import open_credentials


def new(**more: Any) -> NewHandset:
    return NewHandset(**{"description": "Gateway", "login_id": "gateway", "password": "sip-secret", **more})


def lines(handset: Handset) -> list[tuple[str, str, str]]:
    return [(line.station, line.login_id, line.description) for line in handset.appearances.all()]


def test_a_gateway_of_six_lines_gets_six_stations_in_a_row(db: None, by: By) -> None:
    handset, _ = add_generic_handset(new(lines=6), by=by)
    assert lines(handset) == [
        ("5111", "gateway", "Gateway"),
        ("5112", "5112", "Gateway (L2)"),
        ("5113", "5113", "Gateway (L3)"),
        ("5114", "5114", "Gateway (L4)"),
        ("5115", "5115", "Gateway (L5)"),
        ("5116", "5116", "Gateway (L6)"),
    ]


def test_the_first_gap_that_is_long_enough_is_used(db: None, by: By) -> None:
    first, _ = add_generic_handset(new(login_id="a", lines=2), by=by)  # 5111, 5112
    add_generic_handset(new(login_id="b"), by=by)  # 5113
    services.delete_handset(first, by=by)
    three, _ = add_generic_handset(new(login_id="c", lines=3), by=by)
    two, _ = add_generic_handset(new(login_id="d", lines=2), by=by)
    assert [line.station for line in three.appearances.all()] == ["5114", "5115", "5116"]
    assert [line.station for line in two.appearances.all()] == ["5111", "5112"]


def test_a_station_that_somebody_uses_as_a_login_id_is_not_given_as_one(db: None, by: By) -> None:
    add_generic_handset(new(login_id="5113"), by=by)  # station 5111
    handset, _ = add_generic_handset(new(login_id="x", lines=2), by=by)  # 5112 would need login 5113
    assert [line.station for line in handset.appearances.all()] == ["5113", "5114"]


@pytest.mark.parametrize("count", [0, 25, -1])
def test_lines_are_one_to_twenty_four(db: None, by: By, count: int) -> None:
    with pytest.raises(ValidationError) as error:
        add_generic_handset(new(lines=count), by=by)
    assert error.value.message_dict["lines"] == [f"A handset has 1 to 24 lines; {count} is not possible."]


def test_a_login_id_is_used_once_in_any_case(db: None, by: By) -> None:
    add_generic_handset(new(), by=by)
    with pytest.raises(ValidationError) as error:
        add_generic_handset(new(login_id="GATEWAY"), by=by)
    assert error.value.message_dict == {"login_id": ["The login ID GATEWAY is already used by Gateway."]}
    assert Handset.objects.count() == 1


@pytest.mark.parametrize("login_id", ["", "with space", "co:lon", "a@b", 'quo"te', "x" * 65])
def test_a_login_id_that_would_break_digest_is_refused(db: None, by: By, login_id: str) -> None:
    with pytest.raises(ValidationError) as error:
        add_generic_handset(new(login_id=login_id), by=by)
    assert "login_id" in error.value.message_dict


def test_the_password_is_encrypted_in_the_database_and_travels_as_ha1(db: None, by: By) -> None:
    add_generic_handset(new(), by=by)
    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM phone_system_callappearance")
        [stored] = cursor.fetchone()
    assert "sip-secret" not in stored
    newest = versions.newest()
    assert newest is not None
    assert b"sip-secret" not in newest.snapshot + newest.credentials
    [credential] = open_credentials(settings.INSTANCE.keys, newest.credentials).sip
    assert credential.ha1 == hashlib.md5(b"gateway:switchroom:sip-secret").hexdigest()
    assert (credential.login_id, credential.station) == ("gateway", "5111")


def test_a_line_is_given_away_and_conflicts_are_told_by_the_handsets_version(by: By, ann: User, bob: User) -> None:
    handset, _ = add_generic_handset(new(lines=2), by=by)
    first, second = handset.appearances.all()
    seen = handset.row_version
    services.modify_appearance(first, {"owner_id": ann.pk}, by=by, seen=seen)
    with pytest.raises(Conflict):
        services.modify_appearance(second, {"owner_id": bob.pk}, by=by, seen=seen)
    services.modify_appearance(second, {"owner_id": bob.pk}, by=by, seen=seen + 1)
    assert [line.owner for line in handset.appearances.all()] == [ann, bob]


def test_an_empty_password_is_kept_and_a_new_one_replaces_it(db: None, by: By) -> None:
    handset, _ = add_generic_handset(new(), by=by)
    line = handset.appearances.get()
    services.modify_appearance(line, {"description": "Hall"}, by=by)
    assert CallAppearance.objects.get().password == "sip-secret"
    services.modify_appearance(line, {}, by=by, password="another one")
    assert CallAppearance.objects.get().password == "another one"
    handset.refresh_from_db()
    assert handset.description == "Hall"  # line 1's is the handset's


def test_the_last_line_takes_the_handset_with_it(db: None, by: By) -> None:
    handset, _ = add_generic_handset(new(lines=2), by=by)
    first, second = handset.appearances.all()
    services.delete_appearance(second, by=by)
    assert Handset.objects.count() == 1
    services.delete_appearance(first, by=by)
    assert Handset.objects.count() == 0


def test_a_deleted_owner_leaves_the_handset_without_one(by: By, ann: User) -> None:
    handset, _ = add_generic_handset(new(owner=ann), by=by)
    users.delete_user(ann, by=by)
    assert handset.appearances.get().owner is None
    newest = versions.newest()
    assert newest is not None
    assert b'"owner_id"' not in newest.snapshot


def test_the_form_shows_the_same_rules(db: None) -> None:
    form = GenericHandsetForm({"description": "", "lines": "25", "login_id": "a b", "password": "abc"})
    assert not form.is_valid()
    assert set(form.errors) == {"description", "lines", "login_id", "password"}
