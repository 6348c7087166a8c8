"""Reports > Changes: who changed what, before and after, from where, by page or API; log-ins too."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.audit.models import AuditEntry
from portal.business.users import services as users
from portal.business.users.models import User
from portal.publish.change import By
from portal.reports.changes.export import HEADS, safe
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
AsUser = Callable[[User], Any]
LIST = "/reports/changes/"


def lines(answer: Any, delimiter: str = ",") -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(StringIO(text, newline=""), delimiter=delimiter))


def cells(page: Any) -> list[tuple[str, ...]]:
    """Who, from, via, did, what, field, before, after of each row shown."""
    return [
        tuple(str(getattr(cell.value, "text", cell.value)) for cell in row.cells[1:9])
        for row in page.context["table"].rows
    ]


def test_a_change_is_shown_field_by_field_with_who_from_where_and_how(ann: User, admin: User, as_user: AsUser) -> None:
    users.modify_user(ann, {"first_name": "Anna"}, by=By(actor=admin, source="192.0.2.7", via="api"))
    assert cells(as_user(admin).get(LIST))[0] == (
        "admin", "192.0.2.7", "API", "modified", "user Anna Example", "first_name", "Ann", "Anna",
    )  # fmt: skip


def test_log_ins_and_failed_ones_are_in_it(ann: User, admin: User, as_user: AsUser) -> None:
    Client().post("/login/", {"username": "ann", "password": "wrong"})
    Client().post("/login/", {"username": "ann", "password": PASSWORD})
    found = [row[:4] for row in cells(as_user(admin).get(LIST))[:2]]
    assert found == [("ann", "127.0.0.1", "Page", "logged in"), ("ann", "127.0.0.1", "Page", "log-in failed")]


def test_secrets_never_are(ann: User, admin: User, as_user: AsUser) -> None:
    users.change_password(ann, "very secret words", by=By(actor=admin))
    page = as_user(admin).get(LIST)
    assert any(row[5:8] == ("password", "", "changed") for row in cells(page))
    assert b"very secret words" not in page.content


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("who=admin", {"admin"}),
        ("action=login_failed", {"bob"}),
        ("via=api", {"admin"}),
        ("kind=user&who=admin", {"admin"}),
        ("q=Anna", {"admin"}),
        ("q=192.0.2.7", {"admin"}),
        ("when=7&action=login_failed", {"bob"}),
        ("who=nobody-of-this-name&action=login_failed", {"bob"}),
    ],
)
def test_filters_narrow_it_and_the_export_is_narrowed_alike(
    query: str, expected: set[str], ann: User, bob: User, admin: User, as_user: AsUser
) -> None:
    users.modify_user(ann, {"first_name": "Anna"}, by=By(actor=admin, source="192.0.2.7", via="api"))
    Client().post("/login/", {"username": "bob", "password": "wrong"})
    client = as_user(admin)
    shown = client.get(f"{LIST}?{query}")
    assert {row[0] for row in cells(shown)} == expected
    assert {line["Who"] for line in lines(client.get(f"{LIST}export.csv?{query}"))} == expected
    assert f"export.csv?{query}".replace("&", "&amp;") in shown.content.decode()


@pytest.mark.parametrize(("kind", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_the_export_holds_every_row_and_no_formula(kind: str, delimiter: str, admin: User, as_user: AsUser) -> None:
    for field, after in (("first", "=HYPERLINK(1)"), ("middle", 'a,"b"\tc\nd'), ("last", "@sum")):
        AuditEntry.objects.create(actor_name="ann", via="page", action="modify", kind="user", field=field, after=after)
    found = lines(as_user(admin).get(f"{LIST}export.{kind}"), delimiter)
    assert len(found) == AuditEntry.objects.count()
    assert tuple(found[0]) == HEADS
    after = {line["Field"]: line["After"] for line in reversed(found)}
    assert after["first"] == "'=HYPERLINK(1)"
    assert after["last"] == "'@sum"
    assert after["middle"] == 'a,"b"\tc\nd'


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_calculate_gets_an_apostrophe(text: str) -> None:
    assert safe(text) == f"'{text}"
    assert safe(f"a{text}") == f"a{text}"


def test_ten_thousand_entries_need_no_more_queries(admin: User, as_user: AsUser) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(actor_name=f"user{n % 250}", via="page", action="modify", kind="user", actor=admin)
        for n in range(10_000)
    )
    client = as_user(admin)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(LIST).status_code == 200
    assert len(captured) <= 20


def test_programs_read_it_page_by_page_and_cannot_write_it(ann: User, admin: User, as_user: AsUser) -> None:
    users.modify_user(ann, {"first_name": "Anna"}, by=By(actor=admin, via="api"))
    client = as_user(admin)
    [found] = client.get("/api/v1/changes/?who=admin&kind=user").json()["results"]
    assert (found["field"], found["before"], found["after"], found["via"]) == ("first_name", "Ann", "Anna", "api")
    assert client.get(f"/api/v1/changes/{found['id']}/").json() == found
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(f"/api/v1/changes/{found['id']}/").status_code == 405
    assert client.get("/api/v1/changes/?since=yesterday").status_code == 400
