"""Recordings, without an engine: when to stop (voice activity by level), and WAV files that were cut short."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path

from telephony.media.port import RecordEnd, RecordRules

RATE = 8000  # samples per second, 16 bit, mono
BYTES_PER_SECOND = 2 * RATE
HEADER = 44  # bytes of a plain WAV header

# pjmedia's level is logarithmic. Measured with tones: amplitude 30 (of 32767) gives 0, 100: 3, 300: 7, 1000: 15,
# 8000: 32. Line noise stays at 3 or below, quiet speech begins near 7.
VOICE_LEVEL = 5
VOICE_RUN = 0.06  # seconds of voice before it counts: a click is no voice


@dataclass(slots=True)
class VoiceWatch:
    """Fed with (level, seconds since the recording began); says why it is time to stop, or None."""

    rules: RecordRules
    voiced: float = 0.0
    voice_until: float = 0.0
    _last: float = 0.0
    _run: float = 0.0

    def feed(self, level: int, at: float) -> RecordEnd | None:
        # at most a tenth of a second counts for one sample: a stalled loop must not invent voice
        step = min(at - self._last, 0.1)
        self._last = at
        if level >= VOICE_LEVEL:
            self._run += step
            if self._run >= VOICE_RUN:
                self.voiced += step
                self.voice_until = at
        else:
            self._run = 0.0
        if at >= self.rules.limit:
            return "limit"
        if self.voice_until > 0:
            silent = self.rules.silence and at - self.voice_until >= self.rules.silence
        else:
            silent = self.rules.first_word and at >= self.rules.first_word
        return "silence" if silent else None


def header(data_bytes: int) -> bytes:
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16, 1, 1, RATE, BYTES_PER_SECOND, 2, 16, b"data", data_bytes,
    )  # fmt: skip


def closed_properly(path: Path) -> bool:
    """True once the recorder has written the length into the header."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(HEADER)
    except OSError:
        return False
    return len(head) == HEADER and head[36:40] == b"data" and size == HEADER + struct.unpack("<I", head[40:44])[0] > 44


def seconds_on_disk(path: Path) -> float:
    """Audio in a recording, by the size of the file: true also while it is being written."""
    try:
        return max(0, path.stat().st_size - HEADER) / BYTES_PER_SECOND
    except FileNotFoundError:
        return 0.0


def load(path: Path, keep: float | None = None) -> bytes:
    """A whole WAV file out of a recording, also of one whose writer was killed: the header is made anew
    from the size. `keep` cuts it after so many seconds (silence at the end). Raises OSError."""
    data = path.read_bytes()[HEADER:]
    if keep is not None:
        data = data[: int(keep * RATE) * 2]
    data = data[: len(data) // 2 * 2]
    return header(len(data)) + data


def remove(path: Path) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
