"""REST: schedules, their holidays, message aliases, contact information."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from portal.business.schedules import state
from portal.business.schedules.models import Schedule
from portal.business.users.models import User

Api = Callable[[User], APIClient]
EVENING = {"start": "18:00", "end": "24:00", "mode": "day", "greeting": 2}


@pytest.fixture(autouse=True)
def nothing_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "set_by_hand", dict)


def test_a_schedule_is_copied_and_one_day_changed(api: Api, phone_admin: User) -> None:
    client = api(phone_admin)
    [default] = client.get("/api/v1/schedules/").json()["results"]
    assert default["monday"] == [{"start": "08:00", "end": "17:00", "mode": "day", "greeting": 0}]
    assert set(default["now"]) == {"mode", "greeting", "until", "because", "text"}
    made = client.post("/api/v1/schedules/", {"copy_of": default["id"], "description": "Sales"})
    assert (made.status_code, made.json()["number"]) == (201, 1)
    url = f"/api/v1/schedules/{made.json()['id']}/"
    changed = client.patch(url, {"sunday": [EVENING], "row_version": 1}).json()
    assert (changed["sunday"], changed["monday"]) == ([EVENING], default["monday"])
    assert client.patch(url, {"sunday": [], "row_version": 1}).status_code == 409
    assert client.delete(url).status_code == 204


def test_overlaps_and_times_that_are_none_are_sentences_at_the_day(api: Api, admin: User) -> None:
    client = api(admin)
    url = f"/api/v1/schedules/{Schedule.objects.get().pk}/"
    overlap = client.patch(url, {"monday": [EVENING, {**EVENING, "start": "19:00"}]})
    assert overlap.status_code == 400
    assert "overlap" in overlap.json()["errors"]["monday"][0]
    assert client.patch(url, {"monday": [{**EVENING, "start": "25:00"}]}).status_code == 400
    assert client.delete(url).status_code == 400  # schedule 0


def test_control_is_chosen_with_what_manual_begins_with(api: Api, admin: User) -> None:
    url = f"/api/v1/schedules/{Schedule.objects.get().pk}/"
    sent = {"control": "manual", "manual_mode": "day", "manual_greeting": 3, "description": "Shop", "row_version": 1}
    now = api(admin).patch(url, sent).json()
    assert (now["description"], now["now"]["mode"], now["now"]["greeting"]) == ("Shop", "day", 3)
    assert now["now"]["because"] == "manual"


def test_setting_by_hand_says_when_the_switch_refuses(api: Api, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(task: Any, **arguments: Any) -> Any:
        return {"ok": arguments["mode"] == "night", "error": "No.", "call_id": ""}

    monkeypatch.setattr(state, "ask", ask)
    url = f"/api/v1/schedules/{Schedule.objects.get().pk}/set/"
    assert api(admin).post(url, {"mode": "night", "greeting": 1}).status_code == 200
    refused = api(admin).post(url, {"mode": None})
    assert (refused.status_code, refused.json()["detail"]) == (409, "No.")


def test_holidays_are_a_collection_of_their_own(api: Api, admin: User) -> None:
    client = api(admin)
    schedule = Schedule.objects.get()
    sent = {"schedule": schedule.pk, "name": "Christmas", "first": "2026-12-25", "every_year": True}
    made = client.post("/api/v1/schedule-holidays/", sent)
    assert made.status_code == 201, made.content
    assert made.json()["last"] == "2026-12-25"
    url = f"/api/v1/schedule-holidays/{made.json()['id']}/"
    body = client.patch(url, {"last": "2026-12-26", "periods": [EVENING]}).json()
    assert (body["last"], body["periods"], body["name"]) == ("2026-12-26", [EVENING], "Christmas")
    assert client.get(f"/api/v1/schedules/{schedule.pk}/").json()["holidays"][0]["name"] == "Christmas"
    assert client.delete(url).status_code == 204


def test_aliases_by_api_say_the_same_sentences(api: Api, admin: User, ann: User) -> None:
    client = api(admin)
    made = client.post("/api/v1/message-aliases/", {"user": "ann", "addresses": ["a@b.example"]})
    assert made.status_code == 201, made.content
    again = client.post("/api/v1/message-aliases/", {"user": "ann", "addresses": ["a@b.example"]})
    assert "has a message alias already" in again.json()["errors"]["user"][0]
    url = f"/api/v1/message-aliases/{made.json()['id']}/"
    assert client.patch(url, {"message_center": "ann"}).json()["message_center"] == "ann"
    assert client.patch(url, {"user": None, "group": "x"}).status_code == 400
    assert client.delete(url).status_code == 204


def test_contact_information_is_one_object(api: Api, admin: User) -> None:
    client = api(admin)
    body = client.patch("/api/v1/contact-information/", {"city": "Ulm"}).json()
    assert (body["city"], body["name"], body["row_version"]) == ("Ulm", "", 2)
    assert client.patch("/api/v1/contact-information/", {"city": "X", "row_version": 1}).status_code == 409


def test_a_plain_user_is_refused_everywhere(api: Api, ann: User) -> None:
    client = api(ann)
    pk = Schedule.objects.get().pk
    for path in ("schedules/", f"schedules/{pk}/", "schedule-holidays/", "message-aliases/", "contact-information/"):
        assert client.get(f"/api/v1/{path}").status_code == 403, path
    assert client.post(f"/api/v1/schedules/{pk}/set/", {"mode": "day"}).status_code == 403
    assert client.patch("/api/v1/contact-information/", {"city": "X"}).status_code == 403
