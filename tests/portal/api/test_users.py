"""REST: /api/v1/users/."""

from __future__ import annotations

from collections.abc import Callable

from rest_framework.test import APIClient

from portal.audit.models import AuditEntry
from portal.business.users.models import User

Api = Callable[[User], APIClient]
ANN = {"username": "ann", "first_name": "Ann", "last_name": "Lee", "extension": "101", "password": "secret"}


def test_a_user_is_added_with_the_factory_pin_and_both_demands(api: Api, admin: User) -> None:
    answer = api(admin).post("/api/v1/users/", ANN, format="json")
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert body["username"] == "ann"
    assert body["extension"] == "101"
    assert body["require_password_change"] is True
    assert body["require_pin_change"] is True
    assert "password" not in body
    assert "pin" not in body
    assert User.objects.get(username="ann").check_password("secret")


def test_every_wrong_field_is_named_with_a_sentence(api: Api, admin: User) -> None:
    answer = api(admin).post(
        "/api/v1/users/", {**ANN, "extension": "301", "password": "abc", "pin": "12x4"}, format="json"
    )
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    errors = answer.json()["errors"]
    assert errors["extension"] == ["An extension is a number from 100 to 299; '301' is not."]
    assert errors["password"] == ["A password has 4 to 128 characters; this one has 3."]
    assert "digits" in errors["pin"][0]
    assert not User.objects.filter(username="ann").exists()


def test_a_taken_login_name_and_a_taken_extension_are_both_told(api: Api, admin: User, ann: User) -> None:
    answer = api(admin).post("/api/v1/users/", {**ANN, "username": "ANN"}, format="json")
    errors = answer.json()["errors"]
    assert errors["username"] == ["The login name ANN is already used by Ann Example."]
    assert errors["extension"] == ["Extension 101 is already used by Ann Example."]


def test_what_is_missing_is_told(api: Api, admin: User) -> None:
    answer = api(admin).post("/api/v1/users/", {"username": "ann"}, format="json")
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"extension", "password"}


def test_a_change_against_an_old_row_version_is_refused_with_the_difference(api: Api, admin: User, ann: User) -> None:
    client = api(admin)
    seen = client.get(f"/api/v1/users/{ann.pk}/").json()["row_version"]
    first = client.patch(f"/api/v1/users/{ann.pk}/", {"first_name": "Anne", "row_version": seen}, format="json")
    second = client.patch(f"/api/v1/users/{ann.pk}/", {"first_name": "Anna", "row_version": seen}, format="json")
    assert first.status_code == 200
    assert second.status_code == 409
    assert second.json()["differences"] == [{"field": "first_name", "mine": "Anna", "theirs": "Anne"}]
    assert User.objects.get(pk=ann.pk).first_name == "Anne"


def test_the_password_can_be_changed_and_is_never_written_down(api: Api, admin: User, ann: User) -> None:
    assert api(admin).patch(f"/api/v1/users/{ann.pk}/", {"password": "new secret"}, format="json").status_code == 200
    assert User.objects.get(pk=ann.pk).check_password("new secret")
    entry = AuditEntry.objects.get(kind="user", object_id=str(ann.pk), action="modify", field="password")
    assert (entry.before, entry.after, entry.via, entry.actor_name) == ("", "changed", "api", "admin")


def test_a_deleted_user_takes_the_extension_along(api: Api, admin: User, ann: User) -> None:
    client = api(admin)
    assert client.delete(f"/api/v1/users/{ann.pk}/").status_code == 204
    assert client.get("/api/v1/extensions/?number=101").json()["results"] == []


def test_a_plain_user_may_not_see_the_users(api: Api, ann: User) -> None:
    answer = api(ann).get("/api/v1/users/")
    assert answer.status_code == 403
    assert answer.json()["detail"] == "Your role does not include this."


def test_a_stranger_is_asked_to_sign_in(db: None) -> None:
    answer = APIClient().get("/api/v1/users/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"


def test_a_token_taken_back_no_longer_works(api: Api, admin: User) -> None:
    client = api(admin)
    admin.api_tokens.all().delete()  # type: ignore[attr-defined]
    assert client.get("/api/v1/users/").status_code == 401


def test_a_phone_administrator_may_not_take_over_the_server_administrator(
    api: Api, phone_admin: User, admin: User
) -> None:
    client = api(phone_admin)
    assert client.patch(f"/api/v1/users/{admin.pk}/", {"password": "mine now"}, format="json").status_code == 400
    assert client.delete(f"/api/v1/users/{admin.pk}/").status_code == 400
    assert not User.objects.get(pk=admin.pk).check_password("mine now")


def test_users_are_found_by_login_name_and_extension(api: Api, admin: User, ann: User, bob: User) -> None:
    client = api(admin)
    assert [user["username"] for user in client.get("/api/v1/users/?extension=102").json()["results"]] == ["bob"]
    assert [user["username"] for user in client.get("/api/v1/users/?username=ANN").json()["results"]] == ["ann"]
