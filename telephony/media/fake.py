"""MediaPort without calls: a clock that a test moves, far ends that a test plays, real WAV files.

`FakePort` keeps the promises of port.py (the contract suite runs on it as on pjsua); `Far` is the phone at the
other side of one leg. Time passes in frames of 20 ms, only inside `poll`, as fast as the processor can.
"""

from __future__ import annotations

import itertools
import math
import struct
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from instance import Endpoint
from telephony.media.digits import DigitFilter, DigitQueue, Method
from telephony.media.port import (
    Answered,
    Digit,
    EarlyMedia,
    Ended,
    Handed,
    Held,
    Incoming,
    Played,
    PortEvent,
    Recorded,
    RecordEnd,
    RecordRules,
    Referred,
    Ringing,
    ToneName,
)  # fmt: skip
from telephony.media.recording import VoiceWatch, header
from telephony.messages.workers import TRANSFER_USER, lease_of

FRAME = 0.02
SAMPLES = 160
SILENCE = bytes(2 * SAMPLES)
TONES: dict[ToneName, int] = {"ringback": 440, "busy": 480, "beep": 1000}


def sine(hz: float) -> Iterator[bytes]:
    """Endless frames of a tone."""
    for start in itertools.count(0, SAMPLES):
        yield struct.pack(
            "<160h", *(int(8000 * math.sin(2 * math.pi * hz * (start + n) / 8000)) for n in range(SAMPLES))
        )


@dataclass
class _Recording:
    path: Path
    rules: RecordRules
    watch: VoiceWatch
    data: bytearray = field(default_factory=bytearray)


@dataclass
class Far:
    """The far end of a leg: what it does, what was done to it, what it hears."""

    port: FakePort
    leg: str
    uri: str = ""  # dialled
    headers: tuple[tuple[str, str], ...] = ()
    state: str = "trying"  # trying, ringing, early, talking, ended
    held: bool = False  # by this far end: it hears and says nothing
    code: int = 0  # how we ended or refused it
    reason: str = ""
    heard: bytearray = field(default_factory=bytearray)
    digits: str = ""  # made for it by a bridge
    voice: Iterator[bytes] | None = None

    def ring(self) -> None:
        if self.state == "trying":
            self.state = "ringing"
            self.port.put(Ringing(leg=self.leg, code=180))

    def early(self) -> None:
        if self.state in ("trying", "ringing"):
            self.state = "early"
            self.port.put(Ringing(leg=self.leg, code=183), EarlyMedia(leg=self.leg))

    def answer(self) -> None:
        if self.state in ("trying", "ringing", "early"):
            self.state = "talking"
            self.port.put(Answered(leg=self.leg))

    def hold(self, on: bool = True) -> None:
        if self.state == "talking" and self.held != on:
            self.held = on
            self.port.put(Held(leg=self.leg, on=on))

    def refuse(self, code: int) -> None:
        self.port.drop(self.leg, code)

    def refer(self, user: str) -> str:
        """REFER to sip:<user>@switch; the name of the new leg, or "" when it was refused."""
        return self.port.referred(self.leg, user)

    def hang_up(self) -> None:
        self.port.drop(self.leg, 200 if self.state == "talking" else 487)

    def press(self, digits: str, how: tuple[Method, ...] = ("rfc4733",)) -> None:
        for digit in digits:
            for method in how:
                self.port.pressed(self.leg, digit, method)
            self.port.now += 0.24  # as long as a finger needs

    def speak(self, hz: float) -> None:
        self.voice = sine(hz)

    def be_quiet(self) -> None:
        self.voice = None


@dataclass
class _Leg:
    far: Far
    dialled: bool
    sound: list[Path] = field(default_factory=list)  # still to be played
    frames: Iterator[bytes] | None = None
    toned: bool = False
    stop_on: str = ""
    recording: _Recording | None = None
    peer: str = ""
    filter: DigitFilter = field(default_factory=DigitFilter)
    to_send: DigitQueue = field(default_factory=DigitQueue)


