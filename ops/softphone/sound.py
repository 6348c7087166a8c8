"""Sound at 8000 samples/s as numpy int16 arrays: G.711 µ-law, tones and their recognition.

µ-law by tables (ITU-T G.711): `audioop` leaves Python with 3.13.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]
RATE = 8000
FRAME = 160  # samples in 20 ms


def _decode_table() -> Samples:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = ((((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)) - 0x84
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _encode_table() -> npt.NDArray[np.uint8]:
    """For every 16-bit sample (as unsigned index) its code."""
    sample = np.arange(65536, dtype=np.int64).astype(np.uint16).view(np.int16).astype(np.int32)
    sign = np.where(sample < 0, 0x80, 0)
    magnitude = np.minimum(np.abs(sample), 32635) + 0x84
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    codes: npt.NDArray[np.uint8] = (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8)
    return codes


DECODE = _decode_table()
ENCODE = _encode_table()


def to_ulaw(samples: Samples) -> bytes:
    return ENCODE[samples.view(np.uint16)].tobytes()


def from_ulaw(data: bytes) -> Samples:
    return DECODE[np.frombuffer(data, np.uint8)]


def tone(hz: float, seconds: float, amplitude: int = 8000) -> Samples:
    """A sine; whole cycles if `hz * seconds` is whole, so that it loops without a click."""
    t = np.arange(int(RATE * seconds)) / RATE
    return (amplitude * np.sin(2 * np.pi * hz * t)).astype(np.int16)


def level(samples: Samples, hz: float) -> float:
    """Amplitude of the component at `hz` (one Goertzel bin, written as a dot product)."""
    if not len(samples):
        return 0.0
    turn = np.exp(-2j * np.pi * hz * np.arange(len(samples)) / RATE)
    return float(2 * abs(np.dot(samples.astype(np.float64), turn)) / len(samples))


def loudness(samples: Samples) -> float:
    """Root mean square, 0 .. 32767."""
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2))) if len(samples) else 0.0


def has_tone(samples: Samples, hz: float, share: float = 0.5, floor: float = 200.0) -> bool:
    """True when the tone is there and carries at least `share` of the loudness: music and speech do not pass."""
    amplitude = level(samples, hz)
    return amplitude > floor and amplitude / np.sqrt(2) > share * loudness(samples)


def tone_share(samples: Samples, hz: float, window: float = 0.2) -> float:
    """Share of `window`-second pieces that carry the tone, 0 .. 1. In pieces, because a jitter buffer that drops or
    repeats a frame turns the phase, and a long correlation then cancels itself."""
    size = int(window * RATE)
    pieces = [samples[start : start + size] for start in range(0, len(samples) - size + 1, size)]
    return sum(has_tone(piece, hz) for piece in pieces) / len(pieces) if pieces else 0.0
