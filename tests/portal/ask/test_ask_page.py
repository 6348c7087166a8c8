"""Reports > Ask the System, and the same explanation at a call record (issue 5, point 5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from portal.business.users import services as users
from portal.business.users.models import User
from portal.live.models import CallRecord
from portal.phone_system.handsets import services as handsets
from portal.phone_system.outside_lines import services as outside_lines
from portal.publish import versions
from portal.publish.change import By

pytestmark = pytest.mark.django_db
ASK = "/reports/ask/"


@pytest.fixture
def office(by: By, ann: User, bob: User, admin: User, as_user: Callable[[User], Any]) -> Client:
    for user in (ann, bob):
        new = handsets.NewHandset(
            description=f"Desk of {user}", login_id=f"{user.username}-sip", password="secret", owner=user
        )
        handsets.add_generic_handset(new, by=by)
    outside_lines.add_outside_line({"description": "Carrier", "host": "carrier.example", "emergency": True}, by=by)
    return as_user(admin)  # type: ignore[no-any-return]


def test_the_page_shows_the_way_with_links_to_the_settings(office: Client, bob: User) -> None:
    page = office.get(ASK, {"caller": "5111", "dialled": "102"}).content.decode()
    assert "Call route of extension 102, presence In Office." in page
    assert f'href="/phone-system/extensions/{bob.extension.pk}/routes/in_office/"' in page
    assert "Voicemail of" in page


def test_presence_lines_and_handsets_can_be_different(office: Client, bob: User) -> None:
    changed = {
        "caller": "5111",
        "dialled": "102",
        "person": bob.pk,
        "presence": "on_vacation",
        "not_registered": "5112",
    }
    page = office.get(ASK, changed).content.decode()
    assert "presence On Vacation." in page
    assert "not registered: passed over at once" in page
    help_ = office.get(ASK, {"caller": "5112", "dialled": "9911"}).content.decode()
    assert "Outside line Carrier" in help_


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"caller": "5111", "dialled": "102", "in_use": "5999"}, "There is no handset with the station number 5999."),
        ({"caller": "5111", "dialled": "102", "version": "99"}, "There is no version 99 of the configuration."),
        ({"caller": "6000", "dialled": "102"}, "Select a valid choice"),
        ({"caller": "5111", "dialled": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_asked_is_said_at_its_field(asked: dict[str, str], sentence: str, office: Client) -> None:
    answer = office.get(ASK, asked)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_an_old_version_is_asked_as_it_was(office: Client, bob: User, by: By) -> None:
    before = versions.head_number()
    users.modify_user(bob, {}, by=by, extension="150")
    now = office.get(ASK, {"caller": "5111", "dialled": "102"}).content.decode()
    assert "There is no extension 102." in now
    then = office.get(ASK, {"caller": "5111", "dialled": "102", "version": before}).content.decode()
    assert "Call route of extension 102" in then
    assert f"Decided with version {before}" in then


def test_the_api_answers_the_same(office: Client, admin: User) -> None:
    client = APIClient()
    client.force_authenticate(admin)
    answer = client.post("/api/v1/ask/", {"station": "5111", "dialled": "911"}, format="json")
    assert answer.status_code == 200
    assert answer.json()["kind"] == "emergency"
    assert [box["kind"] for box in answer.json()["boxes"]] == ["caller", "rule", "line", "end"]
    wrong = client.post("/api/v1/ask/", {"dialled": "911"}, format="json")
    assert wrong.status_code == 400
    assert "Choose the handset that calls" in str(wrong.json())


def test_a_call_record_shows_its_way_and_asks_its_own_version_again(office: Client, ann: User) -> None:
    now = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
    record = CallRecord.objects.create(
        call_id="c",
        from_number="101",
        from_name="Ann",
        from_user=ann.pk,
        to_number="102",
        dialled="102",
        started=now,
        ended=now,
        outcome="no_answer",
        mode="switched",
        version=versions.head_number(),
        explanation=[{"text": "Call route of extension 102.", "link": "/routes/"}],
    )
    page = office.get(f"/reports/call-details/{record.pk}/").content.decode()
    assert '<a href="/routes/" aria-label="Setting: Call route of extension 102.">' in page
    again = page.split("Ask this version again")[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert again.startswith("/reports/ask/?caller=5111&dialled=102&at=2026-01-05T")
    assert f"Decided with version {record.version}" in office.get(again).content.decode()
