"""MediaPort with real calls: pjsua2. The only file that imports it.

The wheel is built with assertions, so a mistake here aborts the worker. The rules that keep it alive, measured
with 2.15.1 (each one was a crash once):

* everything on the main thread: threadCnt 0, mainThreadOnly, our loop calls libHandleEvents; other threads of
  the library (end of a file) only put something into a queue;
* callbacks collect, `poll` acts: no final answer is sent from inside onIncomingCall;
* the last reference to a Call goes inside its DISCONNECTED callback: call ids are recycled at once, and the
  destructor of a stale Call hangs up whoever has the id now;
* `getInfo()` and every other compound value is kept in a local while its parts are used;
* the null device, not "no device": nothing else clocks the bridge;
* leave with `close()` and os._exit: the interpreter's own end runs callbacks on dead globals.
"""

from __future__ import annotations

import functools
import itertools
import logging
import queue
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec

import pjsua2 as pj

from instance import Endpoint
from telephony.media.digits import LENGTH_MS, DigitFilter, DigitQueue
from telephony.media.port import (
    Answered,
    Digit,
    EarlyMedia,
    Ended,
    Incoming,
    Played,
    PortEvent,
    Recorded,
    RecordEnd,
    RecordRules,
    Ringing,
    ToneName,
)  # fmt: skip
from telephony.media.recording import VoiceWatch, closed_properly, seconds_on_disk
from telephony.messages.workers import LEASE_HEADER

log = logging.getLogger(__name__)
P = ParamSpec("P")

MAX_CALLS = 4  # what the wheel is built for; more are refused by pjsua itself with 486
RTP_FIRST, RTP_COUNT = 16_000, 400  # on the worker's own address
LEVEL_EVERY = 0.02  # seconds between two looks at the level
CLOSE_WITHIN = 1.0  # seconds a recorder may take to write its header
SESSION_EXPIRES = 1800  # seconds (RFC 4028): a bridge whose phones died is noticed

# North American call progress tones (catalog S28: the default tone set): frequencies, ms on, ms off
TONES: dict[ToneName, tuple[int, int, int, int]] = {
    "ringback": (440, 480, 2000, 4000),
    "busy": (480, 620, 500, 500),
    "beep": (1000, 0, 500, 0),
}


@dataclass(slots=True)
class _Recording:
    recorder: Any
    path: Path
    rules: RecordRules
    watch: VoiceWatch
    began: float = 0.0  # monotonic; 0 until there is audio
    why: RecordEnd | None = None
    elapsed: float = 0.0
    close_by: float = 0.0


@dataclass(slots=True)
class _Leg:
    name: str
    call: Any  # None once DISCONNECTED
    dialled: bool
    talking: bool = False  # audio is active
    confirmed: bool = False
    early: bool = False
    source: Any = None  # the player or tone generator heard by the leg
    serial: int = 0  # of that source: a late end-of-file of an older one is no end of this one
    stop_on: str = ""
    recording: _Recording | None = None
    peer: str = ""
    filter: DigitFilter = field(default_factory=DigitFilter)
    to_send: DigitQueue = field(default_factory=DigitQueue)
    looked: float = 0.0
    ended: Ended | None = None


def guarded(callback: Callable[P, None]) -> Callable[P, None]:
    """An exception in a callback would vanish inside the library: log it, the call goes on."""

    @functools.wraps(callback)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            callback(*args, **kwargs)
        except Exception:
            log.exception("media.callback_failed callback=%s", callback.__name__)

    return run


class _Call(pj.Call):  # type: ignore[misc]  # untyped base
    def __init__(self, port: PjsuaPort, name: str, account: Any, call_id: int = pj.PJSUA_INVALID_ID) -> None:
        pj.Call.__init__(self, account, call_id)
        self.port, self.name = port, name

    @guarded
    def onCallState(self, prm: Any) -> None:
        info = self.getInfo()
        self.port.call_state(self.name, info)

    @guarded
    def onCallMediaState(self, prm: Any) -> None:
        info = self.getInfo()
        media = info.media
        active = any(m.type == pj.PJMEDIA_TYPE_AUDIO and m.status == pj.PJSUA_CALL_MEDIA_ACTIVE for m in media)
        self.port.media_state(self.name, active)

    @guarded
    def onDtmfDigit(self, prm: Any) -> None:
        self.port.digit(self.name, prm.digit, prm.method)


