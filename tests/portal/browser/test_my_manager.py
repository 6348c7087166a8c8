"""My Allworx Manager in a browser: voicemail is played, becomes heard, is deleted (A-010)."""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from telephony import mailbox
from telephony.messages.events import PresenceChanged
from tests.portal.browser.conftest import FacePlace, Person
from tests.portal.live.feed import Feed, head

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def empty_mailboxes(office: FacePlace) -> None:
    """The office is everybody's in this run of the suite: what others left in it is not ours to count."""
    for (user_id,) in office.query("SELECT id FROM business_user"):
        mailbox.clear(office.instance.mail, user_id)


def beep(seconds: float = 2.0) -> bytes:
    """A WAV file: 8 kHz, 16 bit, mono, 440 Hz."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        samples = (round(9000 * math.sin(2 * math.pi * 440 * n / 8000)) for n in range(int(8000 * seconds)))
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return out.getvalue()


def leave_message(place: FacePlace, username: str, name: str, number: str) -> str:
    ((user_id,),) = place.query(f"SELECT id FROM business_user WHERE username = '{username}'")
    message = mailbox.Voicemail(
        user_id=user_id,
        user_name=username,
        extension="101",
        from_number=number,
        from_name=name,
        received=datetime.now(UTC),
        seconds=2,
    )
    return mailbox.deliver(place.instance.mail, message, audio=beep())


def test_a_message_is_played_becomes_heard_and_is_deleted(office: FacePlace, visitor: Callable[..., Person]) -> None:
    leave_message(office, "ann", "Bob Okafor", "102")
    page = visitor(office).log_in("ann")
    row = page.get_by_role("row", name="Bob Okafor 102")
    expect(row).to_contain_text("new")
    row.locator("audio").focus()
    page.keyboard.press("Space")
    expect(row.locator(".sw-state")).to_have_text("heard")
    office.wait_for(lambda: position(page) > 0.2, 10, "the message to play")
    office.wait_for(
        lambda: mailbox.counts(office.instance.mail, ann_id(office)).new == 0, 5, "the message to be marked as heard"
    )

    page.once("dialog", lambda dialog: dialog.accept())
    row.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No messages")).to_be_visible()
    assert mailbox.counts(office.instance.mail, ann_id(office)).total == 0


def test_a_browser_can_seek_in_a_message(office: FacePlace, visitor: Callable[..., Person]) -> None:
    leave_message(office, "bob", "Ann Meyer", "101")
    page = visitor(office).log_in("bob")
    audio = page.locator("audio").first
    audio.evaluate("audio => { audio.muted = true; audio.currentTime = 1.5; return audio.play(); }")
    office.wait_for(lambda: position(page) >= 1.5, 10, "the player to be past the place we jumped to")
    whole = beep()
    part = page.evaluate(
        """async (url) => {
            const answer = await fetch(url, { headers: { Range: "bytes=-100" } });
            return [answer.status, answer.headers.get("Content-Range"), (await answer.arrayBuffer()).byteLength];
        }""",
        audio.get_attribute("src"),
    )
    assert part == [206, f"bytes {len(whole) - 100}-{len(whole) - 1}/{len(whole)}", 100]


def test_nobody_hears_the_messages_of_somebody_else(office: FacePlace, visitor: Callable[..., Person]) -> None:
    message = leave_message(office, "ann", "A secret", "103")
    person = visitor(office)
    page = person.log_in("bob")
    expect(page.get_by_text("A secret")).to_have_count(0)
    answer = page.request.get(f"{person.base}/my/voicemails/{message}/audio/")
    assert answer.status == 404


def test_voicemail_with_the_keyboard_alone(office: FacePlace, visitor: Callable[..., Person]) -> None:
    """Tick two of three, mark them as heard, forward one, delete one: never a mouse, never lost."""
    for name in ("Key One", "Key Two", "Key Three"):
        leave_message(office, "bob", name, "104")
    page = visitor(office).log_in("bob")
    expect(page.locator("[data-live-state]")).to_have_text("Live")

    reach(page, "Message from Key Three")
    page.keyboard.press("Space")
    reach(page, "Message from Key Two")
    page.keyboard.press("Space")
    expect(page.locator("[data-ticked]")).to_have_text("2 ticked")
    reach(page, "Mark as heard", back=True)
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 messages were marked as heard.")).to_be_visible()
    expect(page.get_by_role("row", name="Key One")).to_contain_text("new")
    expect(page.locator("[data-ticked]")).to_have_text("2 ticked")  # still

    reach(page, "Message from Key Two")
    page.keyboard.press("Space")
    reach(page, "Forward…", back=True)
    page.keyboard.press("Enter")
    reach(page, "Forward the ticked messages to")
    page.keyboard.press("Home")
    reach(page, "Forward")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 message was forwarded to Ann Meyer.")).to_be_visible()
    office.wait_for(lambda: mailbox.counts(office.instance.mail, ann_id(office)).total == 1, 5, "Ann's copy")

    page.once("dialog", lambda dialog: dialog.accept())
    reach(page, "Delete the message from Key One")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name="Key One")).to_have_count(0)
    reach(page, "Message from Key Three")  # from where the list is, not from the top of the page
    mailbox.clear(office.instance.mail, ann_id(office))
    mailbox.clear(office.instance.mail, ann_id(office) + 1)


def reach(page: Page, name: str, *, back: bool = False) -> None:
    """Tab to the control of this name; fails when it is not within 60 stops."""
    for _ in range(60):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate(NAME_OF_FOCUS).startswith(name):
            return
    raise AssertionError(f"The keyboard does not reach {name!r}.")


NAME_OF_FOCUS = """() => {
    const at = document.activeElement;
    return (at.getAttribute("aria-label") || at.labels?.[0]?.textContent || at.textContent || "").trim();
}"""


def test_a_presence_changed_elsewhere_shows_on_the_open_page(
    office: FacePlace, visitor: Callable[..., Person], feed: Feed
) -> None:
    page = visitor(office).log_in("ann")
    expect(page.locator("[data-live-state]")).to_have_text("Live")
    expect(page.get_by_label("My Presence")).to_have_value("in_office")
    feed.emit(PresenceChanged(**head(), user_id=ann_id(office), presence="on_vacation"))
    expect(page.get_by_label("My Presence")).to_have_value("on_vacation")
    expect(page.locator("[data-presence-said]")).to_have_text("You are On Vacation now.")
    feed.emit(PresenceChanged(**head(), user_id=ann_id(office) + 1, presence="busy"))
    feed.emit(PresenceChanged(**head(), user_id=ann_id(office), presence="in_office"))
    expect(page.get_by_label("My Presence")).to_have_value("in_office")


def test_without_a_switch_the_presence_stays_and_the_page_says_why(
    office: FacePlace, visitor: Callable[..., Person]
) -> None:
    """No calls worker runs in this place: nobody answers, which takes its eight seconds."""
    page = visitor(office).log_in("ann")
    page.get_by_label("My Presence").select_option("busy")
    page.get_by_role("button", name="Change Presence").click()
    expect(page.locator("[data-presence-said]")).to_contain_text("The presence was not changed: Nobody answered")
    expect(page.get_by_label("My Presence")).to_have_value("in_office")


def position(page: Page) -> float:
    """Seconds into the first message."""
    return float(page.locator("audio").first.evaluate("audio => audio.currentTime"))


def ann_id(place: FacePlace) -> int:
    ((user_id,),) = place.query("SELECT id FROM business_user WHERE username = 'ann'")
    return int(user_id)
