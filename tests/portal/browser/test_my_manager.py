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
from tests.portal.browser.conftest import FacePlace, Person

pytestmark = pytest.mark.browser


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


def position(page: Page) -> float:
    """Seconds into the first message."""
    return float(page.locator("audio").first.evaluate("audio => audio.currentTime"))


def ann_id(place: FacePlace) -> int:
    ((user_id,),) = place.query("SELECT id FROM business_user WHERE username = 'ann'")
    return int(user_id)
