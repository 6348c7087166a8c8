"""Two stages for one contract: a FakePort with its far ends, and a PjsuaPort with raw SIP peers.

pjsua allows one endpoint per process and aborts on mistakes, so the real port lives in a child process that
obeys lines of JSON (`port_process.py`); the test holds its far ends in its own hands.
"""

from __future__ import annotations

import json
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np

from instance import SOURCE, Endpoint
from ops.softphone import sound
from ops.softphone.message import sdp
from telephony.media import port as contract
from telephony.media.fake import FakePort, Far
from telephony.media.port import Ended, PortEvent, RecordRules
from tests.harness.place import Place, wait_for
from tests.harness.rtp import Rtp
from tests.harness.sip import Call, Peer, answer_refer

E = TypeVar("E", bound=PortEvent)
KINDS = {kind.__name__: kind for kind in contract.PortEvent.__args__}


class FarEnd(Protocol):
    """A phone, in the words of the contract."""

    def ring(self) -> None: ...
    def early(self) -> None: ...
    def answer(self) -> None: ...
    def refuse(self, code: int) -> None: ...
    def hold(self, on: bool = True) -> None: ...
    def hang_up(self) -> None: ...
    def refer(self, user: str) -> object: ...
    def sent_on(self, code: int, *, accept: bool = True) -> str:
        """Where it was asked to call (REFER); it accepts, and says how that went, or refuses at once."""

    def press(self, digits: str, how: tuple[str, ...] = ("rfc4733",)) -> None: ...
    def speak(self, hz: float) -> None: ...
    def be_quiet(self) -> None: ...
    def hears(self, hz: float) -> bool: ...
    def digits_heard(self) -> str: ...
    def final_code(self) -> int: ...


class Stage:
    """`events` is everything the port reported, in order."""

    def __init__(self) -> None:
        self.events: list[PortEvent] = []

    def call_in(self, lease: str = "", headers: tuple[tuple[str, str], ...] = ()) -> FarEnd:
        raise NotImplementedError

    def dialled(self, leg: str) -> FarEnd:
        """The phone that the leg called."""
        raise NotImplementedError

    def do(self, verb: str, *arguments: Any) -> None:
        raise NotImplementedError

    def step(self) -> None:
        """Let about 20 ms pass."""
        raise NotImplementedError

    def legs(self) -> int:
        raise NotImplementedError

    def until(self, predicate: Callable[[], object], seconds: float, what: str) -> None:
        raise NotImplementedError

    def expect(self, kind: type[E], seconds: float = 5.0) -> E:
        """The first event of this kind; it is consumed with everything before it."""
        found: list[E] = []

        def look() -> bool:
            for position, event in enumerate(self.events):
                if isinstance(event, kind):
                    found.append(event)
                    del self.events[: position + 1]
                    return True
            return False

        self.until(look, seconds, kind.__name__)
        return found[0]

    def none_of(self, kind: type[PortEvent], seconds: float) -> None:
        """Nothing of this kind arrives for so long."""
        deadline = self.clock() + seconds
        self.until(lambda: self.clock() >= deadline, seconds + 2, "time to pass")
        assert not [event for event in self.events if isinstance(event, kind)], self.events

    def clock(self) -> float:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


def free_place(settings: Mapping[str, str] | None = None) -> Place:
    """A place whose switch address is really free: a test run that was killed may have left something on it."""
    for _ in range(5):
        place = Place(settings)
        switch = place.instance.switch_internal
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind((switch.host, switch.port))
            except OSError:
                place.close()
                continue
        return place
    raise AssertionError("Five places in a row had something on the switch's address: end what was left behind.")


def is_tone(samples: sound.Samples, hz: float) -> bool:
    """The tone fills most of a recording. In pieces: on a busy machine a frame is lost or doubled here and there,
    and after it the phase is another one."""
    pieces = [samples[start : start + 1600] for start in range(0, len(samples) - 1599, 1600)]
    return bool(pieces) and sum(sound.has_tone(piece, hz) for piece in pieces) >= 0.6 * len(pieces)


# -- the fake ----------------------------------------------------------------------------------------
class FakeFar:
    def __init__(self, far: Far) -> None:
        self.far = far

    def __getattr__(self, name: str) -> Any:
        return getattr(self.far, name)

    def sent_on(self, code: int, *, accept: bool = True) -> str:
        leg, uri = self.far.port.sent_on[-1]
        self.far.port.handed(leg, code)
        return uri

    def hears(self, hz: float) -> bool:
        samples = np.frombuffer(bytes(self.far.heard[-2 * 3200 :]), "<i2")
        return len(samples) == 3200 and sound.has_tone(samples, hz)

    def digits_heard(self) -> str:
        return self.far.digits

    def final_code(self) -> int:
        return self.far.code


class FakeStage(Stage):
    def __init__(self) -> None:
        super().__init__()
        self.port = FakePort()

    def call_in(self, lease: str = "", headers: tuple[tuple[str, str], ...] = ()) -> FarEnd:
        return FakeFar(self.port.call_in(lease))

    def dialled(self, leg: str) -> FarEnd:
        return FakeFar(self.port.far[leg])

    def do(self, verb: str, *arguments: Any) -> None:
        getattr(self.port, verb)(*arguments)

    def legs(self) -> int:
        return self.port.legs()

    def clock(self) -> float:
        return self.port.now

    def until(self, predicate: Callable[[], object], seconds: float, what: str) -> None:
        deadline = self.port.now + seconds
        while not predicate():
            assert self.port.now < deadline, f"Waited {seconds:g} s in vain for {what}; {self.events}"
            self.events += self.port.poll(0.02)

    def close(self) -> None:
        self.port.close()


