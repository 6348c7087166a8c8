"""Digits as phones send them: RFC 4733 events, SIP INFO, and sometimes both for one press."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

Method = Literal["rfc4733", "info"]
DOUBLE_WITHIN = 0.5  # seconds between the two reports of one press
LENGTH_MS = 160  # of a digit we make; long enough for every receiver (ITU-T Q.24 asks 40)
GAP = 0.08  # seconds of silence between two
QUEUE = 64


@dataclass(slots=True)
class DigitFilter:
    """One press is one digit: the same digit by the *other* method shortly after is the same press."""

    _last: tuple[str, Method, float] | None = None

    def accept(self, digit: str, method: Method, now: float) -> bool:
        if len(digit) != 1 or digit not in "0123456789*#ABCD":
            return False
        if self._last is not None:
            before, how, at = self._last
            if before == digit and how != method and now - at < DOUBLE_WITHIN:
                return False
        self._last = (digit, method, now)
        return True


@dataclass(slots=True)
class DigitQueue:
    """Digits to be made for the other side of a bridge, one after the other."""

    _waiting: deque[str] = field(default_factory=lambda: deque(maxlen=QUEUE))
    _free_at: float = 0.0

    def put(self, digit: str) -> None:
        if len(self._waiting) < QUEUE:
            self._waiting.append(digit)

    def due(self, now: float) -> str | None:
        if not self._waiting or now < self._free_at:
            return None
        self._free_at = now + LENGTH_MS / 1000 + GAP
        return self._waiting.popleft()
