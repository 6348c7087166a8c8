"""Adding people and phones (A-001, A-003, A-004, A-006), through the API and as a browser without scripts does it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import requests

from tests.e2e.conftest import Peers
from tests.harness.browser import new_secrets
from tests.harness.house import ADMIN_PASSWORD, PASSWORD, House, Person, Refused
from tests.harness.place import wait_for

pytestmark = pytest.mark.e2e


def test_the_factory_password_was_replaced_at_the_first_login_and_opens_nothing_any_more(house: House) -> None:
    with house.browser("admin", "admin") as session:
        assert session.path(session.get("/")) == "/login/"
    with house.browser("admin", ADMIN_PASSWORD) as session:
        page = session.get("/")
        assert page.status_code == 200
        assert session.path(page) == "/"


def test_a_wrong_login_reveals_nothing_about_which_part_was_wrong(house: House, ann: Person) -> None:
    def answer(username: str) -> str:
        with house.browser(username, "wrong") as session:
            text = session.logged_in.text
        return "\n".join(line for line in text.splitlines() if "csrf" not in line.lower() and username not in line)

    assert answer(ann.username) == answer("nobody-here")


def test_a_user_has_an_extension_a_route_for_each_presence_and_logs_in(house: House, ann: Person) -> None:
    row = house.get(f"users/{ann.user_id}/")
    assert (row["first_name"], row["last_name"], row["extension"]) == ("Ann", "Meyer", ann.extension)
    assert "password" not in row
    with house.browser(ann.username, PASSWORD) as session:
        page = session.get("/my/")
        assert page.status_code == 200
        assert session.path(page) == "/my/"
        assert session.get("/business/users/").status_code == 403


def test_a_new_user_must_choose_a_password_first_and_then_the_old_one_fails(house: House) -> None:
    house.api(
        "POST", "users/",
        {"username": "newcomer", "first_name": "New", "last_name": "Comer", "extension": "291",
         "password": "First-Pass-1", "pin": "135790", "require_password_change": True, "require_pin_change": False},
    )  # fmt: skip
    with house.browser("newcomer", "First-Pass-1") as session:
        forced = session.get("/my/")
        assert session.path(forced) != "/my/", "the first password opens the pages"
        session.submit(forced, new_secrets("First-Pass-1", "Second-Pass-2"))
        assert session.path(session.get("/my/")) == "/my/"
    with house.browser("newcomer", "First-Pass-1") as session:
        assert session.path(session.get("/my/")) == "/login/"
    with house.browser("newcomer", "Second-Pass-2") as session:
        assert session.path(session.get("/my/")) == "/my/"


def test_an_extension_cannot_be_given_twice_and_the_refusal_is_a_sentence(house: House, ann: Person) -> None:
    with pytest.raises(Refused) as refused:
        house.api(
            "POST", "users/",
            {"username": "second", "first_name": "Se", "last_name": "Cond", "extension": ann.extension,
             "password": PASSWORD, "pin": "135790"},
        )  # fmt: skip
    assert refused.value.status == 400
    assert ann.name in refused.value.answer.text


def test_a_phone_registers_with_a_login_id_that_is_not_its_user_id_and_the_page_shows_until_when(
    house: House, ann: Person, peer: Peers
) -> None:
    assert ann.login_id != ann.station
    assert not house.handset(ann)["registered"]
    with house.socket("handsets/") as page:
        assert page.next()["type"] == "snapshot"
        peer(ann)
        found = None
        while found is None:
            message = page.next(5)
            found = next((r for r in message.get("changed", []) if r["station"] == ann.station), None)
        assert found["registered_until"] > datetime.now(UTC).timestamp() + 30
    row = wait_for(lambda: (r := house.handset(ann))["registered"] and r, 4, "the handset to be registered")
    until = datetime.fromisoformat(row["registered_until"])
    assert 30 < (until - datetime.now(UTC)).total_seconds() <= 3600
    assert ann.sip_password not in str(row)


def test_a_phone_may_not_register_as_another_station_with_its_own_password(
    house: House, ann: Person, bob: Person, peer: Peers
) -> None:
    thief = peer(bob, register=False)
    thief.user = ann.station
    assert thief.register().code in (401, 403)
    assert not house.handset(ann)["registered"]


def test_the_schema_describes_the_api(house: House) -> None:
    answer = house.http.get(house.url("/api/v1/schema/"), timeout=20)
    assert answer.status_code == 200
    for path in ("users", "handsets", "calls", "call-records", "voicemails"):
        assert f"/api/v1/{path}/" in answer.text


def test_without_a_token_the_api_says_nothing(house: House) -> None:
    for path in ("users/", "handsets/", "calls/", "call-records/", "voicemails/"):
        assert requests.get(house.url(f"/api/v1/{path}"), timeout=10).status_code in (401, 403), path
