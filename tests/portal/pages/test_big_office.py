"""Every list and every form in an office of 250 users, 250 handsets and 5000 call records: at most 20 queries a page
(architecture.md section 9), however many rows there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.access.links import Role
from portal.business.users.models import User
from portal.live.models import CallRecord, SystemEvent
from portal.phone_system.extensions.models import CallRoute, ConnectionAttempt, Destination, Extension
from portal.phone_system.handsets.models import CallAppearance, Handset
from telephony.messages.snapshot import Presence

pytestmark = pytest.mark.django_db
MAX_QUERIES = 20
SIZE = 250

LISTS = (
    "/business/users/",
    "/phone-system/handsets/",
    "/phone-system/audit-pin-codes/",
    "/phone-system/dial-plan/",
    "/phone-system/extensions/",
    "/phone-system/outside-lines/",
    "/phone-system/emergency-cid/",
    "/reports/call-details/",
    "/reports/system-events/",
)


@pytest.fixture
def big_office(db: None) -> list[User]:
    """Rows made at once, past the publishing door: what counts here is reading them."""
    users = User.objects.bulk_create(
        User(
            username=f"user{n}",
            first_name="Person",
            last_name=f"Number {n:03}",
            password="!",
            require_password_change=False,
            require_pin_change=False,
        )
        for n in range(SIZE)
    )
    extensions = Extension.objects.bulk_create(
        Extension(number=str(100 + n) if n < 200 else f"1{n}", user=user) for n, user in enumerate(users)
    )
    routes = CallRoute.objects.bulk_create(
        CallRoute(extension=extension, presence=presence.value, finally_value=extension.number)
        for extension in extensions
        for presence in Presence
    )
    attempts = ConnectionAttempt.objects.bulk_create(ConnectionAttempt(route=route, position=1) for route in routes)
    Destination.objects.bulk_create(Destination(attempt=attempt) for attempt in attempts)
    handsets = Handset.objects.bulk_create(Handset(description=f"Phone {n:03}") for n in range(SIZE))
    CallAppearance.objects.bulk_create(
        CallAppearance(handset=handset, station=str(5111 + n), login_id=f"login{n}", password="secret", owner=users[n])
        for n, handset in enumerate(handsets)
    )
    now = datetime.now(UTC)
    CallRecord.objects.bulk_create(
        CallRecord(
            call_id=f"c{n}",
            from_number="100",
            from_user=users[0].pk,
            to_number="101",
            started=now - timedelta(minutes=n),
            ended=now,
            outcome="no_answer",
            mode="switched",
        )
        for n in range(5000)
    )
    SystemEvent.objects.bulk_create(
        SystemEvent(event_id=f"e{n}", at=now, kind="source.banned", text="Something happened.") for n in range(2000)
    )
    return users


def queries_of(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path)
    assert response.status_code == 200, path
    return len(captured)


def test_every_page_needs_at_most_twenty_queries(
    big_office: list[User], admin: User, as_user: Callable[[User], Any]
) -> None:
    client = as_user(admin)
    user, line = big_office[0], CallAppearance.objects.earliest("pk")
    others = (
        "/",
        f"/business/users/{user.pk}/",
        f"/business/users/{user.pk}/delete/",
        f"/business/users/{user.pk}/welcome/",
        "/business/users/add/",
        "/business/users/bulk-edit/",
        "/business/user-templates/",
        "/business/user-templates/1/",
        "/business/password-requirements/",
        f"/phone-system/handsets/{line.handset_id}/",
        f"/phone-system/handsets/lines/{line.pk}/",
        f"/phone-system/handsets/lines/{line.pk}/delete/",
        f"/phone-system/extensions/{user.extension.pk}/",
        "/phone-system/handsets/add/",
        "/phone-system/did-blocks/",
        "/phone-system/did-blocks/add/",
        "/phone-system/emergency-proof/",
        "/phone-system/dial-plan/emergency/",
        "/phone-system/dial-plan/emergency-notification/",
        "/reports/ask/",
        "/servers/email/",
        "/reports/live-calls/",
    )
    counted = {path: queries_of(client, path) for path in (*LISTS, *others)}
    assert {path: count for path, count in counted.items() if count > MAX_QUERIES} == {}


def test_a_role_with_few_links_needs_no_more(big_office: list[User], as_user: Callable[[User], Any]) -> None:
    big_office[1].groups.add(Group.objects.get(name=Role.PHONE.value))
    client = as_user(big_office[1])
    counted = {path: queries_of(client, path) for path in LISTS[:5]}
    assert {path: count for path, count in counted.items() if count > MAX_QUERIES} == {}


def test_the_last_page_of_a_sorted_list_is_reached_by_number(
    big_office: list[User], admin: User, as_user: Callable[[User], Any]
) -> None:
    page = as_user(admin).get("/business/users/?sort=-login-name&page=6")
    table = page.context["table"]
    assert (table.number, table.pages, table.first, table.last, table.found) == (6, 6, 251, 251, 251)
    assert table.heads[1].direction == "descending"


def test_searching_numbers_finds_by_the_beginning_and_words_in_any_order(
    big_office: list[User], admin: User, as_user: Callable[[User], Any]
) -> None:
    client = as_user(admin)
    assert client.get("/business/users/?q=101").context["table"].found == 2  # extension 101 and Number 101
    assert client.get("/business/users/?q=042+person").context["table"].found == 1


def test_an_unknown_sort_filter_or_page_shows_the_list_as_it_is(
    big_office: list[User], admin: User, as_user: Callable[[User], Any]
) -> None:
    page = as_user(admin).get("/phone-system/handsets/?sort=password&owner=evil&page=banana")
    assert page.status_code == 200
    assert page.context["table"].rows[0].label == "Phone 000 (L1)"


def test_htmx_gets_the_table_alone(big_office: list[User], admin: User, as_user: Callable[[User], Any]) -> None:
    page = as_user(admin).get("/business/users/?q=041", headers={"HX-Request": "true"})
    assert page.content.lstrip().startswith(b'<div id="table">')
    assert "HX-Request" in page["Vary"]


def test_passwords_and_pins_are_on_no_page(big_office: list[User], admin: User, as_user: Callable[[User], Any]) -> None:
    client = as_user(admin)
    line = CallAppearance.objects.earliest("pk")
    CallAppearance.objects.filter(pk=line.pk).update(password="only-the-phone-knows")
    for path in (
        "/phone-system/handsets/",
        f"/phone-system/handsets/{line.handset_id}/",
        f"/phone-system/handsets/lines/{line.pk}/",
    ):
        assert b"only-the-phone-knows" not in client.get(path).content, path
