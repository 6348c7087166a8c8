"""REST: /api/v1/handsets/, and the emergency rules seen from outside."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from portal.business.users.models import User
from portal.live import picture
from portal.live.picture import Seen

Api = Callable[[User], APIClient]
DESK = {"kind": "generic", "description": "Ann desk", "lines": 1, "login_id": "ann-desk", "password": "sip-secret"}


def test_a_handset_answers_the_user_id_to_register_as(api: Api, admin: User, ann: User) -> None:
    answer = api(admin).post("/api/v1/handsets/", {**DESK, "owner": "Ann"}, format="json")
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert body["user_id"] == "5111"
    assert body["login_id"] == "ann-desk"
    assert body["owner"] == "ann"
    assert body["registered"] is False
    assert body["registered_until"] is None
    assert "password" not in body


def test_it_says_registered_when_the_live_picture_does(
    api: Api, admin: User, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = api(admin)
    client.post("/api/v1/handsets/", DESK, format="json")
    here = {"station": "5111", "registered_until": 2_000_000_000.0, "contact": "", "source": "", "user_agent": ""}
    monkeypatch.setattr(picture, "registrations", lambda: Seen((here,)))
    handset = client.get("/api/v1/handsets/?user_id=5111").json()["results"][0]
    assert handset["registered"] is True
    assert handset["registered_until"].startswith("2033-05-18T03:33:20")


def test_other_kinds_and_unknown_owners_are_told(api: Api, admin: User) -> None:
    answer = api(admin).post("/api/v1/handsets/", {**DESK, "kind": "desk", "owner": "nobody"}, format="json")
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"kind", "owner"}


def test_a_login_id_belongs_to_one_phone(api: Api, admin: User) -> None:
    client = api(admin)
    client.post("/api/v1/handsets/", DESK, format="json")
    answer = client.post("/api/v1/handsets/", {**DESK, "login_id": "ANN-desk"}, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"]["login_id"] == ["The login ID ANN-desk is already used by Ann desk."]


def test_the_last_emergency_line_cannot_be_taken_from_a_handset(api: Api, admin: User) -> None:
    client = api(admin)
    line = {"description": "Carrier", "host": "carrier.example", "emergency": True}
    created = client.post("/api/v1/outside-lines/", line, format="json").json()
    client.post("/api/v1/handsets/", DESK, format="json")
    for answer in (
        client.delete(f"/api/v1/outside-lines/{created['id']}/"),
        client.patch(f"/api/v1/outside-lines/{created['id']}/", {"emergency": False}, format="json"),
    ):
        assert answer.status_code == 409
        assert "Ann desk (5111) without an outside line for emergency calls" in answer.json()["detail"]
    assert client.get(f"/api/v1/outside-lines/{created['id']}/").json()["emergency"] is True


def test_a_line_is_modified_and_the_handset_deleted(api: Api, admin: User, ann: User) -> None:
    client = api(admin)
    pk = client.post("/api/v1/handsets/", {**DESK, "lines": 2}, format="json").json()["id"]
    body = client.patch(f"/api/v1/handsets/{pk}/", {"owner": "ann", "description": "Hall"}, format="json").json()
    assert (body["owner"], body["description"], body["lines"], body["row_version"]) == ("ann", "Hall", 2, 2)
    assert [line["user_id"] for line in body["appearances"]] == ["5111", "5112"]
    assert client.delete(f"/api/v1/handsets/{pk}/").status_code == 204
