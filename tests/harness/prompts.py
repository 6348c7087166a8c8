"""Which of Debian's recorded prompts was heard, and when the beep came."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from tests.harness.audio import Samples, best_match, contains, loudness, read_wav
from tests.harness.place import wait_for
from tests.harness.rtp import Rtp

SOUNDS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")


@cache
def prompt(name: str) -> Samples:
    return read_wav(SOUNDS / f"{name}.wav")


@cache
def names(beginning: str = "vm-") -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in SOUNDS.glob(f"{beginning}*.wav")))


def heard_prompts(heard: Samples, candidates: tuple[str, ...] | None = None) -> list[str]:
    """Names of the prompts found in what was heard (all of vm-* unless told)."""
    return [name for name in candidates or names() if contains(heard, _trimmed(name))]


def has_prompt(heard: Samples, name: str) -> bool:
    return contains(heard, _trimmed(name))


@cache
def _trimmed(name: str) -> Samples:
    """Without the silence around it, and at most three seconds: enough to tell it from all others."""
    samples = prompt(name)
    loud = np.nonzero(np.abs(samples.astype(np.int32)) > 300)[0]
    return samples[loud[0] : loud[-1]][:24000] if len(loud) else samples


def hear_beep(rtp: Rtp, seconds: float) -> None:
    """Wait until the beep of the prompt set arrived within the last second."""
    piece = _trimmed("beep")[:1600]

    def beeped() -> bool:
        heard = rtp.heard(1.0)
        return loudness(heard) > 50 and best_match(heard, piece)[0] > 0.7

    wait_for(beeped, seconds, "the beep")
