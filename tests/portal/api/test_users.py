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
    assert "is not part of what you may use" in answer.json()["detail"]


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


def test_every_setting_is_read_and_written_and_a_patch_touches_only_what_it_names(
    api: Api, admin: User, ann: User
) -> None:
    client, path = api(admin), f"/api/v1/users/{ann.pk}/"
    before = client.get(path).json()
    level = {"to": "ann@example.com", "minutes": 5, "retries": 1, "go_on": False}
    sent = {
        "max_voicemails": 7, "supervised_queues": ["9", "2"], "no_message_in": ["busy"], "vpn_password": "tunnel",
        "notification_mode": "notification", "notification_levels": [level], "smtp_server": "mail.example",
        "roles": ["Phone Administrator"],
    }  # fmt: skip
    answer = client.patch(path, sent, format="json")
    assert answer.status_code == 200, answer.content
    after = answer.json()
    assert {name: after[name] for name in sent if name not in ("vpn_password", "supervised_queues")} == {
        name: value for name, value in sent.items() if name not in ("vpn_password", "supervised_queues")
    }
    assert after["supervised_queues"] == ["2", "9"]
    assert after["overrides"] == ["max_voicemails", "supervised_queues"]
    assert "vpn_password" not in after
    untouched = before.keys() - sent.keys() - {"overrides", "row_version"}
    assert {name: after[name] for name in untouched} == {name: before[name] for name in untouched}
    assert User.objects.get(pk=ann.pk).vpn_password == "tunnel"


def test_a_template_is_copied_applied_merged_and_not_deleted_while_in_use(api: Api, admin: User, ann: User) -> None:
    client, path = api(admin), f"/api/v1/users/{ann.pk}/"
    made = client.post("/api/v1/user-templates/", {"name": "Sales", "max_voicemails": 20}, format="json")
    assert made.status_code == 201, made.content
    sales = made.json()["id"]
    answer = client.patch(path, {"template": sales, "call_recording": True}, format="json").json()
    assert (answer["max_voicemails"], answer["overrides"]) == (20, ["call_recording"])
    client.patch(f"/api/v1/user-templates/{sales}/", {"max_voicemails": 40}, format="json")
    assert client.get(path).json()["max_voicemails"] == 20
    answer = client.patch(path, {"template": sales, "apply": "merge"}, format="json").json()
    assert (answer["max_voicemails"], answer["call_recording"]) == (40, True)
    refused = client.delete(f"/api/v1/user-templates/{sales}/")
    assert refused.status_code == 409
    assert refused.json()["reasons"][0]["text"] == "It is the template last applied to Ann Example."


def test_the_default_template_is_changed_and_deleted_by_nobody(api: Api, admin: User) -> None:
    client = api(admin)
    [default] = client.get("/api/v1/user-templates/?is_default=true").json()["results"]
    path = f"/api/v1/user-templates/{default['id']}/"
    assert client.patch(path, {"max_voicemails": 1}, format="json").status_code == 400
    assert client.delete(path).status_code == 400
    assert client.get(path).json() == default


def test_a_phone_administrator_promotes_nobody_beyond_phone_administrator(
    api: Api, phone_admin: User, ann: User
) -> None:
    client, path = api(phone_admin), f"/api/v1/users/{ann.pk}/"
    answer = client.patch(path, {"roles": ["System Administrator"]}, format="json")
    assert answer.status_code == 400
    assert not ann.groups.exists()
    assert client.patch(path, {"roles": ["Phone Administrator"]}, format="json").status_code == 200
