"""The child of phone.py: one pjsua2 endpoint, commands as JSON lines on stdin, its whole state after every change.

    python -m tests.harness.phone_process ADDRESS PORT

Everything pjsua2 runs on the main thread (threadCnt 0); what the ear hears is collected on pjsua's media thread into
a deque of frames. Call objects are dropped inside DISCONNECTED, refusals are sent on the next turn of the loop, and
`getInfo()` results are kept in locals: all three crash otherwise (engine-media notes, docs/decisions).
"""

from __future__ import annotations

import collections
import contextlib
import json
import os
import re
import select
import struct
import sys
import time
from typing import Any

import pjsua2 as pj

FRAMES = 50 * 120


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class Ear(pj.AudioMediaPort):
    """Keeps what every call of the phone says. Its callback comes on a media thread: append, nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: collections.deque[tuple[float, bytes]] = collections.deque(maxlen=FRAMES)
        wanted = pj.MediaFormatAudio()
        wanted.init(pj.PJMEDIA_FORMAT_PCM, 8000, 1, 20000, 16)
        self.createPort("ear", wanted)

    def onFrameReceived(self, frame: pj.MediaFrame) -> None:
        self.frames.append((time.monotonic(), bytes(frame.buf)))


class PhoneCall(pj.Call):
    def __init__(self, phone: Phone, account: pj.Account, number: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(account, number)
        self.phone = phone
        self.key = 0
        self.audio: pj.AudioMedia | None = None

    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        info = self.getInfo()
        about = self.phone.about(self.key)
        names = {
            pj.PJSIP_INV_STATE_CALLING: "calling", pj.PJSIP_INV_STATE_INCOMING: "incoming",
            pj.PJSIP_INV_STATE_EARLY: "incoming" if about["incoming"] else "ringing",
            pj.PJSIP_INV_STATE_CONNECTING: "talking", pj.PJSIP_INV_STATE_CONFIRMED: "talking",
            pj.PJSIP_INV_STATE_DISCONNECTED: "ended",
        }  # fmt: skip
        about.update(state=names.get(info.state, about["state"]), code=int(info.lastStatusCode),
                     reason=info.lastReason)  # fmt: skip
        self.phone.publish()
        if info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.audio = None
            self.phone.calls.pop(self.key, None)

    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:
        info = self.getInfo()
        for index, media in enumerate(info.media):
            if media.type != pj.PJMEDIA_TYPE_AUDIO:
                continue
            status = {1: "active", 2: "local hold", 3: "remote hold"}.get(media.status, "none")
            self.phone.about(self.key)["media"] = status
            if media.status in (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD):
                self.audio = self.getAudioMedia(index)
                self.audio.startTransmit(self.phone.ear)
                self.phone.voice_to(self.audio)
        self.phone.publish()

    def onCallTsxState(self, prm: pj.OnCallTsxStateParam) -> None:
        event = prm.e
        if event.type != pj.PJSIP_EVENT_TSX_STATE:
            return
        source = event.body.tsxState
        if source.type != pj.PJSIP_EVENT_RX_MSG:
            return
        data = source.src.rdata
        text = data.wholeMsg
        found = re.search(r"^P-Asserted-Identity:\s*(.*?)\r?$", text, re.MULTILINE | re.IGNORECASE)
        if found:
            self.phone.about(self.key)["connected"] = found.group(1)
            self.phone.publish()


class Account(pj.Account):
    def __init__(self, phone: Phone) -> None:
        super().__init__()
        self.phone = phone

    def onRegState(self, prm: pj.OnRegStateParam) -> None:
        self.phone.state["registered"] = int(prm.code)
        self.phone.publish()

    def onMwiInfo(self, prm: pj.OnMwiInfoParam) -> None:
        data = prm.rdata
        found = re.search(r"voice-message:\s*(\d+)/(\d+)", data.wholeMsg, re.IGNORECASE)
        if found:
            self.phone.state["mwi"] = {"new": int(found.group(1)), "old": int(found.group(2))}
            self.phone.publish()

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        call = PhoneCall(self.phone, self, prm.callId)
        self.phone.take(call, incoming=True)
        info = call.getInfo()
        self.phone.about(call.key)["remote"] = info.remoteUri
        self.phone.later(0, lambda: self.phone.reply(call.key, 180))
        if self.phone.auto[0] >= 0:
            after, code = self.phone.auto
            self.phone.later(max(after, 0.02), lambda: self.phone.reply(call.key, code))
        self.phone.publish()


class Phone:
    def __init__(self, address: str, port: int) -> None:
        self.state: dict[str, Any] = {"ready": False, "registered": 0, "calls": {}, "mwi": None}
        self.calls: dict[int, PhoneCall] = {}
        self.auto: tuple[float, int] = (-1.0, 200)
        self.timers: list[tuple[float, Any]] = []
        self.account: Account | None = None
        self.server = ""
        self.count = 0
        self.voice: Any = None
        self.endpoint = pj.Endpoint()
        self.endpoint.libCreate()
        config = pj.EpConfig()
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.userAgent = "switchroom-test-phone"
        config.uaConfig.maxCalls = 4
        config.logConfig.consoleLevel = 0
        config.logConfig.level = 0
        config.medConfig.clockRate = 8000
        config.medConfig.noVad = True
        config.medConfig.ecTailLen = 0
        self.endpoint.libInit(config)
        transport = pj.TransportConfig()
        transport.port = port
        transport.boundAddress = address
        self.endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
        self.endpoint.libStart()
        self.endpoint.audDevManager().setNullDev()
        self.address = address
        self.ear = Ear()

    # -- small things --------------------------------------------------------------------------
    def publish(self) -> None:
        say({"state": self.state})

    def about(self, key: int) -> dict[str, Any]:
        found: dict[str, Any] = self.state["calls"][str(key)]
        return found

    def later(self, seconds: float, action: Any) -> None:
        self.timers.append((time.monotonic() + seconds, action))

    def take(self, call: PhoneCall, incoming: bool) -> None:
        self.count += 1
        call.key = self.count
        self.calls[call.key] = call
        self.state["calls"][str(call.key)] = {
            "key": call.key, "incoming": incoming, "state": "incoming" if incoming else "calling", "code": 0,
            "reason": "", "remote": "", "connected": "", "media": "none",
        }  # fmt: skip

    def reply(self, key: int, code: int) -> None:
        call = self.calls.get(key)
        if call is None or (code < 200 and self.about(key)["state"] != "incoming"):
            return
        prm = pj.CallOpParam()
        prm.statusCode = code
        call.answer(prm)

    def pick(self, key: int) -> PhoneCall:
        if not self.calls:
            raise ValueError("no call is up")
        return self.calls[max(self.calls) if key < 0 else key]

    def voice_to(self, audio: pj.AudioMedia) -> None:
        if self.voice is not None:
            self.voice.startTransmit(audio)

    def speak(self, voice: Any) -> None:
        self.voice = voice
        for call in self.calls.values():
            if call.audio is not None:
                self.voice_to(call.audio)

    # -- commands ------------------------------------------------------------------------------
    def op_register(self, server: str, user: str, login: str, password: str, name: str, realm: str, mwi: bool) -> None:
        if self.account is not None:
            self.account.shutdown()
        self.server, self.realm = server, realm
        config = pj.AccountConfig()
        config.idUri = f'"{name}" <sip:{user}@{realm}>' if name else f"sip:{user}@{realm}"
        config.regConfig.registrarUri = f"sip:{realm}"
        config.regConfig.timeoutSec = 300
        config.regConfig.retryIntervalSec = 0
        config.sipConfig.proxies.append(f"<sip:{server};lr>")
        config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", login, 0, password))
        config.mwiConfig.enabled = mwi
        config.mediaConfig.transportConfig.boundAddress = self.address
        config.mediaConfig.transportConfig.publicAddress = self.address
        self.state.update(registered=0, mwi=None)
        self.account = Account(self)
        self.account.create(config)

    def op_unregister(self) -> None:
        assert self.account is not None
        self.account.setRegistration(False)

    def op_call(self, digits: str) -> int:
        assert self.account is not None, "register first"
        call = PhoneCall(self, self.account)
        self.take(call, incoming=False)
        prm = pj.CallOpParam(True)
        prm.opt.audioCount, prm.opt.videoCount = 1, 0
        call.makeCall(f"sip:{digits}@{self.realm}", prm)
        return call.key

    def op_auto(self, after: float, code: int = 200) -> None:
        self.auto = (after, code)

    def op_answer(self, call: int, code: int) -> None:
        self.reply(self.pick(call).key, code)

    def op_hold(self, call: int) -> None:
        self.pick(call).setHold(pj.CallOpParam(True))

    def op_unhold(self, call: int) -> None:
        prm = pj.CallOpParam(True)
        prm.opt.flag = pj.PJSUA_CALL_UNHOLD
        self.pick(call).reinvite(prm)

    def op_hangup(self, call: int, code: int) -> None:
        prm = pj.CallOpParam()
        prm.statusCode = code
        self.pick(call).hangup(prm)

    def op_dtmf(self, call: int, digits: str, info: bool) -> None:
        if not info:
            self.pick(call).dialDtmf(digits)
            return
        for digit in digits:
            prm = pj.CallSendDtmfParam()
            prm.method, prm.digits, prm.duration = pj.PJSUA_DTMF_METHOD_SIP_INFO, digit, 160
            self.pick(call).sendDtmf(prm)

    def op_tone(self, hz: float) -> None:
        generator = pj.ToneGenerator()
        generator.createToneGenerator(8000, 1)
        description = pj.ToneDesc()
        description.freq1, description.freq2, description.on_msec, description.off_msec = int(hz), 0, 1000, 0
        tones = pj.ToneDescVector()
        tones.append(description)
        generator.play(tones, True)
        self.speak(generator)

    def op_file(self, path: str) -> None:
        player = pj.AudioMediaPlayer()
        player.createPlayer(path, pj.PJMEDIA_FILE_NO_LOOP)
        self.speak(player)

    def op_silence(self) -> None:
        if self.voice is not None:
            for call in self.calls.values():
                if call.audio is not None:
                    self.voice.stopTransmit(call.audio)
        self.voice = None

    def op_heard(self, seconds: float, path: str) -> None:
        since = time.monotonic() - seconds
        data = b"".join(frame for at, frame in list(self.ear.frames) if at >= since)
        head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000,
                           2, 16, b"data", len(data))  # fmt: skip
        with open(path, "wb") as file:
            file.write(head + data)

    # -- the loop ------------------------------------------------------------------------------
    def run(self) -> None:
        self.state["ready"] = True
        self.publish()
        pending = b""
        os.set_blocking(0, False)
        while True:
            self.endpoint.libHandleEvents(5)
            now = time.monotonic()
            due, self.timers = [t for t in self.timers if t[0] <= now], [t for t in self.timers if t[0] > now]
            for _, action in due:
                with contextlib.suppress(pj.Error):
                    action()
            if not select.select([0], [], [], 0)[0]:
                continue
            data = os.read(0, 65536)
            if not data:
                return
            *lines, pending = (pending + data).split(b"\n")
            for line in lines:
                self.obey(json.loads(line))

    def obey(self, command: dict[str, Any]) -> None:
        number, op = command.pop("id"), command.pop("op")
        try:
            result = getattr(self, f"op_{op}")(**command)
        except pj.Error as error:
            say({"id": number, "error": error.info()})
        except (ValueError, KeyError, AssertionError) as error:
            say({"id": number, "error": repr(error)})
        else:
            say({"id": number, "result": result})

    def end(self) -> None:
        self.endpoint.hangupAllCalls()
        if self.account is not None:
            with contextlib.suppress(pj.Error):
                self.account.setRegistration(False)
        deadline = time.monotonic() + 0.4
        while time.monotonic() < deadline:
            self.endpoint.libHandleEvents(10)
        sys.stdout.flush()
        os._exit(0)  # live pjsua objects abort the interpreter's own clean-up


if __name__ == "__main__":
    phone = Phone(sys.argv[1], int(sys.argv[2]))
    phone.run()
    phone.end()
