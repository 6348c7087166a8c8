"""Recordings that people bring: what it is by its first bytes, and made into what the bridge plays.

A name's ending says nothing here. WAV, MP3, Ogg, FLAC, AIFF and AU are read by sox (Debian packages `sox`,
`libsox-fmt-mp3`), in a process of its own with bounds on time and size; raw mu-law without a header is the format of
the manual (S26-15: 8 kHz, mono, 8 bits per sample).
"""

from __future__ import annotations

import io
import resource
import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

RATE = 8000
LONGEST = 300  # seconds
LARGEST = 32 * 1024 * 1024  # bytes brought
WITHIN = 20.0  # seconds of sox
MEMORY = 512 * 1024 * 1024

_KINDS: tuple[tuple[bytes, int, str, str], ...] = (
    (b"WAVE", 8, "wav", "a WAV file"),
    (b"ID3", 0, "mp3", "an MP3 file"),
    (b"OggS", 0, "ogg", "an Ogg file"),
    (b"fLaC", 0, "flac", "a FLAC file"),
    (b"AIFF", 8, "aiff", "an AIFF file"),
    (b".snd", 0, "au", "an AU file"),
)
# what is plainly something else, for the sentence
_OTHERS = ((b"%PDF", "a PDF document"), (b"PK\x03\x04", "a ZIP archive"), (b"\x89PNG", "a picture"),
           (b"\xff\xd8\xff", "a picture"), (b"\x1aE\xdf\xa3", "a WebM or Matroska file"), (b"<", "a text"))  # fmt: skip


class NotASound(ValueError):
    """The text is a sentence for the person who brought it."""


def kind_of(data: bytes) -> tuple[str, str]:
    """(type for sox or "" for none of them, in words)."""
    for magic, at, kind, words in _KINDS:
        if data[at : at + len(magic)] == magic:
            return kind, words
    if len(data) > 2 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0 and data[1] != 0xFF and data[2] != 0xFF:
        return "mp3", "an MP3 file"
    if data[4:8] == b"ftyp":
        return "", "an MPEG-4 file"
    return "", next((words for magic, words in _OTHERS if data.startswith(magic)), "")


def to_wav(data: bytes) -> bytes:
    """8 kHz, 16 bit, mono. Raises NotASound."""
    if not data:
        raise NotASound("The file is empty.")
    if len(data) > LARGEST:
        raise NotASound(f"The file is larger than {LARGEST // 1024 // 1024} MB.")
    kind, words = kind_of(data)
    if not kind:
        what = f"This is {words}" if words else "This is no sound file we know"
        raise NotASound(f"{what}. Bring a WAV, MP3, Ogg, FLAC, AIFF or AU file.")
    return _checked(_sox(data, kind, words))


def from_mu_law(data: bytes) -> bytes:
    """A file of the manual's format, as the FTP import takes it (S26-15); a header is refused. Raises NotASound."""
    _, words = kind_of(data)
    if words:
        raise NotASound(f"This is {words}: the import wants raw mu-law without a header, 8 kHz, mono.")
    if len(data) > LONGEST * RATE:
        raise NotASound(f"The recording is longer than {LONGEST // 60} minutes.")
    if len(data) < RATE // 10:
        raise NotASound("There is no recording in this file.")
    return _wav(mu_law(np.frombuffer(data, dtype=np.uint8)))


def mu_law(codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.int16]:
    """ITU-T G.711 mu-law to 16 bit."""
    flipped = ~codes
    exponent = (flipped >> 4).astype(np.int32) & 7
    size = (((flipped.astype(np.int32) & 15) << 3) + 132 << exponent) - 132
    return np.where(flipped & 128, -size, size).astype("<i2")


def _sox(data: bytes, kind: str, words: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="sound-") as work:
        source, target = Path(work) / "in", Path(work) / "out"
        source.write_bytes(data)
        command = [
            "sox", "-t", kind, str(source), "-t", "wav", "-r", str(RATE), "-b", "16", "-c", "1", "-e", "signed-integer",
            str(target), "trim", "0", str(LONGEST + 1),
        ]  # fmt: skip
        try:
            subprocess.run(
                command, check=True, capture_output=True, timeout=WITHIN, stdin=subprocess.DEVNULL, preexec_fn=_bounds
            )
            return target.read_bytes()
        except (subprocess.SubprocessError, OSError) as error:
            raise NotASound(f"This looks like {words}, but it cannot be read. Save it again as WAV.") from error


def _bounds() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (int(WITHIN), int(WITHIN)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))


def _checked(sound: bytes) -> bytes:
    try:
        with wave.open(io.BytesIO(sound)) as file:
            seconds = file.getnframes() / file.getframerate()
    except (wave.Error, EOFError, ZeroDivisionError) as error:
        raise NotASound("The file cannot be read. Save it again as WAV.") from error
    if seconds > LONGEST:
        raise NotASound(f"The recording is longer than {LONGEST // 60} minutes.")
    if seconds < 0.1:
        raise NotASound("There is no recording in this file.")
    return sound


def _wav(samples: npt.NDArray[np.int16]) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return out.getvalue()
