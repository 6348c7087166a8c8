"""A week edited as a picture: with the pointer, with the keyboard, and what the table below it then says."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.portal.browser.conftest import Person

pytestmark = pytest.mark.browser


@pytest.fixture
def week(admin: Person) -> Page:
    """A copy of schedule 0 of one's own, opened."""
    page = admin.go("/business/schedules/#schedule-1")
    page.get_by_role("button", name="Copy: Schedule 0 Default").click()
    page.wait_for_url(re.compile(r"#schedule-(?!1$)"))
    pk = page.url.rpartition("-")[2]
    return admin.go(f"/business/schedules/{pk}/")


def track(page: Page, day: str) -> Locator:
    line = page.locator(".sw-week.editor .day").filter(has_text=day)
    return line.locator(".track")


def times(page: Page, day: str) -> list[tuple[str, str]]:
    """What the table says, without empty rows."""
    rows = page.get_by_role("group", name=day, exact=True).locator(".period")
    found = [
        (row.locator("input").nth(0).input_value(), row.locator("input").nth(1).input_value()) for row in rows.all()
    ]
    return [row for row in found if row != ("", "")]


def drag(page: Page, place: Locator, start: float, end: float) -> None:
    """Hours of the day."""
    box = place.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * start / 24, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * (start + end) / 48, middle)
    page.mouse.move(box["x"] + box["width"] * end / 24, middle)
    page.mouse.up()


def test_a_period_is_drawn_on_empty_time_dragged_and_saved(week: Page) -> None:
    saturday = track(week, "Saturday")
    drag(week, saturday, 10, 14)
    assert times(week, "Saturday") == [("10:00", "14:00")]
    drag(week, saturday, 12, 15)
    assert times(week, "Saturday") == [("13:00", "17:00")]
    week.get_by_role("button", name="Update").click()
    expect(week.get_by_role("status").first).to_contain_text("Saved")


def test_a_period_never_runs_over_its_neighbour(week: Page) -> None:
    monday = track(week, "Monday")
    drag(week, monday, 19, 22)
    drag(week, monday, 20, 3)
    assert times(week, "Monday") == [("08:00", "17:00"), ("17:00", "20:00")]


def test_an_end_is_pulled_alone(week: Page) -> None:
    drag(week, track(week, "Tuesday"), 16.93, 20)
    assert times(week, "Tuesday") == [("08:00", "20:00")]


def test_everything_goes_by_keyboard(week: Page) -> None:
    bar = week.get_by_role("button", name="Wednesday 08:00 to 17:00, Day, Open")
    bar.focus()
    week.keyboard.press("ArrowRight")
    assert times(week, "Wednesday") == [("08:15", "17:15")]
    week.keyboard.press("Shift+PageDown")
    week.keyboard.press("Control+ArrowLeft")
    assert times(week, "Wednesday") == [("08:00", "18:15")]
    week.keyboard.press("Enter")
    dialog = week.get_by_role("dialog")
    dialog.get_by_label("End").fill("12:07")
    dialog.get_by_label("Mode").select_option("night")
    dialog.get_by_role("button", name="Set").click()
    bar = week.get_by_role("button", name="Wednesday 08:00 to 12:07, Night, Open")
    expect(bar).to_be_focused()
    week.keyboard.press("Delete")
    assert times(week, "Wednesday") == []
    expect(week.get_by_role("button", name="Add a period on Wednesday")).to_be_focused()
    week.keyboard.press("Enter")
    assert times(week, "Wednesday") == [("08:00", "09:00")]


def test_a_day_is_copied_in_the_form(week: Page) -> None:
    week.get_by_role("link", name="Monday: copy to other days").click()
    week.get_by_role("dialog").get_by_label("Sunday").check()
    week.get_by_role("dialog").get_by_role("button", name="Copy").click()
    assert times(week, "Sunday") == [("08:00", "17:00")]
    expect(track(week, "Sunday").get_by_role("button")).to_have_count(1)


def test_what_is_typed_in_the_table_is_drawn(week: Page) -> None:
    group = week.get_by_role("group", name="Sunday", exact=True)
    group.get_by_label("Sunday: start").first.fill("9")
    group.get_by_label("Sunday: end").first.fill("24:00")
    group.get_by_label("Sunday: end").first.press("Tab")
    expect(week.get_by_role("button", name="Sunday 09:00 to 24:00, Day, Open")).to_be_visible()


def test_a_finger_draws_and_the_page_fits_a_narrow_screen(week: Page) -> None:
    week.set_viewport_size({"width": 360, "height": 800})
    saturday = track(week, "Saturday")
    saturday.scroll_into_view_if_needed()
    drag(week, saturday, 6, 18)
    assert times(week, "Saturday") == [("06:00", "18:00")]
    assert week.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
