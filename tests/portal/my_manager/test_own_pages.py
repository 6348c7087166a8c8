"""My Presence, Call History, Call Routes, Phone Functions, Notifications, Password and PIN."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from portal.access.lockout import PER_ACCOUNT_AND_SOURCE, unlock
from portal.access.secrets import pin_digest
from portal.business.users.models import User
from portal.live import verbs
from portal.live.models import CallRecord, UserState
from portal.my_manager.presence import services as presence
from portal.phone_system.outside_lines.models import OutsideLine
from portal.phone_system.speed_dial.services import add_speed_dial
from portal.publish import versions
from telephony.tasks import Verdict
from tests.conftest import PASSWORD
from tests.portal.access.walk.walker import Engines
from tests.portal.my_manager.conftest import filled


@pytest.fixture
def client(ann: User, as_user: Callable[[User], Client]) -> Client:
    return as_user(ann)


# -- presence


def test_a_change_of_presence_goes_to_the_switch_and_is_shown(client: Client, ann: User, engines: Engines) -> None:
    answer = client.post("/my/presence/", {"presence": "at_a_meeting"}, headers={"HX-Request": "1"})
    assert [arguments for _, arguments in engines.asked] == [
        {"user_id": ann.pk, "presence": "at_a_meeting", "by": "ann"}
    ]
    assert '<option value="at_a_meeting" selected>At A Meeting</option>' in answer.content.decode()
    assert "You are At A Meeting now." in answer.content.decode()


def test_when_the_switch_is_away_the_page_says_so_and_shows_what_is_in_force(
    client: Client, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = Verdict(ok=False, error="The switch did not answer in 5 s; nothing was done.", call_id="")
    monkeypatch.setattr(verbs, "ask", lambda task, **arguments: refusal)
    UserState.objects.create(user_id=ann.pk, presence="away", at=1.0)
    answer = client.post("/my/presence/", {"presence": "busy"}, headers={"HX-Request": "1"}).content.decode()
    assert "nothing was done." in answer
    assert '<option value="away" selected>' in answer


def test_a_presence_that_does_not_exist_asks_nobody(client: Client, engines: Engines) -> None:
    assert client.post("/my/presence/", {"presence": "asleep"}).status_code == 400
    assert engines.asked == []


def test_all_seven_are_offered(client: Client) -> None:
    html = client.get("/my/").content.decode()
    titles = ("In Office", "At A Meeting", "On Vacation", "On Business Trip", "At Home", "Away", "Busy")
    assert [title for title in titles if f">{title}</option>" not in html] == []
    assert len(presence.TITLES) == len(titles)


def test_the_api_reads_and_changes_ones_own_presence(ann: User, admin: User, engines: Engines) -> None:
    client = APIClient()
    client.force_authenticate(ann)
    assert client.get("/api/v1/presence/").json() == {"presence": "in_office"}
    assert client.patch("/api/v1/presence/", {}, format="json").json() == {"presence": "in_office"}
    assert engines.asked == []
    assert client.patch("/api/v1/presence/", {"presence": "busy"}, format="json").json() == {"presence": "busy"}
    assert engines.asked[0][1]["user_id"] == ann.pk
    assert client.patch("/api/v1/presence/", {"presence": "asleep"}, format="json").status_code == 400
    client.force_authenticate(admin)
    assert client.get("/api/v1/presence/").status_code == 404


# -- call history


def record(call_id: str, hours: int, **fields: Any) -> None:
    at = datetime.now(UTC) - timedelta(hours=hours)
    defaults: dict[str, Any] = {"from_number": "101", "to_number": "102", "outcome": "answered", "mode": "switched"}
    CallRecord.objects.create(call_id=call_id, started=at, ended=at, **(defaults | fields))


def test_the_history_is_filtered(client: Client, ann: User) -> None:
    now = datetime.now(UTC)
    record("out", 1, from_user=ann.pk, to_name="Outgoing Otto", answered=now)
    record("in", 2, to_user=ann.pk, from_name="Incoming Ida", from_number="555", answered=now)
    record("missed", 30, to_user=ann.pk, from_name="Missed Max", from_number="556", outcome="no_answer")

    def names(query: str) -> list[str]:
        html = client.get(f"/my/calls/{query}").content.decode()
        return [name for name in ("Outgoing Otto", "Incoming Ida", "Missed Max") if name in html]

    assert names("") == ["Outgoing Otto", "Incoming Ida", "Missed Max"]
    assert names("?direction=out") == ["Outgoing Otto"]
    assert names("?direction=in") == ["Incoming Ida", "Missed Max"]
    assert names("?direction=missed") == ["Missed Max"]
    assert names("?period=1") == ["Outgoing Otto", "Incoming Ida"]
    assert names("?outcome=no_answer") == ["Missed Max"]
    assert names("?q=ida") == ["Incoming Ida"]


# -- call routes and phone functions


def test_the_own_routes_are_shown_with_the_present_one_marked(client: Client, ann: User) -> None:
    UserState.objects.create(user_id=ann.pk, presence="away", at=1.0)
    html = client.get("/my/call-routes/").content.decode()
    assert "Call Routes of 101" in html
    assert html.count("Finally: voicemail of 101") == 7
    assert html.count(">now</span>") == 1
    assert html.index('id="away"') < html.index(">now</span>") < html.index('id="busy"')


def test_the_sheet_follows_the_version_in_force(
    client: Client, ann: User, by: Any, make_user: Callable[..., User]
) -> None:
    assert versions.head_number() > 0
    html = client.get("/my/phone-functions/").content.decode()
    assert "6101" in html
    assert "An outside number" not in html
    OutsideLine.objects.create(description="Provider", host="127.0.0.9")
    make_user("carl", "103")  # any change publishes
    assert "An outside number" in client.get("/my/phone-functions/").content.decode()


def test_the_speed_dials_of_the_office_are_shown_as_they_are_dialled(client: Client, by: Any) -> None:
    assert "There are none yet" in client.get("/my/speed-dials/").content.decode()
    add_speed_dial({"entry": 0, "description": "Taxi <Köln>", "target": "95551212"}, by=by)
    add_speed_dial({"entry": 1000, "description": "Plumber", "target": "95553434"}, by=by)
    html = client.get("/my/speed-dials/").content.decode()
    assert "Taxi &lt;Köln&gt;" in html
    assert html.index(">350<") < html.index(">34000<")


# -- notifications


def test_notification_settings_are_saved_and_shown_again(client: Client, ann: User) -> None:
    page = client.get("/my/notifications/")
    answer = client.post(
        "/my/notifications/",
        filled(page, notification_mode="escalation", level1_to="bob", level2_to="a@example.com", level2_go_on="on"),
    )
    assert answer.status_code == 302
    ann.refresh_from_db()
    assert ann.notification_mode == "escalation"
    assert [(level["to"], level["go_on"]) for level in ann.notification_levels] == [
        ("bob", False),
        ("a@example.com", True),
    ]
    assert client.get("/my/notifications/").context["form"]["level2_to"].value() == "a@example.com"


def test_a_mode_without_a_recipient_is_refused_at_the_field(client: Client, ann: User) -> None:
    page = client.get("/my/notifications/")
    answer = client.post("/my/notifications/", filled(page, notification_mode="notification"))
    assert answer.status_code == 422
    assert "Fill in at least one recipient" in answer.content.decode()
    ann.refresh_from_db()
    assert ann.notification_mode == "disabled"


def test_an_administrator_who_saved_meanwhile_is_not_overwritten(client: Client, ann: User, by: Any) -> None:
    from portal.business.users.services import modify_user

    page = client.get("/my/notifications/")
    modify_user(ann, {"smtp_server": "mail.example.com"}, by=by)
    answer = client.post("/my/notifications/", filled(page, smtp_server="other.example.com"))
    assert answer.status_code == 409
    assert "mail.example.com" in answer.content.decode()


# -- password and PIN


def test_password_and_pin_are_changed_together_or_alone(client: Client, ann: User) -> None:
    old_digest = ann.pin_digest
    data = {"old_password": PASSWORD, "new_pin": "9876", "confirm_pin": "9876"}
    assert client.post("/my/password/", data).status_code == 302
    ann.refresh_from_db()
    assert ann.pin_digest == pin_digest(ann.pk, "9876") != old_digest
    assert ann.check_password(PASSWORD)
    data = {"old_password": PASSWORD, "new_password": "a better one", "confirm_password": "a better one"}
    assert client.post("/my/password/", data).status_code == 302
    ann.refresh_from_db()
    assert ann.check_password("a better one")
    assert client.get("/my/").status_code == 200  # this session goes on


@pytest.mark.parametrize("path", ["/my/password/", "/change-password/"])
def test_guessing_the_current_password_at_an_open_browser_ends_in_a_lock_out(
    client: Client, ann: User, path: str
) -> None:
    wanted = {"new_password": "a better one", "confirm_password": "a better one"}
    for _ in range(PER_ACCOUNT_AND_SOURCE):
        assert "not your current password" in client.post(path, {"old_password": "wrong", **wanted}).content.decode()
    answer = client.post(path, {"old_password": PASSWORD, **wanted})
    assert "Wait five minutes" in answer.content.decode()
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)
    unlock(ann.username)
    assert client.post(path, {"old_password": PASSWORD, **wanted}).status_code == 302


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"old_password": "wrong", "new_pin": "9876", "confirm_pin": "9876"}, "This is not your current password."),
        ({"old_password": PASSWORD, "new_pin": "9876", "confirm_pin": "9875"}, "The two entries differ."),
        ({"old_password": PASSWORD, "new_pin": "12", "confirm_pin": "12"}, "A PIN has 4 to 8 digits"),
        ({"old_password": PASSWORD}, "Enter a new password, a new PIN, or both."),
        ({"old_password": PASSWORD, "new_password": PASSWORD, "confirm_password": PASSWORD}, "must differ"),
    ],
)
def test_a_wrong_entry_changes_nothing_and_is_said_at_the_field(
    client: Client, ann: User, data: dict[str, str], sentence: str
) -> None:
    before = (ann.password, ann.pin_digest)
    answer = client.post("/my/password/", data)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    ann.refresh_from_db()
    assert (ann.password, ann.pin_digest) == before
