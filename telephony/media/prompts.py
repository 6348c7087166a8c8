"""The prompt set: names of recorded sentences -> WAV files (8 kHz, 16 bit, mono).

US English by Allison Smith, Debian package asterisk-core-sounds-en-wav. A file of the same name in
`<media>/prompts/en/` replaces one (a language pack; greetings recorded in the house).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

from telephony.voice import Spoken
from telephony.voice.synthesis import prepare

log = logging.getLogger(__name__)

ENGLISH = Path("/usr/share/asterisk/sounds/en_US_f_Allison")


class Prompts:
    def __init__(self, own: Path, built_in: Path = ENGLISH) -> None:
        self.own = own
        self._folders = (own, built_in)
        self._missing: set[str] = set()

    def file(self, name: str) -> Path | None:
        """None for a name nobody recorded: a sentence with a gap is better than a call without an end."""
        if ".." in name:
            return None
        for folder in self._folders:
            path = folder / f"{name}.wav"
            if path.is_file():
                return path
        if name not in self._missing:
            self._missing.add(name)
            log.error("prompts.missing name=%s folders=%s", name, ",".join(map(str, self._folders)))
        return None

    def files(self, sounds: tuple[str | Path | Spoken, ...]) -> tuple[Path, ...]:
        found = (sound if isinstance(sound, Path) else self.file(_name(sound)) for sound in sounds)
        return tuple(path for path in found if path is not None)

    def prepare(self, texts: Iterable[Spoken]) -> int:
        """Speak what is not there yet; takes some 50 ms a text, so not in the loop."""
        return prepare(self.own, texts)


def _name(sound: str | Spoken) -> str:
    return sound.name if isinstance(sound, Spoken) else sound
