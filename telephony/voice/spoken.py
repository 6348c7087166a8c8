"""A text to be spoken, as a value."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

FOLDER = "spoken"


@dataclass(frozen=True, slots=True)
class Spoken:
    text: str

    @property
    def name(self) -> str:
        """Its name in the prompt set, without extension."""
        return f"{FOLDER}/{hashlib.sha256(self.text.encode()).hexdigest()[:24]}"
