"""Contact Information (S03-08)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from portal.business.contact_information.models import FIELDS
from portal.business.contact_information.services import current
from portal.business.users.models import User

pytestmark = pytest.mark.django_db
URL = "/business/contact-information/"


def test_values_are_shown_after_update_and_everything_is_optional(admin: User, as_user: Callable[[User], Any]) -> None:
    client = as_user(admin)
    assert "No contact information yet" in client.get(URL).content.decode()
    data = {"row_version": 1, "original": "", "name": "Example & Sons", "home_page": "www.example.com"}
    page = client.post(URL + "modify/", data, follow=True).content.decode()
    assert "Example &amp; Sons" in page
    assert 'href="https://www.example.com"' in page
    assert {name for name in FIELDS if getattr(current(), name)} == {"name", "home_page"}


def test_start_over_clears_the_fields_and_saves_nothing(admin: User, as_user: Callable[[User], Any]) -> None:
    client = as_user(admin)
    client.post(URL + "modify/", {"row_version": 1, "original": "", "city": "Ulm"})
    page = client.get(URL + "modify/?start-over")
    assert page.context["form"]["city"].value() in ("", None)
    assert current().city == "Ulm"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://x.example", "no address"])
def test_a_home_page_is_a_web_address(address: str, admin: User, as_user: Callable[[User], Any]) -> None:
    answer = as_user(admin).post(URL + "modify/", {"row_version": 1, "original": "", "home_page": address})
    assert answer.status_code == 422
    assert "This is no web address" in answer.content.decode()


def test_a_plain_user_is_refused(ann: User, as_user: Callable[[User], Any]) -> None:
    client = as_user(ann)
    assert client.get(URL).status_code == client.post(URL + "modify/", {"name": "x"}).status_code == 403
    assert current().name == ""
