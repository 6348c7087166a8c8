"""Log in, the rate limit, forced changes, and the fresh box."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.test import Client
from django.utils import timezone

from portal.access.address import client_address, is_local
from portal.access.lockout import PER_ACCOUNT_AND_SOURCE, PER_SOURCE, is_locked, unlock
from portal.access.models import LoginAttempt
from portal.audit.models import AuditEntry
from portal.business.users.models import User
from tests.conftest import PASSWORD

AsUser = Callable[[User], Client]


def log_in(client: Client, username: str, password: str, **more: Any) -> Any:
    return client.post("/login/", {"username": username, "password": password}, **more)


def test_the_login_name_counts_in_any_case(client: Client, ann: User) -> None:
    answer = log_in(client, "ANN", PASSWORD)
    assert answer.status_code == 302
    assert answer["Location"] == "/my/"  # no role: My Allworx Manager
    assert AuditEntry.objects.filter(action="login", object_id=str(ann.pk)).exists()


def test_a_wrong_password_and_an_unknown_name_read_the_same(client: Client, ann: User) -> None:
    wrong, unknown = log_in(client, "ann", "wrong"), log_in(client, "nobody", "wrong")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    sentence = "Login name or password is wrong."
    assert wrong.context["form"].non_field_errors() == unknown.context["form"].non_field_errors() == [sentence]


def test_an_unknown_name_costs_as_much_hashing_as_a_known_one(
    client: Client, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.access.hashers import Argon2id

    hashed: list[str] = []
    encode, verify = Argon2id.encode, Argon2id.verify
    monkeypatch.setattr(Argon2id, "encode", lambda self, *a, **k: hashed.append("encode") or encode(self, *a, **k))
    monkeypatch.setattr(Argon2id, "verify", lambda self, *a, **k: hashed.append("verify") or verify(self, *a, **k))
    log_in(client, "ann", "wrong")
    log_in(client, "nobody", "wrong")
    assert hashed == ["verify", "encode"]


def test_the_eleventh_try_is_refused_even_with_the_right_password(client: Client, ann: User) -> None:
    for _ in range(PER_ACCOUNT_AND_SOURCE):
        assert log_in(client, "ann", "wrong").status_code == 401
    answer = log_in(client, "ann", PASSWORD)
    assert answer.status_code == 429
    assert "Wait five minutes" in answer.context["form"].non_field_errors()[0]
    assert is_locked("Ann")


def test_the_lock_out_is_of_one_source_ends_by_itself_and_by_an_administrator(client: Client, ann: User) -> None:
    for _ in range(PER_ACCOUNT_AND_SOURCE + 3):
        log_in(client, "ann", "wrong")
    assert log_in(client, "ann", PASSWORD, REMOTE_ADDR="192.168.1.9").status_code == 302
    assert log_in(Client(), "ann", PASSWORD).status_code == 429
    LoginAttempt.objects.update(at=timezone.now() - timedelta(minutes=5, seconds=1))
    assert log_in(Client(), "ann", PASSWORD).status_code == 302
    for _ in range(PER_ACCOUNT_AND_SOURCE):
        log_in(Client(), "ann", "wrong")
    unlock("ANN")
    assert log_in(Client(), "ann", PASSWORD).status_code == 302


def test_one_source_may_not_try_fifty_names(client: Client, ann: User) -> None:
    LoginAttempt.objects.bulk_create(
        LoginAttempt(account=f"name{number}", source="127.0.0.1") for number in range(PER_SOURCE)
    )
    assert log_in(client, "ann", PASSWORD).status_code == 429


def test_the_first_administrator_must_change_the_factory_password_before_anything_else(
    client: Client, db: None
) -> None:
    assert log_in(client, "admin", "admin").status_code == 302
    for path in ("/", "/business/users/", "/api/v1/users/"):
        answer = client.get(path)
        assert (answer.status_code, answer.get("Location")) in ((302, "/change-password/"), (403, None))
    same = {"old_password": "admin", "new_password": "admin", "confirm_password": "admin"}
    assert "must differ" in str(client.post("/change-password/", same).context["form"].errors)
    new = {"old_password": "admin", "new_password": "n3w secret ", "confirm_password": "n3w secret "}
    assert client.post("/change-password/", new).status_code == 302
    admin = User.objects.get(username="admin")
    assert check_password("n3w secret ", admin.password)  # the trailing space counts
    assert not admin.must_change
    assert not admin.has_default_password
    assert client.get("/business/users/").status_code == 200  # still logged in


def test_a_new_user_must_change_password_and_pin(make_user: Callable[..., User], as_user: AsUser) -> None:
    user = make_user("carl", "103", require_password_change=True, require_pin_change=True)
    client = as_user(user)
    assert client.get("/my/")["Location"] == "/change-password/"
    form = {"old_password": PASSWORD, "new_password": "abcd", "confirm_password": "abcd"}
    assert client.post("/change-password/", form).status_code == 200  # the PIN is missing
    form |= {"new_pin": "4711", "confirm_pin": "4711"}
    before = user.pin_digest
    assert client.post("/change-password/", form).status_code == 302
    user.refresh_from_db()
    assert user.pin_digest != before
    assert not user.must_change


def test_until_the_factory_password_is_changed_only_neighbours_are_served(client: Client, db: None) -> None:
    for address, status in (("203.0.113.7", 403), ("8.8.8.8", 403), ("192.168.7.7", 200), ("127.0.0.1", 200)):
        answer = client.get("/login/", REMOTE_ADDR=address)
        assert answer.status_code == status, address
    assert b"factory password" in client.get("/api/v1/users/", REMOTE_ADDR="8.8.8.8").content
    User.objects.filter(username="admin").update(has_default_password=False)
    assert client.get("/login/", REMOTE_ADDR="8.8.8.8").status_code == 200


def test_x_real_ip_counts_only_from_our_unix_socket(rf: Any) -> None:
    assert client_address(rf.get("/", REMOTE_ADDR="198.51.100.4", HTTP_X_REAL_IP="127.0.0.1")) == "198.51.100.4"
    assert client_address(rf.get("/", REMOTE_ADDR="", HTTP_X_REAL_IP="198.51.100.4")) == "198.51.100.4"
    assert client_address(rf.get("/", REMOTE_ADDR="", HTTP_X_REAL_IP="::ffff:10.0.0.1")) == "10.0.0.1"
    assert not is_local(client_address(rf.get("/", REMOTE_ADDR="", HTTP_X_REAL_IP="nonsense")))


def test_strangers_come_to_the_login_and_back_to_where_they_wanted(client: Client, phone_admin: User) -> None:
    assert client.get("/business/users/")["Location"] == "/login/?next=/business/users/"
    back = client.post("/login/", {"username": "paula", "password": PASSWORD, "next": "/business/users/"})
    assert back["Location"] == "/business/users/"
    elsewhere = Client().post("/login/", {"username": "paula", "password": PASSWORD, "next": "https://evil.example/"})
    assert elsewhere["Location"] == "/"


def test_a_page_outside_ones_role_answers_403(as_user: AsUser, phone_admin: User, ann: User) -> None:
    assert as_user(phone_admin).get("/reports/live-calls/").status_code == 403
    assert as_user(ann).get("/business/users/").status_code == 403
