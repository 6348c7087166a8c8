"""What must hold on every page: nothing leaves the machine, no script or policy is broken (conftest.py looks), nothing
is wider than the window, in either colour scheme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import expect

from portal.menu import MENU
from tests.portal.browser.conftest import FacePlace, Person

pytestmark = pytest.mark.browser

ADMIN_PAGES = (
    "/install-checklist/",
    "/phone-system/audit-pin-codes/add/",
    "/phone-system/dial-plan/add/",
    "/phone-system/dial-plan/service-groups/1/",
    "/phone-system/dial-plan/reference-card/",
    "/phone-system/audit-pin-codes/dialing-rule/",
    "/",
    "/change-password/",
    *(page.path for menu in MENU for page in menu.pages),
    "/business/users/add/",
    "/business/users/2/",
    "/business/users/2/delete/",
    "/business/users/2/welcome/",
    "/business/users/2/delete-messages/",
    "/business/users/bulk-edit/",
    "/business/user-templates/",
    "/business/user-templates/1/",
    "/business/password-requirements/",
    "/second-factor/",
    "/business/contact-information/modify/",
    "/business/message-aliases/add/",
    "/business/message-aliases/add-group/",
    "/business/schedules/1/",
    "/business/schedules/1/set/",
    "/business/schedules/1/copy-day/0/",
    "/business/schedules/1/holidays/add/",
    "/business/schedules/greetings/",
    "/phone-system/auto-attendants/1/",
    "/phone-system/auto-attendants/recordings/",
    "/phone-system/handsets/add/",
    "/phone-system/handsets/1/",
    "/phone-system/handsets/lines/1/",
    "/phone-system/handsets/lines/1/delete/",
    "/phone-system/extensions/1/",
    "/phone-system/outside-lines/add/",
    "/phone-system/speed-dial/add/",
    "/phone-system/outside-lines/gateways/add/",
    "/phone-system/did-blocks/add/",
    "/phone-system/did-blocks/1/",
    "/phone-system/did-routing-plans/1/",
    "/phone-system/emergency-cid/add/",
    "/phone-system/emergency-cid/1/",
    "/phone-system/emergency-cid/1/delete/",
    "/phone-system/dial-plan/emergency/",
    "/phone-system/dial-plan/emergency-notification/",
    "/servers/email/modify/",
    "/reports/ask/?caller=5111&dialled=102",
    "/business/users/?q=nobody-is-called-this",
)
OWN_PAGES = (
    "/my/",
    "/my/greetings/",
    "/my/calls/",
    "/my/call-routes/",
    "/my/phone-functions/",
    "/my/speed-dials/",
    "/my/notifications/",
    "/my/password/",
    "/change-password/",
)
WIDTHS = (360, 768, 1920)


def walk(person: Person, paths: tuple[str, ...]) -> None:
    wide = []
    for path in paths:
        page = person.go(path)
        expect(page.get_by_role("main")).to_have_count(1)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if person.overflow() > 0:
                wide.append(f"{path} by {person.overflow()} px at {width} px")
    assert wide == []


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_every_page_of_an_administrator_fits_and_is_clean(
    office: FacePlace, visitor: Callable[..., Person], colours: Literal["light", "dark"]
) -> None:
    person = visitor(office, color_scheme=colours)
    person.log_in("admin")
    walk(person, ADMIN_PAGES)
    assert person.page.locator("html").get_attribute("data-bs-theme") == colours


def test_every_page_of_a_plain_user_fits_and_is_clean(office: FacePlace, visitor: Callable[..., Person]) -> None:
    person = visitor(office)
    person.log_in("ann")
    walk(person, OWN_PAGES)


def test_the_login_page_fits_and_is_clean(office: FacePlace, visitor: Callable[..., Person]) -> None:
    walk(visitor(office), ("/login/",))


def test_the_choice_of_colours_is_remembered(admin: Person) -> None:
    page = admin.go("/")
    button = page.get_by_role("button", name="Colours")
    button.click()
    button.click()
    expect(button).to_have_text("Colours: dark")
    admin.go("/business/users/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_on_a_narrow_screen_the_menu_folds_and_opens(office: FacePlace, visitor: Callable[..., Person]) -> None:
    person = visitor(office, viewport={"width": 360, "height": 700})
    page = person.log_in("admin")
    link = page.get_by_role("navigation", name="Menu").get_by_role("link", name="Handsets")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
