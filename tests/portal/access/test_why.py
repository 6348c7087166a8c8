"""Why can't I see this? The missing link, the roles that hold it, and who could give one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from portal.access.links import Role
from portal.access.why import explain
from portal.api.models import ApiToken
from portal.business.users.models import User

pytestmark = pytest.mark.django_db
Make = Callable[..., User]
AsUser = Callable[[User], Any]


def test_the_refused_page_names_the_link_the_roles_and_who_gives_them(
    make_user: Make, phone_admin: User, ann: User, as_user: AsUser
) -> None:
    make_user("sara", "120", role=Role.SYSTEM)
    page = as_user(ann).get("/business/users/").content.decode()
    assert "Business › Users is not part of what you may use, because you have no role." in page
    assert "It comes with: System Administrator or Phone Administrator." in page
    assert "Paula Example, Sara Example or the Server Administrator can give it to you." in page


def test_only_people_who_could_give_it_are_named(make_user: Make, phone_admin: User) -> None:
    explanation = explain(phone_admin, "maintenance.update")
    assert explanation.roles == ("System Administrator",)
    assert explanation.givers == ("the Server Administrator",)
    make_user("sara", "120", role=Role.SYSTEM)
    assert explain(phone_admin, "maintenance.update").givers == ("Sara Example", "the Server Administrator")


def test_many_givers_are_counted(make_user: Make, ann: User) -> None:
    for number in range(6):
        make_user(f"sys{number}", str(130 + number), role=Role.SYSTEM)
    assert explain(ann, "maintenance.update").givers[-2:] == ("2 more", "the Server Administrator")


def test_programs_get_the_same_sentence(ann: User) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {ApiToken.issue(ann)}")
    answer = client.get("/api/v1/users/")
    assert answer.status_code == 403
    assert "Business › Users is not part of" in answer.json()["detail"]


def test_everybody_can_look_up_what_is_missing(ann: User, phone_admin: User, as_user: AsUser) -> None:
    page = as_user(ann).get("/why/?q=emergency+cid&held=no")
    assert page.context["table"].found > 0
    assert all(row.cells[2].value.text == "no" for row in page.context["table"].rows)
    page = as_user(phone_admin).get("/why/?held=yes&q=maintenance+update")
    assert page.context["table"].found == 0
    assert as_user(phone_admin).get("/why/?held=yes").context["table"].found > 100
