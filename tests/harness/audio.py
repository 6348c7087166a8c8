"""Did the right sound arrive? WAV reading, and finding a known recording inside what was heard.

Tones are recognised by `ops.softphone.sound.has_tone`; recorded speech and music by normalised cross-correlation:
1.0 is the same signal, G.711 twice over stays above 0.9, other speech stays below 0.3.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from ops.softphone.sound import RATE, Samples, from_ulaw, has_tone, level, loudness, to_ulaw, tone, tone_share

__all__ = [
    "RATE", "Samples", "best_match", "contains", "from_ulaw", "has_tone", "level", "loudness", "parse_wav",
    "read_wav", "to_ulaw", "tone", "tone_share", "wav", "write_wav",
]  # fmt: skip


def parse_wav(data: bytes) -> Samples:
    """Samples of an 8 kHz mono WAV, 16-bit PCM (format 1) or µ-law (format 7); raises ValueError for others."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError("Not a WAV file.")
    position, found = 12, None
    while position + 8 <= len(data):
        name, size = data[position : position + 4], struct.unpack("<I", data[position + 4 : position + 8])[0]
        chunk = data[position + 8 : position + 8 + size]
        if name == b"fmt ":
            found = struct.unpack("<HHI", chunk[:8])
        elif name == b"data":
            if found is None or found[1:] != (1, RATE):
                raise ValueError(f"Not mono at 8 kHz: {found}")
            if found[0] == 7:
                return from_ulaw(chunk)
            if found[0] == 1:
                return np.frombuffer(chunk[: len(chunk) // 2 * 2], "<i2").astype(np.int16)
            raise ValueError(f"WAV format {found[0]} is not read here.")
        position += 8 + size + size % 2
    raise ValueError("A WAV file without a data chunk.")


def read_wav(path: Path) -> Samples:
    return parse_wav(path.read_bytes())


def wav(samples: Samples) -> bytes:
    """A WAV file, 16-bit PCM."""
    data = samples.astype("<i2").tobytes()
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, RATE, RATE * 2, 2,
                       16, b"data", len(data))  # fmt: skip
    return head + data


def write_wav(path: Path, samples: Samples) -> Path:
    path.write_bytes(wav(samples))
    return path


def best_match(heard: Samples, piece: Samples) -> tuple[float, float]:
    """(highest normalised correlation of `piece` anywhere in `heard`, where it begins in seconds)."""
    if len(heard) < len(piece) or not len(piece):
        return 0.0, 0.0
    # first differences: without them the slow swings that all speech shares correlate by themselves
    long, short = np.diff(heard.astype(np.float64)), np.diff(piece.astype(np.float64))
    size = 1 << (len(long) + len(short)).bit_length()
    product = np.fft.irfft(np.fft.rfft(long, size) * np.conj(np.fft.rfft(short, size)), size)
    product = product[: len(long) - len(short) + 1]
    power = np.concatenate(([0.0], np.cumsum(long**2)))
    windows = power[len(short) :] - power[: len(power) - len(short)]
    scale = np.sqrt(np.maximum(windows, 1.0) * max(float(np.sum(short**2)), 1.0))
    # a silent window correlates by chance: count only windows with a tenth of the piece's power
    score = np.where(windows > 0.1 * np.sum(short**2), product / scale, 0.0)
    where = int(np.argmax(score))
    return float(score[where]), where / RATE


def contains(heard: Samples, recording: Samples, *, piece: float = 0.4, least: float = 0.7) -> bool:
    """True when most loud pieces (`piece` seconds) of `recording` are found in `heard`, in order.

    In pieces, because a jitter buffer may drop or repeat a frame in between.
    """
    step = int(piece * RATE)
    pieces = [recording[i : i + step] for i in range(0, max(len(recording) - step, 1), step)]
    loud = [p for p in pieces if loudness(p) > 0.3 * loudness(recording)]
    found, last = 0, -1.0
    for p in loud:
        score, at = best_match(heard, p)
        if score >= least and at > last - 0.05:
            found, last = found + 1, at
    return bool(loud) and found >= max(1, int(0.7 * len(loud)))
