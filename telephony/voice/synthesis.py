"""The machine's voice: flite (Debian package `flite`), made into what the bridge plays: WAV, 8 kHz, 16 bit, mono."""

from __future__ import annotations

import logging
import os
import subprocess
import tempfile
import unicodedata
import wave
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from telephony.voice.spoken import Spoken

log = logging.getLogger(__name__)

VOICE = "slt"
RATE = 8000
LONGEST_TEXT = 400  # characters; a name is shorter, and nobody listens to more
WITHIN = 10.0  # seconds; a sentence takes some 50 ms
TAPS = 63  # of the low-pass filter before the rate is lowered
PEAK = 12000.0  # loudness of the recorded voices, of 32767


def prepare(folder: Path, texts: Iterable[Spoken]) -> int:
    """Speak what is not there yet into `<folder>/<name>.wav`; how many were made. Never raises: a sentence with a gap
    is better than a call without an end."""
    made = 0
    for text in texts:
        target = folder / f"{text.name}.wav"
        if target.exists():
            continue
        try:
            speak(text, target)
            made += 1
        except (OSError, subprocess.SubprocessError, ValueError, EOFError, wave.Error) as error:
            log.error("voice.not_spoken name=%s error=%s", text.name, error)
    return made


def speak(text: Spoken, target: Path) -> None:
    """One file, complete or absent."""
    words = readable(text.text)
    if not words:
        raise ValueError("There is nothing to say.")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as work:
        said, ready = Path(work) / "said.wav", Path(work) / "ready.wav"
        # the text goes in as a file: as an argument it could be taken for an option
        words_file = Path(work) / "words.txt"
        words_file.write_text(words + "\n", encoding="utf-8")
        subprocess.run(
            ["flite", "-voice", VOICE, "-f", str(words_file), "-o", str(said)],
            check=True, capture_output=True, timeout=WITHIN, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        with wave.open(str(said)) as file:
            rate, samples = file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        with wave.open(str(ready), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(telephone(samples, rate).tobytes())
        os.replace(ready, target)


def readable(text: str) -> str:
    """As the English voice can read it: accents taken off, other scripts left out."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join("".join(c if c.isprintable() else " " for c in plain).split())[:LONGEST_TEXT]


def telephone(samples: npt.NDArray[np.int16], rate: int) -> npt.NDArray[np.int16]:
    """To 8 kHz and the loudness of the recorded voices. `rate` is a multiple of 8000."""
    step, rest = divmod(rate, RATE)
    if rest or not step:
        raise ValueError(f"A rate of {rate} Hz cannot be lowered to {RATE} Hz.")
    sound = samples.astype(np.float64)
    if step > 1:
        at = np.arange(TAPS) - TAPS // 2
        kernel = np.sinc(at * 0.9 / step) * np.hamming(TAPS)
        sound = np.convolve(sound, kernel / kernel.sum(), mode="same")[::step]
    loudest = float(np.abs(sound).max(initial=0.0))
    if loudest > 0:
        sound *= PEAK / loudest
    return np.clip(sound, -32768, 32767).astype("<i2")
