"""Names as people have them, and as nobody has them: right to left, with emoji, ten thousand characters long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portal.business.users.models import User
from portal.publish.models import ConfigurationVersion

pytestmark = pytest.mark.django_db
AsUser = Callable[[User], Client]
GOOD = [
    "דנה",
    "محمد الأمين",
    "李小龍",
    "🙂 Anna 👩‍👩‍👧",
    "Zoë O'Neil-Ærøskøbing",
    "<b>Bold</b>",
    "Robert'); DROP TABLE users;--",
]
BAD = ["x" * 10_000, "Ann\x00a", "Ann\r\nX-Injected: 1", "Ann\u202eevil"]


def sent(**more: str) -> dict[str, Any]:
    return {
        "username": "zoe", "first_name": "Zoe", "last_name": "Test", "extension": "150",
        "password": "kept secret", "confirm_password": "kept secret", **more,
    }  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_a_name_is_kept_and_shown_as_it_was_typed(as_user: AsUser, admin: User, ann: User, name: str) -> None:
    answer = as_user(admin).patch(
        f"/api/v1/users/{ann.pk}/", {"first_name": name}, content_type="application/json"
    )  # fmt: skip
    assert answer.status_code == 200, answer.content
    ann.refresh_from_db()
    assert ann.first_name == name
    html = as_user(admin).get("/business/users/").content.decode()
    assert "<b>Bold" not in html
    assert "DROP TABLE" not in html or "&#x27;);" in html
    assert ConfigurationVersion.objects.latest("number").number > 1


@pytest.mark.parametrize("name", BAD)
def test_a_name_nobody_has_is_refused_at_its_field(as_user: AsUser, admin: User, ann: User, name: str) -> None:
    answer = as_user(admin).patch(
        f"/api/v1/users/{ann.pk}/", {"first_name": name}, content_type="application/json"
    )  # fmt: skip
    assert answer.status_code == 400, answer.content[:200]
    assert "first_name" in answer.json()["errors"]
    ann.refresh_from_db()
    assert ann.first_name == "Ann"


def test_ten_thousand_characters_are_refused_on_the_page_and_nothing_typed_is_lost(
    as_user: AsUser, admin: User
) -> None:
    answer = as_user(admin).post("/business/users/add/", sent(first_name="x" * 10_000, last_name="דנה"))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert not User.objects.filter(username="zoe").exists()
    assert "at most" in html
    assert 'value="דנה"' in html
