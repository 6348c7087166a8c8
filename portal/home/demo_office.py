"""The sample office of `make demo`: who works there, and what they find on their phones.

Data and small pure functions; the command `demo` brings it about through the same services as the pages.
"""

from __future__ import annotations

import wave
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

SOUNDS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")  # Debian's asterisk-core-sounds-en-wav


@dataclass(frozen=True, slots=True)
class Employee:
    first_name: str
    last_name: str
    extension: str
    handset: str

    @property
    def username(self) -> str:
        return self.first_name.lower()

    @property
    def login_id(self) -> str:
        return f"{self.username}-phone"


STAFF = (
    Employee("Ann", "Meyer", "101", "Reception desk"),
    Employee("Bob", "Okafor", "102", "Sales, desk by the window"),
    Employee("Carla", "Santos", "103", "Sales, corner desk"),
    Employee("David", "Lindqvist", "104", "Workshop"),
    Employee("Elena", "Petrova", "105", "Accounting"),
    Employee("Farid", "Haddad", "106", "Warehouse"),
    Employee("Grace", "Nakamura", "107", "Office of the manager"),
    Employee("Henry", "Walsh", "108", "Support, first desk"),
    Employee("Ines", "Moreau", "109", "Support, second desk"),
    Employee("Jonas", "Weber", "110", "Purchasing"),
    Employee("Keiko", "Tanaka", "111", "Design studio"),
    Employee("Liam", "O'Connor", "112", "Conference room"),
)


@dataclass(frozen=True, slots=True)
class SampleMessage:
    """A voicemail waiting in a mailbox. `spoken`: a recording of SOUNDS; `ago` before the office is made."""

    to: str
    caller: str
    spoken: str
    ago: timedelta
    heard: bool = False


MESSAGES = (
    SampleMessage("101", "104", "hello-world", timedelta(minutes=42)),
    SampleMessage("101", "107", "tt-somethingwrong", timedelta(hours=5), heard=True),
    SampleMessage("102", "105", "cannot-complete-as-dialed", timedelta(hours=1, minutes=10)),
    SampleMessage("102", "101", "tt-monkeysintro", timedelta(days=1, hours=2), heard=True),
    SampleMessage("107", "108", "hello-world", timedelta(hours=3)),
    SampleMessage("107", "109", "tt-somethingwrong", timedelta(days=2), heard=True),
    SampleMessage("111", "103", "im-sorry", timedelta(minutes=7)),
)


def employee(extension: str) -> Employee:
    return next(person for person in STAFF if person.extension == extension)


def recording(name: str) -> tuple[bytes, int]:
    """(a WAV file, its length in whole seconds, at least 1). Raises FileNotFoundError without Debian's sounds."""
    path = SOUNDS / f"{name}.wav"
    with wave.open(str(path)) as file:
        seconds = round(file.getnframes() / file.getframerate())
    return path.read_bytes(), max(1, seconds)


def received(message: SampleMessage, now: datetime) -> datetime:
    return now - message.ago
