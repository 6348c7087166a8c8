"""Reports in a browser: live calls by WebSocket, explanations, system events and bans."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from telephony.messages.events import SourceBanned
from tests.portal.browser.conftest import FacePlace, Person
from tests.portal.live.feed import Feed, head

pytestmark = pytest.mark.browser


def test_a_call_appears_changes_and_vanishes_with_a_running_timer(admin: Person, feed: Feed) -> None:
    page = admin.go("/reports/live-calls/")
    expect(page.get_by_text("No calls at the moment")).to_be_visible()

    call = feed.start("101", "102", from_name="Ann Meyer", to_name="Bob Okafor")
    feed.ring(call, "5112")
    row = page.locator("#calls tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Ann Meyer 101")
    expect(row).to_contain_text("Bob Okafor 102")
    expect(row).to_contain_text("Ringing")

    feed.answer(call, "5112")
    expect(row).to_contain_text("Talking")
    timer = row.locator("[data-timer]")
    expect(timer).to_have_text(re.compile(r"0:0[2-9]"))

    feed.end(call)
    expect(row).to_have_count(0)
    expect(page.get_by_text("No calls at the moment")).to_be_visible()


def test_names_from_outside_are_shown_as_text_and_never_as_html(admin: Person, feed: Feed) -> None:
    page = admin.go("/reports/live-calls/")
    call = feed.start("<img src=x onerror=alert(1)>", "102", from_name="<b>Mallory</b>")
    row = page.locator("#calls tbody tr")
    expect(row).to_contain_text("<b>Mallory</b>")
    assert row.locator("img, b").count() == 0
    feed.end(call)
    expect(row).to_have_count(0)


def test_a_finished_call_says_why_it_went_where_it_went(admin: Person, feed: Feed, office: FacePlace) -> None:
    before = office.records()
    call = feed.start("102", "101", from_name="Bob Okafor", to_name="Ann Meyer")
    feed.answer(call, "5111")
    feed.end(call)
    office.wait_for(lambda: office.records() > before, 10, "the call record")
    page = admin.go("/reports/call-details/?q=Okafor")
    page.get_by_role("link", name="Why?").first.click()
    expect(page.get_by_role("heading", name="Bob Okafor 102 to Ann Meyer 101")).to_be_visible()
    expect(page.locator("main")).to_contain_text("101 is an extension.")


def test_a_ban_is_listed_with_a_button_that_lifts_it(admin: Person, feed: Feed, office: FacePlace) -> None:
    reason = "too many wrong passwords"
    feed.emit(SourceBanned(**head(), source="192.0.2.66", reason=reason, until=time.time() + 900))
    page = admin.page
    line = "The address 192.0.2.66 was banned"
    office.wait_for(lambda: line in admin.go("/reports/system-events/").content(), 10, "the event to be written")
    page.get_by_role("button", name="Lift the ban of 192.0.2.66").click()
    expect(page.locator("#messages")).to_contain_text("Nobody answered")  # there is no switch in this office
