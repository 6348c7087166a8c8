"""Code at login: one-time codes, recovery codes, and the way back in."""

from __future__ import annotations

import time
from collections.abc import Callable

import pyotp
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from portal.access.lockout import PER_ACCOUNT_AND_SOURCE
from portal.access.models import SecondFactor
from portal.audit.models import AuditEntry
from portal.business.users.models import User
from tests.conftest import PASSWORD

AsUser = Callable[[User], Client]


def code_of(user: User, steps: int = 0) -> str:
    return pyotp.TOTP(SecondFactor.objects.get(user=user).key).at(int(time.time()) + 30 * steps)


@pytest.fixture
def switched_on(admin: User, as_user: AsUser) -> list[str]:
    """The administrator's recovery codes."""
    client = as_user(admin)
    page = client.get("/second-factor/")
    assert b"<svg" in page.content
    assert b"style=" not in page.context["picture"].encode()  # the Content Security Policy would forbid it
    codes: list[str] = client.post("/second-factor/", {"code": code_of(admin, -1)}).context["codes"]
    return codes


def password_step(client: Client) -> None:
    answer = client.post("/login/", {"username": "admin", "password": PASSWORD, "next": "/business/users/"})
    assert answer["Location"] == "/login/code/"
    assert client.get("/business/users/").status_code == 302  # not logged in yet


def test_after_the_password_the_code_is_asked_and_leads_to_where_one_wanted(
    switched_on: list[str], admin: User, client: Client
) -> None:
    password_step(client)
    answer = client.post("/login/code/", {"code": code_of(admin)})
    assert answer["Location"] == "/business/users/"
    assert client.get("/business/users/").status_code == 200
    assert AuditEntry.objects.filter(action="login", object_id=str(admin.pk)).count() == 1


def test_a_code_works_once_and_an_older_one_no_more(switched_on: list[str], admin: User, client: Client) -> None:
    code = code_of(admin)
    password_step(client)
    client.post("/login/code/", {"code": code})
    for used in (code, code_of(admin, -1)):
        other = Client()
        password_step(other)
        assert other.post("/login/code/", {"code": used}).status_code == 401


def test_a_recovery_code_works_once(switched_on: list[str], admin: User) -> None:
    first, second = Client(), Client()
    password_step(first)
    assert first.post("/login/code/", {"code": switched_on[3]}).status_code == 302
    password_step(second)
    assert second.post("/login/code/", {"code": switched_on[3]}).status_code == 401
    assert second.post("/login/code/", {"code": switched_on[4]}).status_code == 302


def test_wrong_codes_are_limited_like_wrong_passwords(switched_on: list[str], admin: User, client: Client) -> None:
    password_step(client)
    answers = [client.post("/login/code/", {"code": "000000"}).status_code for _ in range(PER_ACCOUNT_AND_SOURCE + 1)]
    assert answers[:-1] == [401] * PER_ACCOUNT_AND_SOURCE
    assert answers[-1] == 429


def test_the_code_step_cannot_be_entered_without_the_password(
    client: Client, switched_on: list[str], admin: User
) -> None:
    assert client.post("/login/code/", {"code": code_of(admin)})["Location"] == "/login/"


def test_it_is_not_in_force_before_the_first_right_code(admin: User, as_user: AsUser, client: Client) -> None:
    setting_up = as_user(admin)
    setting_up.get("/second-factor/")
    assert setting_up.post("/second-factor/", {"code": "123"}).status_code == 422
    assert client.post("/login/", {"username": "admin", "password": PASSWORD})["Location"] == "/"


def test_ending_it_needs_the_password_and_is_written_down(switched_on: list[str], admin: User, as_user: AsUser) -> None:
    client = as_user(admin)
    assert client.post("/second-factor/", {"password": "wrong"}).status_code == 422
    assert client.post("/second-factor/", {"password": PASSWORD}).status_code == 302
    assert not SecondFactor.objects.exists()
    trail = AuditEntry.objects.filter(field="second factor").order_by("pk")
    assert [(entry.before, entry.after) for entry in trail] == [("", "on"), ("on", "off")]


def test_the_shell_lets_back_in_who_lost_everything(switched_on: list[str], admin: User, client: Client) -> None:
    call_command("forget_second_factor", "admin", verbosity=0)
    assert client.post("/login/", {"username": "admin", "password": PASSWORD})["Location"] == "/"


def test_the_key_lies_encrypted_and_the_recovery_codes_as_digests(switched_on: list[str], admin: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, recovery_digests FROM access_secondfactor")
        [(key, digests)] = cursor.fetchall()
    assert SecondFactor.objects.get().key not in key
    assert not any(code in str(digests) for code in switched_on)


def test_it_is_for_administrators(ann: User, as_user: AsUser) -> None:
    assert as_user(ann).get("/second-factor/")["Location"] == "/my/"


def test_a_form_of_an_ended_session_is_kept_past_the_code(switched_on: list[str], admin: User, client: Client) -> None:
    def kept(html: str) -> str:
        return html.partition('name="kept" value="')[2].partition('"')[0]

    token = kept(client.post("/business/users/add/", {"first_name": "Zoe"}).content.decode())
    step = client.post("/login/", {"username": "admin", "password": PASSWORD, "kept": token})
    assert (step.status_code, kept(step.content.decode())) == (200, token)
    wrong = client.post("/login/code/", {"code": "000000", "kept": token})
    assert (wrong.status_code, kept(wrong.content.decode())) == (401, token)
    html = client.post("/login/code/", {"code": code_of(admin), "kept": token}).content.decode()
    assert 'action="/business/users/add/"' in html
    assert 'name="first_name" value="Zoe"' in html
