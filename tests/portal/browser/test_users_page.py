"""Business > Users in a browser: A-003, errors at the field, two administrators, the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.portal.browser.conftest import FacePlace, Person
from tests.portal.browser.office import PASSWORD

pytestmark = pytest.mark.browser


def fill_new_user(page: Page, first: str, last: str, login: str, extension: str) -> None:
    page.get_by_label("First name").fill(first)
    page.get_by_label("Last name").fill(last)
    page.get_by_label("Login name").fill(login)
    page.locator("#id_extension").fill(extension)
    page.get_by_label("Password", exact=False).first.fill("kept secret")
    page.get_by_label("Confirm password").fill("kept secret")


def test_a_new_user_is_listed_and_has_a_route_for_each_of_seven_presences(admin: Person) -> None:
    page = admin.go("/business/users/")
    page.get_by_role("link", name="add new user").click()
    fill_new_user(page, "Carla", "Santos", "carla", "103")
    page.get_by_role("button", name="Add", exact=True).click()

    expect(page.get_by_role("status")).to_contain_text("Carla Santos was added. Saved")
    row = page.get_by_role("row", name="Carla Santos")
    row.get_by_role("link", name="103").click()
    titles = page.locator(".sw-presence h2")
    expect(titles).to_have_count(7)
    expect(titles.first).to_contain_text("In Office")
    expect(page.locator(".sw-presence").first).to_contain_text("voicemail of 103 Carla Santos")


def test_what_is_wrong_is_said_at_the_field_and_what_was_typed_stays(admin: Person) -> None:
    page = admin.go("/business/users/add/")
    fill_new_user(page, "Xaver", "Yilmaz", "ann", "999")
    page.get_by_role("button", name="Add", exact=True).click()

    extension = page.locator("#id_extension")
    expect(extension).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_extension_error")).to_contain_text("An extension is a number from 100 to 299")
    assert "id_extension_error" in (extension.get_attribute("aria-describedby") or "")
    expect(page.get_by_label("First name")).to_have_value("Xaver")
    expect(extension).to_be_focused()

    extension.fill("140")
    page.locator("#id_password").fill("kept secret")
    page.locator("#id_confirm_password").fill("kept secret")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#id_username_error")).to_contain_text("already used by Ann Meyer")


def test_the_second_of_two_administrators_sees_the_difference_and_loses_nothing(
    admin: Person, office: FacePlace, visitor: Callable[..., Person]
) -> None:
    page = admin.go("/business/users/add/")
    fill_new_user(page, "Dora", "Before", "dora", "150")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("link", name="Dora Before", exact=True).click()

    other = visitor(office)
    theirs = other.log_in("second")
    theirs.goto(page.url)
    theirs.get_by_label("Last name").fill("Theirs")
    theirs.get_by_label("Maximum Number of Voicemails").fill("55")
    theirs.get_by_role("button", name="Update").click()
    expect(theirs.get_by_role("status")).to_contain_text("Saved")

    page.get_by_label("Last name").fill("Mine")
    page.get_by_label("First name").fill("Dorothea")
    page.get_by_role("button", name="Update").click()

    expect(page.get_by_role("alert")).to_contain_text("was changed by second")
    expect(page.get_by_label("Last name")).to_have_value("Mine")
    expect(page.get_by_label("First name")).to_have_value("Dorothea")
    expect(page.get_by_label("Maximum Number of Voicemails")).to_have_value("55")
    field = page.locator(".sw-field", has=page.locator("#id_last_name"))
    expect(field).to_contain_text("Theirs")
    field.get_by_role("button", name="Use theirs").click()
    expect(page.get_by_label("Last name")).to_have_value("Theirs")
    page.get_by_role("button", name="Update").click()

    expect(page.get_by_role("link", name="Dorothea Theirs", exact=True)).to_be_visible()


def test_whoever_modifies_a_deleted_user_is_told_so(
    admin: Person, office: FacePlace, visitor: Callable[..., Person]
) -> None:
    page = admin.go("/business/users/add/")
    fill_new_user(page, "Short", "Lived", "shortlived", "151")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("link", name="Short Lived", exact=True).click()
    other = visitor(office)
    theirs = other.log_in("second")
    theirs.goto(page.url + "delete/")
    theirs.get_by_role("button", name="Delete").click()
    expect(theirs.get_by_role("status")).to_contain_text("Short Lived was deleted")

    page.get_by_role("button", name="Update").click()
    expect(page.locator("main")).to_contain_text("does not exist any more")
    assert admin.path() == "/business/users/"


def test_before_a_user_is_deleted_the_page_shows_what_uses_him(admin: Person) -> None:
    page = admin.go("/business/users/")
    page.get_by_label("More for Bob Okafor").click()
    page.get_by_role("link", name="Delete: Bob Okafor").click()
    expect(page.get_by_role("heading", name="Delete Bob Okafor?")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Extension 102 and its call routes are deleted")
    expect(page.locator("main")).to_contain_text("Bob's phone")
    expect(page.get_by_role("link", name="Cancel")).to_be_focused()


def test_a_user_is_added_with_the_keyboard_alone(admin: Person) -> None:
    page = admin.go("/business/users/")
    keys = page.keyboard
    page.evaluate("document.activeElement.blur()")
    keys.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    keys.press("Enter")
    keys.press("Tab")
    expect(page.get_by_role("link", name="add new user")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_label("First name")).to_be_focused()
    for text in ("Key", "", "Board", "keyboard", "152", "typed blindly", "typed blindly"):
        keys.type(text)
        keys.press("Tab")
    keys.press("Tab")  # require password change
    keys.press("Tab")  # PIN, 1234 as it stands
    keys.press("Tab")  # require PIN change
    add = page.get_by_role("button", name="Add", exact=True)
    for _ in range(40):  # phone, presence, roles, template, and the settings as one closed part
        if add.evaluate("button => button === document.activeElement"):
            break
        keys.press("Tab")
    expect(add).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("link", name="Key Board", exact=True)).to_be_visible()


def test_search_as_you_type_narrows_the_list_and_can_be_undone_with_back(admin: Person) -> None:
    page = admin.go("/business/users/")
    page.get_by_label("Search users").press_sequentially("okaf")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("link", name="Bob Okafor", exact=True)).to_be_visible()
    assert "q=okaf" in page.url
    page.get_by_label("Search users").fill("nobody at all")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name="Bob Okafor", exact=True)).to_be_visible()


def test_a_session_that_ends_in_mid_form_costs_nothing_that_was_typed(admin: Person) -> None:
    page = admin.go("/business/users/add/")
    fill_new_user(page, "Mid", "Form", "midform", "160")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Add", exact=True).click()

    expect(page.get_by_role("status").filter(has_text="Your session had ended")).to_be_visible()
    page.get_by_label("Login name").fill("admin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("status")).to_contain_text("Mid Form was added. Saved")