class FakePort:
    def __init__(self, now: float = 1000.0) -> None:
        self.now = now
        self.disk_full = False
        self.closed = False
        self.far: dict[str, Far] = {}  # every leg there ever was
        self.sent_on: list[tuple[str, str]] = []  # legs and where their far sides were asked to call
        self._legs: dict[str, _Leg] = {}
        self._events: list[PortEvent] = []
        self._names = itertools.count(1)

    # -- the test's side ---------------------------------------------------------------------------
    def call_in(self, lease: str = "", source: Endpoint = Endpoint("127.0.0.1", 5060)) -> Far:  # noqa: B008 - frozen
        name = f"in-{next(self._names)}"
        far = self.far[name] = Far(self, name)
        self._legs[name] = _Leg(far, dialled=False)
        lease, instead = lease_of(lease)
        self.put(Incoming(leg=name, lease=lease, instead=instead, source=source))
        return far

    def put(self, *events: PortEvent) -> None:
        self._events.extend(events)

    def drop(self, name: str, code: int) -> None:
        leg = self._legs.pop(name, None)
        if leg is None:
            return
        if leg.recording is not None:
            self._finish(leg, "hangup")
        leg.far.state = "ended"
        self.put(Ended(leg=name, code=code))

    def pressed(self, name: str, digit: str, method: Method) -> None:
        leg = self._legs.get(name)
        if leg is None or not leg.filter.accept(digit, method, self.now):
            return
        if leg.frames is not None and digit in leg.stop_on:
            self.hush(name)
        self.put(Digit(leg=name, digit=digit))
        if leg.recording is not None and digit in leg.recording.rules.stop_on:
            self._finish(leg, "digit")
        peer = self._legs.get(leg.peer)
        if peer is not None:
            peer.to_send.put(digit)

    def referred(self, name: str, user: str) -> str:
        leg = self._legs.get(name)
        if leg is None or leg.far.state != "talking" or len(self._legs) >= 4 or not user.startswith(TRANSFER_USER):
            return ""
        new = f"{name}>{len(self.far)}"
        self.dial(new, f"sip:{user}@switch")
        self.put(Referred(leg=name, new=new))
        return new

    def handed(self, name: str, code: int) -> None:
        """The far side of the leg has done what `refer` asked, or not."""
        if name in self._legs:
            self.put(Handed(leg=name, code=code))

    # -- MediaPort ---------------------------------------------------------------------------------
    def poll(self, seconds: float) -> list[PortEvent]:
        until = self.now + seconds
        while not self._events and self.now + FRAME <= until + 1e-9:
            self.now += FRAME
            for leg in list(self._legs.values()):
                self._frame(leg)
        events, self._events = self._events, []
        return events

    def ring(self, leg: str) -> None:
        found = self._legs.get(leg)
        if found is not None and not found.dialled and found.far.state == "trying":
            found.far.state = "ringing"

    def early(self, leg: str) -> None:
        found = self._legs.get(leg)
        if found is not None and not found.dialled and found.far.state in ("trying", "ringing"):
            found.far.state = "early"

    def answer(self, leg: str) -> None:
        found = self._legs.get(leg)
        if found is not None and not found.dialled and found.far.state != "talking":
            found.far.state = "talking"
            self.put(Answered(leg=leg))

    def end(self, leg: str, code: int = 0, reason: str = "") -> None:
        found = self._legs.get(leg)
        if found is not None:
            found.far.code = code or (200 if found.far.state == "talking" else 487 if found.dialled else 480)
            found.far.reason = reason
            self.drop(leg, found.far.code)

    def dial(self, leg: str, uri: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        assert leg not in self._legs, leg
        far = self.far[leg] = Far(self, leg, uri, headers)
        self._legs[leg] = _Leg(far, dialled=True)

    def refer(self, leg: str, uri: str) -> None:
        if leg in self._legs:
            self.sent_on.append((leg, uri))

    def play(self, leg: str, files: tuple[Path, ...], stop_on: str = "") -> None:
        found = self._legs.get(leg)
        if found is None:
            return
        self.hush(leg)
        if not files or not all(_playable(file) for file in files):
            self.put(Played(leg=leg, ok=not files))
            return
        found.frames, found.stop_on = itertools.chain.from_iterable(map(_frames, files)), stop_on

    def loop(self, leg: str, file: Path) -> None:
        found = self._legs.get(leg)
        if found is not None:
            self.hush(leg)
            if _playable(file):
                found.frames, found.toned = (
                    itertools.chain.from_iterable(_frames(file) for _ in itertools.count()),
                    True,
                )

    def tone(self, leg: str, tone: ToneName) -> None:
        found = self._legs.get(leg)
        if found is not None:
            self.hush(leg)
            frames = sine(TONES[tone])
            found.frames, found.toned = itertools.islice(frames, 25) if tone == "beep" else frames, True

    def hush(self, leg: str) -> None:
        found = self._legs.get(leg)
        if found is not None:
            found.frames, found.stop_on, found.toned = None, "", False

    def record(self, leg: str, path: Path, rules: RecordRules) -> None:
        found = self._legs.get(leg)
        if found is None:
            return
        assert found.recording is None, f"{leg} is being recorded already."
        found.recording = _Recording(path, rules, VoiceWatch(rules))
        if self.disk_full:
            self._finish(found, "failed")

    def stop_recording(self, leg: str) -> None:
        found = self._legs.get(leg)
        if found is not None and found.recording is not None:
            self._finish(found, "stopped")

    def bridge(self, one: str, other: str) -> None:
        first, second = self._legs.get(one), self._legs.get(other)
        if first is not None and second is not None:
            self.hush(one)
            self.hush(other)
            first.peer, second.peer = other, one

    def level(self, leg: str) -> int:
        found = self._legs.get(leg)
        return 15 if found is not None and found.far.voice is not None and found.far.state == "talking" else 0

    def leg_of(self, call_id: str) -> str:
        """Here a leg's name is its Call-ID."""
        return call_id if call_id in self._legs else ""

    def legs(self) -> int:
        return len(self._legs)

    def close(self) -> None:
        for name in list(self._legs):
            self.end(name)
        self.closed = True

    # -- a frame -----------------------------------------------------------------------------------
    def _frame(self, leg: _Leg) -> None:
        far = leg.far
        if far.state not in ("talking", "early") or far.held:
            return
        far.heard += self._for(leg)
        if leg.recording is not None and far.state == "talking":
            leg.recording.data += next(far.voice) if far.voice is not None else SILENCE
            seconds = len(leg.recording.data) / 16_000
            why = leg.recording.watch.feed(self.level(far.leg), seconds)
            if why is not None:
                self._finish(leg, why)
        digit = leg.to_send.due(self.now)
        if digit is not None:
            far.digits += digit

    def _for(self, leg: _Leg) -> bytes:
        if leg.frames is not None:
            frame = next(leg.frames, None)
            if frame is not None:
                return frame
            was_file = not leg.toned
            self.hush(leg.far.leg)
            if was_file:
                self.put(Played(leg=leg.far.leg))
        peer = self._legs.get(leg.peer)
        if (
            peer is not None
            and peer.far.voice is not None
            and peer.far.state in ("talking", "early")
            and not peer.far.held
        ):
            return next(peer.far.voice)
        return SILENCE

    def _finish(self, leg: _Leg, why: RecordEnd) -> None:
        recording, leg.recording = leg.recording, None
        assert recording is not None
        if why != "failed":
            recording.path.write_bytes(header(len(recording.data)) + recording.data)
        self.put(
            Recorded(
                leg=leg.far.leg, path=recording.path, why=why, seconds=len(recording.data) / 16_000,
                voiced=recording.watch.voiced, voice_until=recording.watch.voice_until,
            )
        )  # fmt: skip


def _playable(path: Path) -> bool:
    try:
        with wave.open(str(path)) as file:
            return (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
    except (OSError, wave.Error, EOFError):
        return False


def _frames(path: Path) -> Iterator[bytes]:
    with wave.open(str(path)) as file:
        while data := file.readframes(SAMPLES):
            yield data.ljust(2 * SAMPLES, b"\0")
