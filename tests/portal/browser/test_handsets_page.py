"""Phone System > Handsets in a browser: A-006 as far as the page goes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.portal.browser.conftest import FacePlace, Person
from tests.portal.live.feed import Feed

pytestmark = pytest.mark.browser


def test_after_adding_a_handset_the_page_shows_what_to_enter_on_the_phone(admin: Person) -> None:
    page = admin.go("/phone-system/handsets/")
    page.get_by_role("link", name="add new Generic SIP Handset").click()
    page.get_by_label("Description").fill("Lobby")
    page.get_by_label("Number of Lines").fill("2")
    page.get_by_label("Login ID").fill("lobby-sip")
    page.get_by_label("Password").fill("lobby secret")
    page.get_by_label("Owner").select_option(label="Bob Okafor")
    page.get_by_role("button", name="Add").click()

    expect(page.get_by_role("status").first).to_contain_text("Lobby was added. Saved")
    facts = page.locator("dl")
    expect(facts).to_contain_text("lobby-sip")
    station = page.locator("dd").first.inner_text()
    assert re.fullmatch(r"5\d{3}", station)
    expect(page.locator("tbody tr")).to_have_count(2)
    assert "lobby secret" not in page.content()
    expect(page.locator(f'[data-station-state="{station}"]')).to_have_text("pending initial registration")


def test_a_handset_shows_until_when_it_is_registered_without_reloading(
    admin: Person, office: FacePlace, feed: Feed
) -> None:
    page = admin.go("/phone-system/handsets/")
    row = page.get_by_role("row", name="Ann's phone")
    station = row.get_by_role("cell").nth(1).inner_text().strip()
    expect(row).to_contain_text("pending initial registration")
    page.evaluate("window.neverReloaded = true")

    feed.register(station)
    expect(row).to_contain_text(re.compile(r"registered until \d\d:\d\d:\d\d"))
    feed.unregister(station)
    expect(row).not_to_contain_text("registered until")
    assert page.evaluate("window.neverReloaded") is True


def test_a_login_id_of_another_phone_is_refused_at_the_field(admin: Person) -> None:
    page = admin.go("/phone-system/handsets/add/")
    page.get_by_label("Description").fill("Copy")
    page.get_by_label("Login ID").fill("ANN-sip")
    page.get_by_label("Password").fill("copy secret")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#id_login_id_error")).to_contain_text("already used by Ann's phone")
    expect(page.get_by_label("Description")).to_have_value("Copy")


def test_ring_says_in_words_when_the_switch_does_not_answer(admin: Person) -> None:
    """There is no switch in this office; the button must not leave the person guessing."""
    page = admin.go("/phone-system/handsets/")
    page.get_by_role("button", name="Ring: Bob's phone").click()
    expect(page.locator("#messages .sw-note.error")).to_contain_text("Nobody answered")