class _Account(pj.Account):  # type: ignore[misc]  # untyped base
    def __init__(self, port: PjsuaPort) -> None:
        pj.Account.__init__(self)
        self.port = port

    @guarded
    def onIncomingCall(self, prm: Any) -> None:
        data = prm.rdata
        self.port.incoming(prm.callId, data.wholeMsg, data.srcAddress)


class _Player(pj.AudioMediaPlayer):  # type: ignore[misc]  # untyped base
    def __init__(self, done: Callable[[], None]) -> None:
        pj.AudioMediaPlayer.__init__(self)
        self.done = done

    def onEof2(self) -> None:
        self.done()  # on a thread of the library: this only puts into a queue


class PjsuaPort:
    """One per process; forked children make their own (the parent must never make one)."""

    def __init__(self, address: Endpoint, *, proxy: Endpoint | None = None, user: str = "worker") -> None:
        """Listen for SIP at `address` (UDP); requests we begin go through `proxy`."""
        self._names = itertools.count(1)
        self._serials = itertools.count(1)
        self._legs: dict[str, _Leg] = {}
        self._gone: list[_Leg] = []  # disconnected, recording perhaps not closed yet
        self._closing: list[tuple[_Leg, _Recording]] = []
        self._events: list[PortEvent] = []
        self._over: queue.SimpleQueue[tuple[str, int]] = queue.SimpleQueue()
        self._reconnect: set[str] = set()

        self._endpoint = pj.Endpoint()
        self._endpoint.libCreate()
        config = pj.EpConfig()
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.maxCalls = MAX_CALLS
        config.uaConfig.userAgent = "Switchroom"
        config.logConfig.level = 1
        config.logConfig.consoleLevel = 0
        config.medConfig.clockRate = config.medConfig.sndClockRate = 8000
        config.medConfig.noVad = True
        config.medConfig.ecTailLen = 0
        config.medConfig.threadCnt = 1
        self._endpoint.libInit(config)
        transport = pj.TransportConfig()
        transport.port = address.port
        transport.boundAddress = transport.publicAddress = address.host
        self._endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
        self._endpoint.audDevManager().setNullDev()
        for codec in self._endpoint.codecEnum2():
            self._endpoint.codecSetPriority(codec.codecId, 0)
        self._endpoint.codecSetPriority("PCMU/8000", 250)
        self._endpoint.codecSetPriority("PCMA/8000", 249)
        self._endpoint.libStart()

        account = pj.AccountConfig()
        account.idUri = f"sip:{user}@{address}"
        if proxy is not None:
            # "hide": routed there without a Route header, which a proxy would take for a preloaded route
            account.sipConfig.proxies.append(f"<sip:{proxy};lr;hide>")
        audio = account.mediaConfig.transportConfig
        audio.boundAddress = audio.publicAddress = address.host
        audio.port, audio.portRange = RTP_FIRST, RTP_COUNT
        account.callConfig.timerUse = pj.PJSUA_SIP_TIMER_ALWAYS
        account.callConfig.timerSessExpiresSec = SESSION_EXPIRES
        self._account = _Account(self)
        self._account.create(account)

    # -- what callbacks report (they collect, nothing else) ----------------------------------------
    def incoming(self, call_id: int, message: str, source: str) -> None:
        name = f"in-{next(self._names)}"
        self._legs[name] = _Leg(name, _Call(self, name, self._account, call_id), dialled=False)
        host, _, port = source.rpartition(":")
        self._events.append(
            Incoming(
                leg=name, lease=header(message, LEASE_HEADER), source=Endpoint(host, int(port) if port.isdigit() else 0)
            )
        )

    def call_state(self, name: str, info: Any) -> None:
        leg = self._legs.get(name)
        if leg is None:
            return
        state = info.state
        if state == pj.PJSIP_INV_STATE_EARLY and leg.dialled:
            self._events.append(Ringing(leg=name, code=info.lastStatusCode))
        elif state == pj.PJSIP_INV_STATE_CONFIRMED and not leg.confirmed:
            leg.confirmed = True
            self._events.append(Answered(leg=name))
        elif state == pj.PJSIP_INV_STATE_DISCONNECTED:
            del self._legs[name]
            leg.call = None  # here and now: see the top of the file
            leg.talking = False
            leg.ended = Ended(leg=name, code=info.lastStatusCode, reason=info.lastReason)
            self._gone.append(leg)

    def media_state(self, name: str, active: bool) -> None:
        leg = self._legs.get(name)
        if leg is None:
            return
        leg.talking = active
        if active:
            self._reconnect.add(name)  # a new stream has lost its connections
            if leg.dialled and not leg.confirmed and not leg.early:
                leg.early = True
                self._events.append(EarlyMedia(leg=name))

    def digit(self, name: str, digit: str, method: int) -> None:
        leg = self._legs.get(name)
        how = "rfc4733" if method == pj.PJSUA_DTMF_METHOD_RFC2833 else "info"
        if leg is None or not leg.filter.accept(digit, "info" if how == "info" else "rfc4733", time.monotonic()):
            return
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

    def _watch(self, leg: _Leg, now: float) -> None:
        digit = leg.to_send.due(now) if leg.confirmed else None
        if digit is not None:
            self._send_digit(leg, digit)
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
            self._events.append(_outcome(leg.name, recording))
        self._closing = waiting
        busy = {id(leg) for leg, _ in waiting}
        for leg in [leg for leg in self._gone if id(leg) not in busy]:
            self._gone.remove(leg)
            assert leg.ended is not None
            self._events.append(leg.ended)

    # -- verbs -------------------------------------------------------------------------------------
    def ring(self, leg: str) -> None:
        self._respond(leg, 180)

    def answer(self, leg: str) -> None:
        self._respond(leg, 200)

    def _respond(self, name: str, code: int) -> None:
        leg = self._legs.get(name)
        if leg is None or leg.dialled or leg.confirmed:
            return
        parameters = pj.CallOpParam(True)
        parameters.statusCode = code
        self._try("answer", lambda: leg.call.answer(parameters))

    def end(self, leg: str, code: int = 0, reason: str = "") -> None:
        found = self._legs.get(leg)
        if found is None:
            return
        parameters = pj.CallOpParam()
        parameters.statusCode = code
        parameters.reason = reason
        call = found.call  # the callback may run inside hangup and take the leg's reference
        self._try("hangup", lambda: call.hangup(parameters))

    def dial(self, leg: str, uri: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        assert leg not in self._legs, leg
        call = _Call(self, leg, self._account)
        made = _Leg(leg, call, dialled=True)
        self._legs[leg] = made
        parameters = pj.CallOpParam(True)
        vector = pj.SipHeaderVector()
        for name, value in headers:
            line = pj.SipHeader()
            line.hName, line.hValue = name, value
            vector.append(line)
        parameters.txOption.headers = vector
        if not self._try("dial", lambda: call.makeCall(uri, parameters)) and self._legs.pop(leg, None) is not None:
            made.call = None
            made.ended = Ended(leg=leg, code=503, reason="The call could not be made")
            self._gone.append(made)

    def play(self, leg: str, files: tuple[Path, ...], stop_on: str = "") -> None:
        found = self._legs.get(leg)
        if found is None:
            return
        self._silence(found)
        serial = found.serial = next(self._serials)
        player = _Player(lambda: self._over.put((leg, serial)))
        names = pj.StringVector()
        for file in files:
            names.append(str(file))
        made = bool(files) and self._try("play", lambda: player.createPlaylist(names, leg, pj.PJMEDIA_FILE_NO_LOOP))
        if not made:
            self._events.append(Played(leg=leg, ok=not files))
            return
        found.source, found.stop_on = player, stop_on
        self._connect(leg)

    def tone(self, leg: str, tone: ToneName) -> None:
        found = self._legs.get(leg)
        if found is None:
            return
        self._silence(found)
        first, second, on, off = TONES[tone]
        generator = pj.ToneGenerator()
        generator.createToneGenerator(8000, 1)
        description = pj.ToneDesc()
        description.freq1, description.freq2, description.on_msec, description.off_msec = first, second, on, off
        tones = pj.ToneDescVector()
        tones.append(description)
        generator.play(tones, off > 0)
        found.source, found.stop_on = generator, ""
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
        recorder = pj.AudioMediaRecorder()
        recording = _Recording(recorder, path, rules, VoiceWatch(rules))
        if not self._try("record", lambda: recorder.createRecorder(str(path))):
            recording.why = "failed"
            self._events.append(_outcome(leg, recording))
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
        first.peer, second.peer = other, one
        self._silence(first)
        self._silence(second)
        self._connect(one)

    def level(self, leg: str) -> int:
        found = self._legs.get(leg)
        if found is None or not found.talking:
            return 0
        try:
            return int(found.call.getAudioMedia(-1).getTxLevel())  # as the phone sends it; "Rx" is what it hears
        except pj.Error:
            return 0

    def legs(self) -> int:
        return len(self._legs)

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
        try:
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
        except pj.Error as error:
            log.warning("media.connect_failed leg=%s error=%s", name, error.info())

    def _silence(self, leg: _Leg) -> None:
        source, leg.source, leg.stop_on = leg.source, None, ""
        leg.serial = 0
        if source is not None and leg.talking:
            audio = leg.call.getAudioMedia(-1)
            self._try("hush", lambda: source.stopTransmit(audio))

    def _stop(self, leg: _Leg, why: RecordEnd) -> None:
        recording, leg.recording = leg.recording, None
        assert recording is not None
        now = time.monotonic()
        recording.why = why
        recording.elapsed = now - recording.began if recording.began else 0.0
        recording.close_by = now + CLOSE_WITHIN
        recording.recorder = None  # the library closes the file
        self._closing.append((leg, recording))

    def _send_digit(self, leg: _Leg, digit: str) -> None:
        parameters = pj.CallSendDtmfParam()
        parameters.digits, parameters.duration = digit, LENGTH_MS
        for method in (pj.PJSUA_DTMF_METHOD_RFC2833, pj.PJSUA_DTMF_METHOD_SIP_INFO):
            parameters.method = method
            if self._try("digit", lambda: leg.call.sendDtmf(parameters)):
                return  # the second way is for phones that did not offer telephone-event

    def _try(self, what: str, act: Callable[[], object]) -> bool:
        try:
            act()
        except pj.Error as error:
            log.warning("media.%s_failed error=%s", what, error.info())
            return False
        return True


def _outcome(leg: str, recording: _Recording) -> Recorded:
    """What became of a recording; a file much shorter than the time that passed was cut by a full disk."""
    seconds = seconds_on_disk(recording.path)
    why = recording.why or "stopped"
    if seconds < 0.8 * recording.elapsed - 1.0:
        why = "failed"
    watch = recording.watch
    return Recorded(
        leg=leg, path=recording.path, why=why, seconds=seconds, voiced=watch.voiced, voice_until=watch.voice_until
    )


def header(message: str, name: str) -> str:
    """The first header `name` of a SIP message; "" without one. Folded lines are not ours to read."""
    prefix = name.lower() + ":"
    for line in message.split("\r\n\r\n", 1)[0].split("\r\n")[1:]:
        if line.lower().startswith(prefix):
            return line[len(prefix) :].strip()
    return ""
