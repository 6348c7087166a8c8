"""The port: legs by name, callbacks that collect, `poll` that acts."""

from __future__ import annotations

import itertools
import queue
import re
import time
from pathlib import Path

from instance import Endpoint
from telephony.media.digits import Method
from telephony.media.pjsua import library
from telephony.media.pjsua.legs import Leg, Recording, outcome
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
    RecordEnd,
    RecordRules,
    Referred,
    Ringing,
    ToneName,
)  # fmt: skip
from telephony.media.recording import VoiceWatch, closed_properly
from telephony.messages.workers import LEASE_HEADER, TRANSFER_USER, lease_of

TRANSFER = re.compile(rf"<?sip:{re.escape(TRANSFER_USER)}")  # a one-use address of the router: nothing else is followed
LEVEL_EVERY = 0.04  # seconds between two looks at the level
CLOSE_WITHIN = 1.0  # seconds a recorder may take to write its header


class PjsuaPort:
    """One per process; forked children make their own (the parent must never make one)."""

    def __init__(self, address: Endpoint, *, proxy: Endpoint | None = None, user: str = "worker") -> None:
        """Listen for SIP at `address` (UDP); requests we begin go through `proxy`."""
        self._names = itertools.count(1)
        self._serials = itertools.count(1)
        self._legs: dict[str, Leg] = {}
        self._gone: list[Leg] = []  # disconnected, recording perhaps not closed yet
        self._closing: list[tuple[Leg, Recording]] = []
        self._events: list[PortEvent] = []
        self._over: queue.SimpleQueue[tuple[str, int]] = queue.SimpleQueue()
        self._reconnect: set[str] = set()

        self._endpoint = library.start_endpoint(address)
        self._account = library.start_account(self, address, proxy=proxy, user=user)

    # -- what callbacks report (they collect, nothing else) ----------------------------------------
    def incoming(self, call_id: int, message: str, source: str) -> None:
        name = f"in-{next(self._names)}"
        self._legs[name] = Leg(name, library.Call(self, name, self._account, call_id), dialled=False)
        host, _, port = source.rpartition(":")
        origin = Endpoint(host, int(port) if port.isdigit() else 0)
        lease, instead = lease_of(library.header(message, LEASE_HEADER))
        self._events.append(Incoming(leg=name, lease=lease, instead=instead, source=origin))

    def referred(self, name: str, target: str) -> library.Call | None:
        leg = self._legs.get(name)
        if leg is None or not leg.confirmed or len(self._legs) >= library.MAX_CALLS or not TRANSFER.match(target):
            return None
        new = f"{name}>{next(self._names)}"
        call = library.Call(self, new, self._account)
        self._legs[new] = Leg(new, call, dialled=True)
        self._events.append(Referred(leg=name, new=new))
        return call

    def call_state(self, name: str, state: library.CallState, code: int, reason: str) -> None:
        leg = self._legs.get(name)
        if leg is None:
            return
        if state == "early" and leg.dialled:
            self._events.append(Ringing(leg=name, code=code))
        elif state == "confirmed" and not leg.confirmed:
            leg.confirmed = True
            self._events.append(Answered(leg=name))
        elif state == "disconnected":
            del self._legs[name]
            leg.call = None  # here and now: see the top of the file
            leg.talking = False
            leg.ended = Ended(leg=name, code=code, reason=reason)
            self._gone.append(leg)

    def media_state(self, name: str, active: bool) -> None:
        leg = self._legs.get(name)
        if leg is None:
            return
        leg.talking = active
        if leg.confirmed and leg.held == active:
            leg.held = not active
            self._events.append(Held(leg=name, on=leg.held))
        if active:
            self._reconnect.add(name)  # a new stream has lost its connections
            if leg.dialled and not leg.confirmed and not leg.early:
                leg.early = True
                self._events.append(EarlyMedia(leg=name))

    def handed(self, name: str, code: int) -> None:
        if name in self._legs:
            self._events.append(Handed(leg=name, code=code))

    def digit(self, name: str, digit: str, method: Method) -> None:
        leg = self._legs.get(name)
        if leg is not None and leg.filter.accept(digit, method, time.monotonic()):
            self._events.append(Digit(leg=name, digit=digit))

    # -- the loop ----------------------------------------------------------------------------------
    def poll(self, seconds: float) -> list[PortEvent]:
        if not self._events:
            self._endpoint.libHandleEvents(max(1, int(seconds * 1000)))
        now = time.monotonic()
        for name in self._reconnect:
            self._connect(name)
        self._reconnect.clear()
        self._finish_plays()
        events, self._events = self._events, []
        for event in events:
            if isinstance(event, Digit):
                self._on_digit(event)
        for leg in list(self._legs.values()):
            self._watch(leg, now)
        self._close_recordings(now)
        events += self._events
        self._events = []
        return events

    def _finish_plays(self) -> None:
        while True:
            try:
                name, serial = self._over.get_nowait()
            except queue.Empty:
                return
            leg = self._legs.get(name)
            if leg is not None and leg.source is not None and leg.serial == serial:
                self._silence(leg)
                self._events.append(Played(leg=name))

    def _on_digit(self, event: Digit) -> None:
        leg = self._legs.get(event.leg)
        if leg is None:
            return
        if leg.source is not None and event.digit in leg.stop_on:
            self._silence(leg)
        if leg.recording is not None and event.digit in leg.recording.rules.stop_on:
            self._stop(leg, "digit")
        peer = self._legs.get(leg.peer)
        if peer is not None:
            peer.to_send.put(event.digit)

    def _watch(self, leg: Leg, now: float) -> None:
        digit = leg.to_send.due(now) if leg.talking else None  # also before the answer: menus of free-call numbers
        if digit is not None:
            library.send_digit(leg.call, digit)
        recording = leg.recording
        if recording is not None and recording.began and now - leg.looked >= LEVEL_EVERY:
            leg.looked = now
            why = recording.watch.feed(self.level(leg.name), now - recording.began)
            if why is not None:
                self._stop(leg, why)

    def _close_recordings(self, now: float) -> None:
        """A recorder writes its last piece and its header a moment after it was released."""
        for leg in self._gone:
            leg.source = None
            if leg.recording is not None:
                self._stop(leg, "hangup")
        waiting = []
        for leg, recording in self._closing:
            if not closed_properly(recording.path) and now < recording.close_by:
                waiting.append((leg, recording))
                continue
            self._events.append(outcome(leg.name, recording))
        self._closing = waiting
        busy = {id(leg) for leg, _ in waiting}
        for leg in [leg for leg in self._gone if id(leg) not in busy]:
            self._gone.remove(leg)
            assert leg.ended is not None
            self._events.append(leg.ended)

    # -- verbs -------------------------------------------------------------------------------------
    def ring(self, leg: str) -> None:
        self._respond(leg, 180)

    def early(self, leg: str) -> None:
        self._respond(leg, 183)

    def answer(self, leg: str) -> None:
        self._respond(leg, 200)

    def _respond(self, name: str, code: int) -> None:
        leg = self._legs.get(name)
        if leg is None or leg.dialled or leg.confirmed:
            return
        library.respond(leg.call, code)

    def end(self, leg: str, code: int = 0, reason: str = "") -> None:
        found = self._legs.get(leg)
        if found is None:
            return
        if not code and not found.dialled and not found.confirmed:
            code = 480  # the library would say 603, which ends a whole fork
        library.hang_up(found.call, code, reason)

    def dial(self, leg: str, uri: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        assert leg not in self._legs, leg
        call = library.Call(self, leg, self._account)
        made = Leg(leg, call, dialled=True)
        self._legs[leg] = made
        if not library.make_call(call, uri, headers) and self._legs.pop(leg, None) is not None:
            made.call = None
            made.ended = Ended(leg=leg, code=503, reason="The call could not be made")
            self._gone.append(made)

    def refer(self, leg: str, uri: str) -> None:
        found = self._legs.get(leg)
        if found is not None and not library.refer(found.call, uri):
            self._events.append(Handed(leg=leg, code=503))

    def play(self, leg: str, files: tuple[Path, ...], stop_on: str = "") -> None:
        found = self._legs.get(leg)
        if found is None:
            return
        self._silence(found)
        serial = found.serial = next(self._serials)
        player = library.make_player(files, lambda: self._over.put((leg, serial))) if files else None
        if player is None:
            self._events.append(Played(leg=leg, ok=not files))
            return
        found.source, found.stop_on = player, stop_on
        self._connect(leg)

    def loop(self, leg: str, file: Path) -> None:
        found = self._legs.get(leg)
        if found is None:
            return
        self._silence(found)
        found.source, found.stop_on = library.make_loop(file), ""
        self._connect(leg)

    def tone(self, leg: str, tone: ToneName) -> None:
        found = self._legs.get(leg)
        if found is None:
            return
        self._silence(found)
        found.source, found.stop_on = library.make_tone(tone), ""
        self._connect(leg)

    def hush(self, leg: str) -> None:
        found = self._legs.get(leg)
        if found is not None:
            self._silence(found)

    def record(self, leg: str, path: Path, rules: RecordRules) -> None:
        found = self._legs.get(leg)
        if found is None:
            return
        assert found.recording is None, f"{leg} is being recorded already."
        recorder = library.make_recorder(path)
        recording = Recording(recorder, path, rules, VoiceWatch(rules))
        if recorder is None:
            recording.why = "failed"
            self._events.append(outcome(leg, recording))
            return
        found.recording = recording
        self._connect(leg)

    def stop_recording(self, leg: str) -> None:
        found = self._legs.get(leg)
        if found is not None and found.recording is not None:
            self._stop(found, "stopped")

    def bridge(self, one: str, other: str) -> None:
        first, second = self._legs.get(one), self._legs.get(other)
        if first is None or second is None:
            return
        for leg, partner in ((first, other), (second, one)):
            self._part(leg, partner)
            leg.peer = partner
        self._silence(first)
        self._silence(second)
        self._connect(one)

    def _part(self, leg: Leg, partner: str) -> None:
        """Take it away from whom it talked to before."""
        before = self._legs.get(leg.peer)
        if before is None or before.name == partner:
            return
        before.peer = ""
        if leg.talking and before.talking:
            audio, other = leg.call.getAudioMedia(-1), before.call.getAudioMedia(-1)
            library.attempt("part", lambda: (audio.stopTransmit(other), other.stopTransmit(audio)))

    def level(self, leg: str) -> int:
        found = self._legs.get(leg)
        return library.level(found.call) if found is not None and found.talking else 0

    def legs(self) -> int:
        return len(self._legs)

    def lingering(self) -> int:
        """Places of the library that calls hold which have ended; 0 while legs are here, for nobody can look then."""
        return 0 if self._legs or self._gone else library.lingering(self._account)

    def leg_of(self, call_id: str) -> str:
        found = (leg.name for leg in self._legs.values() if leg.call and library.call_id(leg.call) == call_id)
        return next(found, "")

    def close(self) -> None:
        self._endpoint.hangupAllCalls()
        deadline = time.monotonic() + 1.0
        while (self._legs or self._gone) and time.monotonic() < deadline:
            self.poll(0.02)
        self._legs.clear()
        self._account.shutdown()
        del self._account
        self._endpoint.libDestroy()

    # -- sound -------------------------------------------------------------------------------------
    def _connect(self, name: str) -> None:
        """Make the bridge's connections of a leg as they should be; doing it twice is harmless."""
        leg = self._legs.get(name)
        if leg is None or not leg.talking:
            return
        library.attempt("connect", lambda: self._make_connections(leg))

    def _make_connections(self, leg: Leg) -> None:
        audio = leg.call.getAudioMedia(-1)
        if leg.source is not None:
            leg.source.startTransmit(audio)
        if leg.recording is not None and leg.recording.why is None:
            audio.startTransmit(leg.recording.recorder)
            leg.recording.began = leg.recording.began or time.monotonic()
        peer = self._legs.get(leg.peer)
        if peer is not None and peer.talking:
            other = peer.call.getAudioMedia(-1)
            audio.startTransmit(other)
            other.startTransmit(audio)

    def _silence(self, leg: Leg) -> None:
        source, leg.source, leg.stop_on = leg.source, None, ""
        leg.serial = 0
        if source is not None and leg.talking:
            library.attempt("hush", lambda: source.stopTransmit(leg.call.getAudioMedia(-1)))

    def _stop(self, leg: Leg, why: RecordEnd) -> None:
        recording, leg.recording = leg.recording, None
        assert recording is not None
        now = time.monotonic()
        recording.why = why
        recording.elapsed = now - recording.began if recording.began else 0.0
        recording.close_by = now + CLOSE_WITHIN
        recording.recorder = None  # the library closes the file
        self._closing.append((leg, recording))
