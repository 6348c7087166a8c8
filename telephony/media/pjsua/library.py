"""pjsua2's own objects, set up as measured (the rules at the top of the package): endpoint, account, call,
player, tone. Everything here is plumbing without decisions.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, ParamSpec, Protocol

import pjsua2 as pj

from instance import Endpoint
from telephony.media.digits import LENGTH_MS, Method
from telephony.media.port import ToneName

log = logging.getLogger(__name__)
P = ParamSpec("P")

MAX_CALLS = 4  # what the wheel is built for; more are refused by pjsua itself with 486
RTP_FIRST, RTP_COUNT = 16_000, 400  # on the worker's own address
SESSION_EXPIRES = 1800  # seconds (RFC 4028): a bridge whose phones died is noticed

# North American call progress tones: frequencies, ms on, ms off
TONES: dict[ToneName, tuple[int, int, int, int]] = {
    "ringback": (440, 480, 2000, 4000),
    "busy": (480, 620, 500, 500),
    "beep": (1000, 0, 500, 0),
}


CallState = Literal["early", "confirmed", "disconnected"]
STATES: dict[int, CallState] = {
    pj.PJSIP_INV_STATE_EARLY: "early",
    pj.PJSIP_INV_STATE_CONFIRMED: "confirmed",
    pj.PJSIP_INV_STATE_DISCONNECTED: "disconnected",
}


class Listener(Protocol):
    """Whoever hears the callbacks: it collects and does nothing else in them."""

    def incoming(self, call_id: int, message: str, source: str) -> None: ...

    def call_state(self, name: str, state: CallState, code: int, reason: str) -> None: ...

    def media_state(self, name: str, active: bool) -> None: ...

    def handed(self, name: str, code: int) -> None: ...

    def digit(self, name: str, digit: str, method: Method) -> None: ...

    def referred(self, name: str, target: str) -> Any:
        """The Call that shall follow the REFER, or None to refuse it."""


def guarded(callback: Callable[P, None]) -> Callable[P, None]:
    """An exception in a callback would vanish inside the library: log it, the call goes on."""

    @functools.wraps(callback)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            callback(*args, **kwargs)
        except Exception:
            log.exception("media.callback_failed callback=%s", callback.__name__)

    return run


class Call(pj.Call):  # type: ignore[misc]  # untyped base
    def __init__(self, port: Listener, name: str, account: Any, call_id: int = pj.PJSUA_INVALID_ID) -> None:
        pj.Call.__init__(self, account, call_id)
        self.port, self.name = port, name

    @guarded
    def onCallState(self, prm: Any) -> None:
        info = self.getInfo()
        state = STATES.get(info.state)
        if state is not None:
            self.port.call_state(self.name, state, info.lastStatusCode, info.lastReason)

    @guarded
    def onCallMediaState(self, prm: Any) -> None:
        info = self.getInfo()
        media = info.media
        active = any(m.type == pj.PJMEDIA_TYPE_AUDIO and m.status == pj.PJSUA_CALL_MEDIA_ACTIVE for m in media)
        self.port.media_state(self.name, active)

    @guarded
    def onCallTransferRequest(self, prm: Any) -> None:
        call = self.port.referred(self.name, prm.dstUri)
        if call is None:
            prm.statusCode = 603
        else:
            prm.statusCode = 202
            prm.newCall = call  # the library dials with it, as soon as this returns

    @guarded
    def onCallTransferStatus(self, prm: Any) -> None:
        if prm.statusCode >= 200:
            prm.cont = False
            self.port.handed(self.name, prm.statusCode)

    @guarded
    def onDtmfDigit(self, prm: Any) -> None:
        method: Method = "rfc4733" if prm.method == pj.PJSUA_DTMF_METHOD_RFC2833 else "info"
        self.port.digit(self.name, prm.digit, method)


class Account(pj.Account):  # type: ignore[misc]  # untyped base
    def __init__(self, port: Listener) -> None:
        pj.Account.__init__(self)
        self.port = port

    @guarded
    def onIncomingCall(self, prm: Any) -> None:
        data = prm.rdata
        self.port.incoming(prm.callId, data.wholeMsg, data.srcAddress)


class Player(pj.AudioMediaPlayer):  # type: ignore[misc]  # untyped base
    def __init__(self, done: Callable[[], None]) -> None:
        pj.AudioMediaPlayer.__init__(self)
        self.done = done

    def onEof2(self) -> None:
        self.done()  # on a thread of the library: this only puts into a queue


def start_endpoint(address: Endpoint) -> Any:
    """The library of this process, listening for SIP (UDP) at `address`; G.711 only."""
    endpoint = pj.Endpoint()
    endpoint.libCreate()
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
    endpoint.libInit(config)
    transport = pj.TransportConfig()
    transport.port = address.port
    transport.boundAddress = transport.publicAddress = address.host
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    endpoint.audDevManager().setNullDev()
    for codec in endpoint.codecEnum2():
        endpoint.codecSetPriority(codec.codecId, 0)
    endpoint.codecSetPriority("PCMU/8000", 250)
    endpoint.codecSetPriority("PCMA/8000", 249)
    endpoint.libStart()
    return endpoint


def start_account(listener: Listener, address: Endpoint, *, proxy: Endpoint | None, user: str) -> Account:
    account = pj.AccountConfig()
    account.idUri = f"<sip:{user}@{address}>"  # in brackets: the switch may take a name away from it
    if proxy is not None:
        # "hide": routed there without a Route header, which a proxy would take for a preloaded route
        account.sipConfig.proxies.append(f"<sip:{proxy};lr;hide>")
    # An answer with several codecs is good for all of them (RFC 3264 6.1). The library would send an UPDATE or a
    # re-INVITE to be left with one; a far side that re-INVITEs meanwhile gets 491.
    account.mediaConfig.lockCodecEnabled = False
    audio = account.mediaConfig.transportConfig
    audio.boundAddress = audio.publicAddress = address.host
    audio.port, audio.portRange = RTP_FIRST, RTP_COUNT
    account.callConfig.timerUse = pj.PJSUA_SIP_TIMER_ALWAYS
    account.callConfig.timerSessExpiresSec = SESSION_EXPIRES
    made = Account(listener)
    made.create(account)
    return made


def attempt(what: str, act: Callable[[], object]) -> bool:
    """False, and a line in the log, when the library refuses."""
    try:
        act()
    except pj.Error as error:
        log.warning("media.%s_failed error=%s", what, error.info())
        return False
    return True


def respond(call: Any, code: int) -> None:
    parameters = pj.CallOpParam(True)
    parameters.statusCode = code
    attempt("answer", lambda: call.answer(parameters))


def hang_up(call: Any, code: int, reason: str) -> None:
    parameters = pj.CallOpParam()
    parameters.statusCode = code
    parameters.reason = reason
    attempt("hangup", lambda: call.hangup(parameters))


def lingering(account: Any) -> int:
    """Places still held by calls that have ended here: their BYE has not been answered. Only without live calls: a
    place that is looked at forgets whose it was."""
    found = 0
    for place in range(MAX_CALLS):
        try:
            pj.Call(account, place).getInfo()
            found += 1
        except pj.Error:
            continue
    return found


def make_call(call: Any, uri: str, headers: tuple[tuple[str, str], ...]) -> bool:
    parameters = pj.CallOpParam(True)
    vector = pj.SipHeaderVector()
    for name, value in headers:
        line = pj.SipHeader()
        line.hName, line.hValue = name, value
        vector.append(line)
    parameters.txOption.headers = vector
    return attempt("dial", lambda: call.makeCall(f"<{uri}>", parameters))


def refer(call: Any, uri: str) -> bool:
    return attempt("refer", lambda: call.xfer(f"<{uri}>", pj.CallOpParam(True)))


def make_player(files: tuple[Path, ...], done: Callable[[], None]) -> Any | None:
    """A player of files one after the other; None when they cannot be played."""
    player = Player(done)
    names = pj.StringVector()
    for file in files:
        names.append(str(file))
    made = attempt("play", lambda: player.createPlaylist(names, "play", pj.PJMEDIA_FILE_NO_LOOP))
    return player if made else None


def make_loop(file: Path) -> Any | None:
    player = pj.AudioMediaPlayer()
    return player if attempt("loop", lambda: player.createPlayer(str(file), 0)) else None


def make_tone(tone: ToneName) -> Any:
    first, second, on, off = TONES[tone]
    generator = pj.ToneGenerator()
    generator.createToneGenerator(8000, 1)
    description = pj.ToneDesc()
    description.freq1, description.freq2, description.on_msec, description.off_msec = first, second, on, off
    tones = pj.ToneDescVector()
    tones.append(description)
    generator.play(tones, off > 0)
    return generator


def make_recorder(path: Path) -> Any | None:
    recorder = pj.AudioMediaRecorder()
    return recorder if attempt("record", lambda: recorder.createRecorder(str(path))) else None


def send_digit(call: Any, digit: str) -> None:
    parameters = pj.CallSendDtmfParam()
    parameters.digits, parameters.duration = digit, LENGTH_MS
    for method in (pj.PJSUA_DTMF_METHOD_RFC2833, pj.PJSUA_DTMF_METHOD_SIP_INFO):
        parameters.method = method
        if attempt("digit", lambda: call.sendDtmf(parameters)):
            return  # the second way is for phones that did not offer telephone-event


def call_id(call: Any) -> str:
    """SIP Call-ID; "" while there is none."""
    try:
        return str(call.getInfo().callIdString)
    except pj.Error:
        return ""


def level(call: Any) -> int:
    """Of what the phone sends ("Rx" would be what it hears); 0 without audio."""
    try:
        return int(call.getAudioMedia(-1).getTxLevel())
    except pj.Error:
        return 0


def header(message: str, name: str) -> str:
    """The first header `name` of a SIP message; "" without one. Folded lines are not ours to read."""
    prefix = name.lower() + ":"
    for line in message.split("\r\n\r\n", 1)[0].split("\r\n")[1:]:
        if line.lower().startswith(prefix):
            return line[len(prefix) :].strip()
    return ""
