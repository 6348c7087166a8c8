"""A real switch and relay in a throw-away place, with a router's end that the test drives."""

from __future__ import annotations

import hashlib
import itertools
import socket
import sys
from collections.abc import Iterator

import pytest
import redis

from instance import Endpoint
from ops.softphone.message import sdp
from telephony.switch import control, relay_memory
from tests.harness.place import Place
from tests.harness.sip import Call, Peer, Rtp
from tests.telephony.switch.peer import RouterPeer

REALM = "switchroom"
PASSWORD = "correct horse"


class Switch:
    """Kamailio and rtpengine as `python -m telephony.switch` and `.relay` start them."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.peers: list[Peer] = []
        self._stations = itertools.count(5101)
        self.start_relay_memory()
        self.start_relay()
        self.start()
        self.router = RouterPeer(place.instance.evapi)

    def start(self) -> None:
        self.place.start("switch", [sys.executable, "-m", "telephony.switch"])

    def start_relay_memory(self) -> None:
        self.place.start("relay-memory", [sys.executable, "-m", "telephony.switch.relay_memory"])
        self.place.wait_for(lambda: listening(self.place.instance.relay_memory), 10, "the relay's memory")

    def start_relay(self) -> None:
        self.place.start("relay", [sys.executable, "-m", "telephony.switch.relay"])
        self.place.wait_for(self.relay_answers, 10, "the relay to answer a ping")

    def relay_answers(self) -> bool:
        return "pong" in self.relay("7:command4:ping")

    def relay(self, entries: str) -> str:
        """One ng command, bencoded without the outer d and e; the answer as text, "" when there is none."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            link.settimeout(0.3)
            control_port = self.place.instance.relay_control
            link.connect((control_port.host, control_port.port))
            try:
                link.send(f"{next(_cookies)}-{id(link)} d{entries}e".encode())
                return link.recv(65536).decode(errors="replace")
            except OSError:
                return ""

    def relays(self, call_id: str) -> int:
        """How many ports the relay holds for this call."""
        answer = self.relay(f"7:call-id{len(call_id)}:{call_id}7:command5:query")
        assert "6:result" in answer, f"The relay did not answer: {answer!r}"
        return answer.count("10:local porti")

    def remembers(self, call_id: str) -> bool:
        """Whether the relay would know this call again after `kill -9`."""
        memory = self.place.instance.relay_memory
        with redis.Redis(
            host=memory.host, port=memory.port, password=relay_memory.password(self.place.instance), protocol=2
        ) as link:
            return bool(link.exists(call_id))

    def connect_router(self) -> RouterPeer:
        """A new router connection after the switch was restarted; the tables are filled again."""
        self.router = RouterPeer(self.place.instance.evapi)
        for peer in self.peers:
            self.admit(peer.user, peer.login)
        self.router.rpc(control.tables_ready())
        return self.router

    def admit(self, station: str, login: str, password: str = PASSWORD) -> None:
        ha1 = hashlib.md5(f"{login}:{REALM}:{password}".encode()).hexdigest()
        self.router.rpc(control.set_entry("ha1", login, ha1))
        self.router.rpc(control.set_entry("uid", login, station))
        self.router.rpc(control.tables_ready())

    def stranger(self, station: str, *, login: str = "", password: str = PASSWORD) -> Peer:
        """A phone at a fresh address that has said nothing yet."""
        peer = Peer(self.place.phone_address(), self.place.instance.sip, station, login=login, password=password)
        peer.answer_always("OPTIONS")
        self.peers.append(peer)
        return peer

    def phone(self, *, name: str = "") -> Peer:
        """A registered phone whose login ID is not its User ID."""
        station = str(next(self._stations))
        self.admit(station, f"login-{station}")
        peer = self.stranger(station, login=f"login-{station}")
        peer.name = name
        assert peer.register().code == 200
        return peer

    def worker(self, number: int = 3) -> Peer:
        """A media worker as the switch sees it: a SIP address on the private network."""
        endpoint = self.place.instance.worker(number)
        peer = Peer(endpoint.host, self.place.instance.switch_internal, "worker", port=endpoint.port)
        self.peers.append(peer)
        return peer

    def close(self) -> None:
        for peer in self.peers:
            peer.close()
        self.router.close()
        self.place.close()


def listening(endpoint: Endpoint) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((endpoint.host, endpoint.port)) == 0


_cookies = itertools.count(1)


def invite_unchallenged(
    peer: Peer, digits: str, *, headers: tuple[tuple[str, str], ...] = (), body: str | None = None
) -> Call:
    """An INVITE of somebody the switch does not challenge (a worker, a line): sent, nothing awaited."""
    stream = Rtp(peer.address)
    offer = sdp(peer.address, stream.port) if body is None else body
    call = Call(
        peer, peer.request("INVITE", f"sip:{digits}@{REALM}", body=offer, headers=headers), stream, outgoing=True
    )
    peer.send(call.request)
    return call


def ring(*targets: object, ms: int = 4000, **jumps: int) -> dict[str, object]:
    """A ring step; a target is a Peer (its station) or a dict as in docs/messages.md."""
    return {"ring": ms, "t": [{"aor": t.user} if isinstance(t, Peer) else t for t in targets], **jumps}


def plan(*steps: object, call: str = "call-1", **more: str) -> dict[str, object]:
    return {"c": call, "s": list(steps), **more}


def connect(caller: Call, called: Call) -> None:
    """The called side answers and the caller acknowledges."""
    called.answered = called.reply(200, called.offer() if called.request.body else "")
    if called.request.body:
        called.listen_to(called.request.body)
    caller.expect(200)
    caller.ack()
    called.peer.expect(lambda m: m.method == "ACK" and m.call_id == called.call_id, 4, "ACK")


@pytest.fixture(scope="module")
def running() -> Iterator[Switch]:
    with Place() as place:
        switch = Switch(place)
        try:
            yield switch
        finally:
            switch.close()


@pytest.fixture
def switch(running: Switch, request: pytest.FixtureRequest) -> Iterator[Switch]:
    """The module's switch with the plans of earlier tests forgotten."""
    running.router.plans.clear()
    running.router.messages.clear()
    failed = request.session.testsfailed
    yield running
    if request.session.testsfailed > failed:
        print(running.place.logs(80))
