"""A-001, A-004: the first login of the administrator and of a user."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.portal.browser.conftest import FacePlace, Person

pytestmark = pytest.mark.browser


def test_the_factory_password_opens_only_the_page_that_changes_it(
    fresh_box: FacePlace, visitor: Callable[..., Person]
) -> None:
    person = visitor(fresh_box)
    page = person.log_in("admin", "admin")
    expect(page.get_by_role("heading", name="Choose a new password")).to_be_visible()
    person.go("/business/users/")
    assert person.path() == "/change-password/"

    page.get_by_label("Current password").fill("admin")
    page.get_by_label("New password", exact=True).fill("a better one")
    page.get_by_label("Confirm new password").fill("a better one")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    expect(page.get_by_text("First steps")).to_be_visible()
    expect(page.get_by_text("No outside line carries emergency calls")).to_be_visible()


def test_a_wrong_password_is_refused_in_one_sentence(office: FacePlace, visitor: Callable[..., Person]) -> None:
    person = visitor(office)
    page = person.log_in("ann", "not hers")
    expect(page.get_by_role("alert")).to_have_text("Login name or password is wrong.")
    assert person.path() == "/login/"


def test_a_plain_user_lands_in_their_own_manager_and_sees_no_admin_menu(
    office: FacePlace, visitor: Callable[..., Person]
) -> None:
    person = visitor(office)
    page = person.log_in("ann")
    assert person.path() == "/my/"
    expect(page.get_by_role("navigation", name="Menu").get_by_role("link")).to_have_text(["My Allworx Manager"])
    person.go("/business/users/")
    expect(page.get_by_role("heading", name="You may not use this page")).to_be_visible()
