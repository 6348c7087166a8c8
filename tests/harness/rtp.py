"""One RTP stream of a test peer: sends µ-law frames every 20 ms, keeps and recognises what it hears."""

from __future__ import annotations

import secrets
import socket
import struct
import threading
import time
from collections import deque
from itertools import pairwise

import numpy as np

from ops.softphone import sound
from tests.harness.place import wait_for

KEPT = 50 * 120  # frames: two minutes


class Rtp:
    """Bound at once; `start(address, port)` begins to send what `play`/`play_tone` set (silence at first)."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.socket.settimeout(0.2)
        self.address = address
        self.port: int = self.socket.getsockname()[1]
        self.target: tuple[str, int] | None = None
        self.received = 0  # audio packets
        self.event_type = 101  # payload type of RFC 4733 events
        self.payload_types: set[int] = set()
        self.digits: list[int] = []  # RFC 4733 event codes, one per event
        self._frames: deque[tuple[float, bytes]] = deque(maxlen=KEPT)
        self._outgoing: sound.Samples = np.zeros(sound.FRAME, np.int16)
        self._repeat = True
        self._position = 0
        self.began = 0.0  # monotonic seconds at which the first frame of the last `play` was sent
        self._events: deque[tuple[int, int, bool, int]] = deque()  # event, duration, end, timestamp
        self._sequence = secrets.randbelow(30_000)
        self._timestamp = secrets.randbelow(1 << 30)
        self._ssrc = secrets.randbelow(1 << 32)
        self._last_event_timestamp = -1
        self._closed = threading.Event()
        self._sending = threading.Event()
        threading.Thread(target=self._receive, daemon=True).start()
        threading.Thread(target=self._send, daemon=True).start()

    # -- sending -------------------------------------------------------------------------------
    def start(self, address: str, port: int) -> None:
        self.target = (address, port)
        self._sending.set()

    def pause(self) -> None:
        """Send nothing, as a phone does that holds."""
        self._sending.clear()

    def play(self, samples: sound.Samples, repeat: bool = False) -> None:
        self._outgoing, self._position, self._repeat, self.began = samples, 0, repeat, 0.0

    def play_tone(self, hz: float, amplitude: int = 8000) -> None:
        self.play(sound.tone(hz, 1.0, amplitude), repeat=True)

    def silence(self) -> None:
        self.play(np.zeros(sound.FRAME, np.int16), repeat=True)

    def dial(self, digits: str, pause: float = 0.08) -> None:
        """Digits as RFC 4733 events of 160 ms, payload type 101. Returns when the last one is sent."""
        for digit in digits:
            event = "0123456789*#ABCD".index(digit)
            stamp = self._timestamp
            self._events.extend((event, 160 * (n + 1), False, stamp) for n in range(8))
            self._events.extend((event, 160 * 8, True, stamp) for _ in range(3))
            wait_for(lambda: not self._events, 3, "the digits to be sent")
            self._closed.wait(pause)

    def _send(self) -> None:
        due = time.monotonic()
        marker = True
        while not self._closed.is_set():
            due += 0.02
            delay = due - time.monotonic()
            if delay > 0:
                self._closed.wait(delay)
            elif delay < -0.5:
                due = time.monotonic()
            self._timestamp = (self._timestamp + sound.FRAME) & 0xFFFFFFFF
            if not self._sending.is_set() or self.target is None:
                marker = True
                continue
            if self._events:
                event, duration, end, stamp = self._events.popleft()
                payload = struct.pack("!BBH", event, (0x80 if end else 0) | 10, duration)
                self._packet(self.event_type, payload, stamp & 0xFFFFFFFF, duration == 160)
                continue
            self._packet(0, sound.to_ulaw(self._next_frame()), self._timestamp, marker)
            marker = False

    def _next_frame(self) -> sound.Samples:
        samples, start = self._outgoing, self._position
        self.began = self.began or time.monotonic()
        frame = samples[start : start + sound.FRAME]
        self._position = start + sound.FRAME
        if self._position >= len(samples):
            if self._repeat:
                self._position = 0
            else:
                self.silence()
        return np.pad(frame, (0, sound.FRAME - len(frame)))

    def _packet(self, payload_type: int, payload: bytes, timestamp: int, marker: bool) -> None:
        assert self.target is not None
        self._sequence = (self._sequence + 1) & 0xFFFF
        head = struct.pack(
            "!BBHII", 0x80, payload_type | (0x80 if marker else 0), self._sequence, timestamp, self._ssrc
        )
        try:
            self.socket.sendto(head + payload, self.target)
        except OSError:
            if not self._closed.is_set():  # the far port was closed (ICMP): a phone goes on, too
                return

    # -- hearing -------------------------------------------------------------------------------
    def _receive(self) -> None:
        while not self._closed.is_set():
            try:
                data = self.socket.recv(2048)
            except TimeoutError:
                continue
            except OSError:
                if self._closed.is_set():
                    return
                continue
            if len(data) < 12 or data[0] >> 6 != 2:
                continue
            payload_type = data[1] & 0x7F
            self.payload_types.add(payload_type)
            if payload_type == self.event_type and len(data) >= 16:
                (timestamp,) = struct.unpack("!I", data[4:8])
                if timestamp != self._last_event_timestamp:
                    self._last_event_timestamp = timestamp
                    self.digits.append(data[12])
            elif payload_type == 0:
                self.received += 1
                self._frames.append((time.monotonic(), data[12:]))

    def heard(self, seconds: float = 0.5) -> sound.Samples:
        """What arrived within the last `seconds`."""
        since = time.monotonic() - seconds
        return sound.from_ulaw(b"".join(data for at, data in list(self._frames) if at >= since))

    def heard_since(self, moment: float) -> sound.Samples:
        """What arrived since `time.monotonic()` was `moment`."""
        return sound.from_ulaw(b"".join(data for at, data in list(self._frames) if at >= moment))

    def first_sound(self, moment: float, floor: float = 400.0) -> float:
        """When (monotonic seconds) the first loud frame arrived since `moment`; 0.0 when none has."""
        for at, data in list(self._frames):
            if at >= moment and sound.loudness(sound.from_ulaw(data)) > floor:
                return at
        return 0.0

    def longest_gap(self, seconds: float) -> float:
        """Seconds without a packet, the longest of the last `seconds`."""
        since = time.monotonic() - seconds
        times = [at for at, _ in list(self._frames) if at >= since]
        return max((later - earlier for earlier, later in pairwise(times)), default=seconds)

    def forget(self) -> None:
        """What was heard before no longer counts."""
        self._frames.clear()

    def hears_tone(self, hz: float, seconds: float = 0.4) -> bool:
        samples = self.heard(seconds)
        return len(samples) >= seconds * sound.RATE * 0.7 and sound.has_tone(samples, hz)

    def wait_tone(self, hz: float, seconds: float = 5.0) -> None:
        wait_for(lambda: self.hears_tone(hz), seconds, f"a tone of {hz:g} Hz at {self.address}:{self.port}")

    def wait_sound(self, seconds: float = 5.0, floor: float = 100.0) -> None:
        wait_for(
            lambda: len(self.heard(0.3)) > 1500 and sound.loudness(self.heard(0.3)) > floor,
            seconds, f"any sound at {self.address}:{self.port}",
        )  # fmt: skip

    def close(self) -> None:
        self._closed.set()
        self.socket.close()
