"""A session that ended in the middle of a form: the login page keeps what was typed, and a button sends it again."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from portal.access import kept
from portal.business.users.models import User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
PATH = "/business/users/add/"


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, f"there is no field {name}"
    return found[1]


def test_a_form_of_an_ended_session_comes_back_after_the_login(client: Client, admin: User) -> None:
    page = client.post(PATH, {"username": "zoe", "first_name": 'Zoë "Z"', "days": ["1", "2"]})
    html = page.content.decode()
    assert page.status_code == 401
    assert kept.ENDED in html
    again = client.post("/login/", {
        "username": "admin", "password": PASSWORD, "kept": hidden(html, "kept"), "next": hidden(html, "next"),
    })  # fmt: skip
    html = again.content.decode()
    assert again.status_code == 200
    assert f'action="{PATH}"' in html
    assert hidden(html, "first_name") == "Zoë &quot;Z&quot;"
    assert html.count('name="days"') == 2
    assert "no-store" in again["Cache-Control"]
    assert not User.objects.filter(username="zoe").exists(), "nothing is sent by itself"


def test_a_wrong_password_keeps_it_too(client: Client, admin: User) -> None:
    token = hidden(client.post(PATH, {"username": "zoe"}).content.decode(), "kept")
    wrong = client.post("/login/", {"username": "admin", "password": "no", "kept": token})
    assert hidden(wrong.content.decode(), "kept") == token


@pytest.mark.parametrize("token", ["", "x:y:z", signing.dumps(["/x/", [], False], salt="another")])
def test_what_we_did_not_sign_is_not_given_back(client: Client, admin: User, token: str) -> None:
    answer = client.post("/login/", {"username": "admin", "password": PASSWORD, "kept": token})
    assert answer.status_code == 302


def test_an_old_form_is_not_given_back(client: Client, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    token = hidden(client.post(PATH, {"username": "zoe"}).content.decode(), "kept")
    monkeypatch.setattr(kept, "GOOD_FOR", -1)
    assert client.post("/login/", {"username": "admin", "password": PASSWORD, "kept": token}).status_code == 302


def test_a_page_that_was_only_looked_at_is_gone_to_after_the_login(client: Client, admin: User) -> None:
    assert client.get(PATH).headers["Location"] == f"/login/?next={PATH}"


def test_a_button_of_an_ended_session_leads_to_the_login_page(client: Client, db: Any) -> None:
    answer = client.post(PATH, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/login/"


def test_an_upload_that_is_too_long_is_not_carried_around(client: Client, admin: User) -> None:
    import random

    noise = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=kept.LARGEST))
    html = client.post(PATH, {"text": noise * 2}).content.decode()
    assert 'name="kept"' not in html
