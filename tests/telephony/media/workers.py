"""Real workers (`python -m telephony.media`), a stand-in router, raw SIP peers as the switch."""

from __future__ import annotations

import sys
import time

import numpy as np

from ops.softphone import sound
from ops.softphone.message import sdp
from telephony import mailbox
from telephony.mailbox import Counts
from telephony.media.prompts import ENGLISH
from telephony.messages.snapshot import Mailbox
from telephony.messages.workers import (
    TakeMessage,
)  # fmt: skip
from tests.harness.audio import read_wav
from tests.harness.place import wait_for
from tests.harness.rtp import Rtp
from tests.harness.sip import Call, Peer
from tests.telephony.media.router import FakeRouter
from tests.telephony.media.stage import free_place

BOB = 2
BEEP = read_wav(ENGLISH / "beep.wav")


class House:
    """Workers, a router we play, and the switch we play."""

    def __init__(self, warm: int = 1) -> None:
        self.peers: list[Peer] = []
        self.settle({"SWITCHROOM_MEDIA_WARM": str(warm), "SWITCHROOM_MEDIA_MAX": "3"})
        self.process = self.place.start("media", [sys.executable, "-m", "telephony.media"])
        self.place.wait_for(lambda: len(self.router.workers) == warm, 10, "the workers to say hello")

    def settle(self, settings: dict[str, str]) -> None:
        self.place = free_place(settings)
        self.inst = self.place.instance
        self.switch = self.phone(self.inst.switch_internal.port)
        self.router = FakeRouter(self.inst.router_socket)

    def phone(self, port: int = 0) -> Peer:
        peer = Peer(self.inst.switch_internal.host, self.inst.worker(0), "101", port=port)
        peer.answer_always("BYE")
        self.peers.append(peer)
        return peer

    def invite(self, lease: str, worker: int = 0, peer: Peer | None = None) -> Call:
        peer = peer or self.phone()
        address = self.inst.worker(worker)
        stream = Rtp(peer.address)
        request = peer.request(
            "INVITE", f"sip:voicemail@{address}", body=sdp(peer.address, stream.port),
            headers=(("X-Switchroom-Lease", lease),) if lease else (),
        )  # fmt: skip
        call = Call(peer, request, stream, outgoing=True)
        peer.send(request, (address.host, address.port))
        return call

    def talk(self, lease: str, worker: int = 0) -> Call:
        call = self.invite(lease, worker)
        call.expect(200)
        call.ack()
        return call

    def counts(self) -> Counts:
        return mailbox.counts(self.inst.mail, BOB)

    def close(self) -> None:
        for peer in self.peers:  # first: whoever gets this place next must find its addresses free
            peer.close()
        self.place.close()
        self.router.close()


def take_message(**changes: object) -> TakeMessage:
    fields: dict[str, object] = {
        "user_id": BOB, "extension": "102", "user_name": "Bob Baker", "mailbox": Mailbox(), "from_number": "101",
        "from_name": "Ann Archer",
    }  # fmt: skip
    return TakeMessage.model_validate(fields | changes)


def wait_beep(call: Call, seconds: float = 20.0) -> None:
    """The tone after which a caller speaks."""

    def heard() -> bool:
        samples = call.rtp.heard(0.5)
        return len(samples) > 3000 and sound.has_tone(samples[-1200:], beep_hz())

    wait_for(heard, seconds, "the beep")


def skip_greeting(call: Call) -> None:
    """Speak from now on, hear the greeting begin, press # and wait for the tone."""
    call.rtp.wait_sound(10)
    call.rtp.dial("#")
    wait_beep(call)


def speak(seconds: float) -> None:
    """Let the peers talk for so long; what they say was set before."""
    until = time.monotonic() + seconds
    wait_for(lambda: time.monotonic() > until, seconds + 5, "time to pass")


def beep_hz() -> float:
    spectrum = np.abs(np.fft.rfft(BEEP.astype(np.float64)))
    return float(np.argmax(spectrum) * 8000 / len(BEEP))
