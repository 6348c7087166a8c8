"""Roles always equal the guide's table. The expectation is read from the CSV, never from links.py."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser, Group

from portal.access.guard import link_keys
from portal.access.links import KEYS, LINKS, OWN, Role
from portal.access.models import Link, LinkGroupGrant
from portal.access.sync import sync_access
from portal.business.users.models import User

TABLE = Path(__file__).parents[2] / "spec" / "role_permissions.csv"
COLUMNS = {"phone": Role.PHONE, "network": Role.NETWORK, "support": Role.SUPPORT}


def rows() -> list[dict[str, str]]:
    with TABLE.open(newline="") as file:
        return list(csv.DictReader(file))


def granted(role: Role) -> set[tuple[str, str]]:
    grants = LinkGroupGrant.objects.filter(group__name=role.value, permission__codename="use_link")
    return set(grants.values_list("content_object__page", "content_object__title"))


@pytest.mark.django_db
@pytest.mark.parametrize("column", COLUMNS)
def test_a_delegated_role_holds_exactly_its_column_of_the_table(column: str) -> None:
    expected = {(row["page"], row["link"]) for row in rows() if row[column] == "yes"}
    ours = {(link.page, link.title) for link in OWN}
    assert granted(COLUMNS[column]) - ours == expected


@pytest.mark.django_db
def test_a_system_administrator_holds_every_row_and_everything_of_ours() -> None:
    expected = {(row["page"], row["link"]) for row in rows()}
    assert len(expected) == 261
    assert granted(Role.SYSTEM) == expected | {(link.page, link.title) for link in OWN}


@pytest.mark.django_db
def test_syncing_again_changes_nothing_and_repairs_what_was_tampered_with() -> None:
    before = set(LinkGroupGrant.objects.values_list("pk", flat=True)), set(Link.objects.values_list("pk", "key"))
    sync_access()
    assert (
        set(LinkGroupGrant.objects.values_list("pk", flat=True)),
        set(Link.objects.values_list("pk", "key")),
    ) == before
    expected = granted(Role.PHONE)
    support = Group.objects.get(name=Role.SUPPORT.value)
    LinkGroupGrant.objects.filter(group__name=Role.PHONE.value).order_by("?").first().delete()  # type: ignore[union-attr]
    extra = LinkGroupGrant.objects.filter(content_object__key="business.users.add").first()
    assert extra is not None
    LinkGroupGrant.objects.create(group=support, permission=extra.permission, content_object=extra.content_object)
    sync_access()
    assert granted(Role.PHONE) == expected
    assert "business.users.add" not in {link.key for link in LINKS if Role.SUPPORT in link.roles}
    assert not LinkGroupGrant.objects.filter(group=support, content_object__key="business.users.add").exists()


def test_several_roles_add_up(make_user: Callable[..., User], django_assert_num_queries: Callable[..., object]) -> None:
    user = make_user("nora", "120", role=Role.NETWORK)
    user.groups.add(Group.objects.get(name=Role.PHONE.value))
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        keys = link_keys(user)
    assert {"network.vpn", "business.users.add"} <= keys
    assert "maintenance.update" not in keys


def test_who_has_no_role_has_no_link(ann: User, admin: User) -> None:
    assert link_keys(ann) == frozenset()
    assert link_keys(AnonymousUser()) == frozenset()
    assert link_keys(admin) == KEYS
    admin.is_active = False
    assert link_keys(admin) == frozenset()
