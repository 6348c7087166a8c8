"""Business > Roles, view as, and Reports > Changes in a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.portal.browser.conftest import FacePlace, Person

pytestmark = pytest.mark.browser


def test_assigning_a_role_opens_the_pages_of_somebody_who_is_logged_in(
    office: FacePlace, admin: Person, visitor: Callable[..., Person]
) -> None:
    bob = visitor(office)
    bob.log_in("bob")
    expect(bob.go("/reports/system-events/").get_by_role("heading", level=1)).to_have_text("You may not use this page")
    expect(bob.page.get_by_text("It comes with: System Administrator or Support Technician.")).to_be_visible()

    page = admin.go("/business/roles/")
    page.get_by_role("link", name="Support Technician", exact=True).click()
    page.get_by_role("link", name="show unassigned users").click()
    page.get_by_label("Search users").fill("okafor")
    expect(page.get_by_text("1 user", exact=True)).to_be_visible()
    page.get_by_role("button", name="Assign Role").click()
    expect(page.get_by_text("Bob Okafor now has the role Support Technician, in force at once.")).to_be_visible()
    expect(bob.go("/reports/system-events/").get_by_role("heading", level=1)).to_have_text("System Events")

    page.get_by_role("link", name="Members").click()
    page.get_by_role("button", name="Remove Role: Bob Okafor").click()
    expect(page.get_by_text("Bob Okafor has no longer the role")).to_be_visible()
    expect(bob.go("/reports/system-events/").get_by_role("heading", level=1)).to_have_text("You may not use this page")


def test_viewing_as_a_role_has_a_banner_on_every_page_until_it_ends(admin: Person) -> None:
    page = admin.go("/business/roles/")
    page.get_by_role("button", name="View as: Phone Administrator").click()
    banner = page.get_by_text("You are viewing as Phone Administrator")
    expect(banner).to_be_visible()
    menu = page.get_by_role("navigation", name="Menu")
    expect(menu.get_by_role("link", name="Users")).to_be_visible()
    expect(menu.get_by_role("link", name="System Events")).to_have_count(0)
    admin.go("/business/users/")
    expect(banner).to_be_visible()
    page.get_by_role("button", name="End viewing").click()
    expect(page.get_by_text("You no longer view as Phone Administrator.")).to_be_visible()
    expect(banner).to_have_count(0)


def test_a_role_is_made_as_a_copy_and_its_making_is_in_the_changes(admin: Person) -> None:
    page = admin.go("/business/roles/")
    page.get_by_role("link", name="Copy: Support Technician").click()
    name = page.get_by_role("textbox", name="Name")
    expect(name).to_have_value("Copy of Support Technician")
    name.fill("Night shift")
    page.locator('input[value="maintenance.update"]').check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Night shift was added.")).to_be_visible()
    page = admin.go("/reports/changes/?kind=role&action=add")
    expect(page.get_by_role("cell", name="role Night shift").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    assert download.value.suggested_filename == "changes.csv"
