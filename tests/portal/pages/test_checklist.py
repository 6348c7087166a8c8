"""Home > Install Checklist (S03-01): from an empty box on, each step is ticked by what was really done."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from portal.business.users.models import User
from portal.home.checklist import first_steps, steps
from portal.phone_system.outside_lines import services
from portal.publish.change import By

pytestmark = pytest.mark.django_db
AsUser = Callable[[User], Client]


def done() -> set[str]:
    return {step.url for step in steps() if step.done}


def test_an_empty_box_has_nothing_done(db: None) -> None:
    assert done() == set()
    assert len(first_steps()) == 4
    assert set(first_steps()) < set(steps())


def test_what_is_done_is_ticked(admin: User, ann: User, by: By) -> None:
    assert done() == {"/change-password/", "/business/users/add/"}
    services.add_outside_line({"description": "Carrier", "host": "192.0.2.1"}, by=by)
    assert "/phone-system/outside-lines/" in done()


def test_every_step_leads_to_a_page_that_exists(as_user: AsUser, admin: User) -> None:
    client = as_user(admin)
    for step in steps():
        assert client.get(step.url).status_code == 200, step.url


def test_the_page_counts_and_opens_beside_home(as_user: AsUser, admin: User, phone_admin: User) -> None:
    html = as_user(admin).get("/install-checklist/").content.decode()
    assert "of 13 are done" in html
    assert 'href="/install-checklist/" target="_blank"' in as_user(admin).get("/").content.decode()
    assert as_user(phone_admin).get("/install-checklist/").status_code == 403