# -- the real one ------------------------------------------------------------------------------------
class RealFar:
    """A raw SIP peer in a call with the port."""

    def __init__(self, stage: RealStage, call: Call) -> None:
        self.stage, self.call = stage, call

    def ring(self) -> None:
        self.call.ring()

    def early(self) -> None:
        self.call.reply(183, self.call.offer())
        self.call.listen_to(self.call.request.body)

    def answer(self) -> None:
        self.call.answer()

    def refuse(self, code: int) -> None:
        self.call.reply(code)

    def hold(self, on: bool = True) -> None:
        assert self.call.reinvite("sendonly" if on else "sendrecv").code == 200

    def hang_up(self) -> None:
        assert self.call.bye().code == 200

    def refer(self, user: str) -> bool:
        host, port = self.call.peer.server
        return self.call.transact("REFER", headers=(("Refer-To", f"<sip:{user}@{host}:{port}>"),)).code == 202

    def sent_on(self, code: int, *, accept: bool = True) -> str:
        return answer_refer(self.call, code, accept=accept)

    def press(self, digits: str, how: tuple[str, ...] = ("rfc4733",)) -> None:
        for digit in digits:
            if "info" in how:
                body = f"Signal={digit}\r\nDuration=160\r\n"
                message = self.call._within("INFO", body=body)
                message.put("Content-Type", "application/dtmf-relay")
                self.call._send(message)
                assert self.call.peer.final(message).code == 200
            if "rfc4733" in how:
                self.call.rtp.dial(digit)

    def speak(self, hz: float) -> None:
        self.call.rtp.play_tone(hz)

    def be_quiet(self) -> None:
        self.call.rtp.silence()

    def hears(self, hz: float) -> bool:
        return self.call.rtp.hears_tone(hz, 0.4)

    def digits_heard(self) -> str:
        return "".join("0123456789*#ABCD"[code] for code in self.call.rtp.digits)

    def final_code(self) -> int:
        finals = [m.code for m in self.call.peer.seen if m.is_response and m.code >= 200 and m.method == "INVITE"]
        byes = [m for m in self.call.peer.seen if not m.is_response and m.method == "BYE"]
        return 200 if byes else finals[-1] if finals else 0


class RealStage(Stage):
    def __init__(self) -> None:
        super().__init__()
        self.place = free_place()
        self.address = self.place.instance.worker(0)
        self.switch = self.place.instance.switch_internal
        self.peers: list[Peer] = []
        self.child = subprocess.Popen(
            [sys.executable, "-m", "tests.telephony.media.port_process", str(self.address), str(self.switch)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=SOURCE, text=True, bufsize=1,
        )  # fmt: skip
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self._legs = 0
        self.main = self._peer(self.switch.port)
        self.until(lambda: self._ready, 5, "the port to be ready")

    _ready = False

    def _read(self) -> None:
        assert self.child.stdout is not None
        for line in self.child.stdout:
            self._lines.put(line)

    def _peer(self, port: int = 0) -> Peer:
        peer = Peer(self.switch.host, self.address, "101", port=port)
        for method in ("BYE",):
            peer.answer_always(method)
        self.peers.append(peer)
        return peer

    def call_in(self, lease: str = "", headers: tuple[tuple[str, str], ...] = ()) -> FarEnd:
        peer = self._peer()
        stream = Rtp(peer.address)
        request = peer.request(
            "INVITE", f"sip:worker@{self.address}", body=sdp(peer.address, stream.port),
            headers=(("X-Switchroom-Lease", lease), *headers) if lease else headers,
        )  # fmt: skip
        call = Call(peer, request, stream, outgoing=True)
        peer.send(request)
        threading.Thread(target=self._acknowledge, args=(call,), daemon=True).start()
        return RealFar(self, call)

    @staticmethod
    def _acknowledge(call: Call) -> None:
        try:
            if call.final(60).code == 200:
                call.ack()
        except AssertionError:
            return  # the test never answered this call

    def dialled(self, leg: str) -> FarEnd:
        return RealFar(self, self.main.incoming())

    def do(self, verb: str, *arguments: Any) -> None:
        assert self.child.stdin is not None
        plain = [asdict(a) if isinstance(a, RecordRules) else a for a in arguments]
        self.child.stdin.write(json.dumps([verb, plain], default=str) + "\n")

    def legs(self) -> int:
        self.do("legs")
        before, self._legs = self._legs, -1
        self.until(lambda: self._legs >= 0, 2, f"the number of legs (it was {before})")
        return self._legs

    def clock(self) -> float:
        return time.monotonic()

    def until(self, predicate: Callable[[], object], seconds: float, what: str) -> None:
        def look() -> bool:
            while not self._lines.empty():
                kind, value = json.loads(self._lines.get())
                if kind == "ready":
                    self._ready = True
                elif kind == "legs":
                    self._legs = value
                else:
                    self.events.append(_event(kind, value))
            assert self.child.poll() is None, f"the port died with {self.child.returncode}"
            return bool(predicate())

        wait_for(look, seconds, f"{what}; events {self.events}")

    def close(self) -> None:
        assert self.child.stdin is not None
        self.child.stdin.close()
        try:
            status = self.child.wait(5)
        finally:
            self.child.kill()
            for peer in self.peers:
                peer.close()
            self.place.close()
        assert status == 0, f"the port ended with {status}"


def _event(kind: str, value: dict[str, Any]) -> PortEvent:
    if "path" in value:
        value["path"] = Path(value["path"])
    if "source" in value:
        value["source"] = Endpoint(**value["source"])
    event: PortEvent = KINDS[kind](**value)
    return event


__all__ = ["Ended", "FakeStage", "FarEnd", "RealStage", "Stage", "free_place", "is_tone"]
