"""Phone System > Dial Plan in a browser: the order of a service group by its buttons, also by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.portal.browser.conftest import Person

pytestmark = pytest.mark.browser


def test_lines_are_put_in_order_by_buttons_and_stay_so(admin: Person) -> None:
    page = admin.go("/phone-system/outside-lines/add/")
    page.locator("#id_description").fill("Second provider")
    page.locator("#id_host").fill("127.0.0.77")
    page.get_by_role("button", name="Add", exact=True).click()

    page = admin.go("/phone-system/dial-plan/add/")
    page.get_by_label("Description").fill("Cheap first")
    for line in ("Carrier", "Second provider"):
        page.get_by_label(line, exact=True).check()
    up = page.get_by_role("button", name="Move Second provider up")
    up.focus()
    page.keyboard.press("Enter")
    expect(up).to_be_focused()
    page.get_by_role("button", name="Add", exact=True).click()

    expect(page.get_by_role("status")).to_contain_text("Cheap first was added")
    expect(page.get_by_role("row", name="Cheap first")).to_contain_text("Second provider, then Carrier")
