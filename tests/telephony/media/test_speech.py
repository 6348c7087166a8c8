"""Numbers, days and times are put together from recordings that exist."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.media.apps import message_center, speech, test_ring, voicemail
from telephony.media.prompts import ENGLISH, Prompts


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"), (7, "7"), (13, "13"), (20, "20"), (42, "40 2"), (100, "1 hundred"), (125, "1 hundred 20 5"),
        (1000, "1 thousand"), (2026, "2 thousand 20 6"), (12_345, "12 thousand 3 hundred 40 5"),
    ],
)  # fmt: skip
def test_numbers(value: int, words: str) -> None:
    assert speech.number(value) == tuple(f"digits/{word}" for word in words.split())


@pytest.mark.parametrize(
    ("hour", "minute", "words"),
    [(0, 0, "12 oclock a-m"), (12, 0, "12 oclock p-m"), (9, 5, "9 oh 5 a-m"), (23, 59, "11 50 9 p-m")],
)
def test_times_of_day(hour: int, minute: int, words: str) -> None:
    moment = datetime(2026, 11, 23, hour, minute)
    assert speech.time_of_day(moment) == tuple(f"digits/{word}" for word in words.split())


def test_days_are_today_yesterday_or_a_date() -> None:
    now = datetime(2026, 11, 23, 8, 0)  # a Monday
    assert speech.day(now - timedelta(hours=7), now) == ("digits/today",)
    assert speech.day(now - timedelta(hours=9), now) == ("digits/yesterday",)
    assert speech.day(now - timedelta(days=2), now) == ("digits/day-6", "digits/mon-10", "digits/20", "digits/h-1")


@given(st.datetimes(min_value=datetime(2000, 1, 1)), st.integers(0, 999_999), st.text(max_size=30))
def test_whatever_is_said_has_been_recorded(moment: datetime, value: int, number: str) -> None:
    words = (
        *speech.date_and_time(moment, moment + timedelta(days=9)), *speech.number(value), *speech.caller(number),
        *message_center.counted(value, value),
    )  # fmt: skip
    missing = [word for word in words if not (ENGLISH / f"{word}.wav").is_file()]
    assert not missing


def test_every_sentence_of_the_applications_has_been_recorded() -> None:
    prompts = Prompts(Path("/nowhere"))
    center = message_center
    sentences = (
        voicemail.BEEP, voicemail.FULL, voicemail.THANKS, voicemail.TOO_SHORT, center.ASK_EXTENSION, center.ASK_PIN,
        center.WRONG, center.GOODBYE, center.SORRY, center.LATER, center.MENU, test_ring.ANSWERED,
        ("vm-theperson", "vm-isunavail", "vm-isonphone", "vm-intro", "vm-deleted", "vm-nomore", "vm-first", "vm-last",
         "vm-message", "vm-saved", "vm-no", "vm-messages", "pm-invalid-option", "vm-received", "vm-unknown-caller",
         "cannot-complete-as-dialed"),
    )  # fmt: skip
    for sounds in sentences:
        assert len(prompts.files(sounds)) == len(sounds), sounds


def test_a_recording_of_the_house_replaces_the_built_in_one_and_names_cannot_leave_the_folder(tmp_path: Path) -> None:
    (tmp_path / "beep.wav").write_bytes((ENGLISH / "beep.wav").read_bytes())
    prompts = Prompts(tmp_path)
    assert prompts.file("beep") == tmp_path / "beep.wav"
    assert prompts.file("vm-intro") == ENGLISH / "vm-intro.wav"
    assert prompts.file("../../../../etc/passwd") is None
    assert prompts.file("never-recorded") is None
