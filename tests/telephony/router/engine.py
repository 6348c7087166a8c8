"""Real Redis, relay, switch and router in a throw-away place; and a media worker that answers SIP by itself.

with Engine(snapshot()) as engine:
    ann = engine.phone("ann", ANNS)
"""

from __future__ import annotations

import contextlib
import json
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import redis

from ops.softphone.message import sdp
from telephony.client import Switch, stamp
from telephony.messages.commands import AnyCommand, Reply, ReportState
from telephony.messages.events import STREAM, any_event
from telephony.messages.snapshot import Snapshot
from tests.harness.place import Place
from tests.harness.sip import Call, Peer
from tests.telephony.router.office import publish_on_disk

Json = dict[str, Any]


class FakeWorker:
    """A media worker for the router: the Unix socket side is real, the SIP side is a raw peer that answers.

    It takes every INVITE with a lease it knows and keeps the call in `calls`; a scripted test drives the rest.
    """

    def __init__(self, place: Place, number: int) -> None:
        endpoint = place.instance.worker(number)
        self.number = number
        self.address = str(endpoint)
        self.switch = place.instance.switch_internal
        self.peer = Peer(endpoint.host, self.switch, "worker", port=endpoint.port)
        self.peer.answer_always("BYE")
        self.link = socket.socket(socket.AF_UNIX)
        self.link.connect(str(place.instance.router_socket))
        self.messages: list[Json] = []
        self._news = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        self.say(t="worker", worker=number, pid=1000 + number, address=self.address)

    def say(self, **message: Any) -> None:
        self.link.sendall(json.dumps(message).encode() + b"\n")

    def _read(self) -> None:
        with self.link.makefile("rb") as lines:
            try:
                for line in lines:
                    with self._news:
                        self.messages.append(json.loads(line))
                        self._news.notify_all()
            except OSError:
                return

    def expect(self, t: str, seconds: float = 4.0) -> Json:
        """The first unread message of that kind."""
        deadline = time.monotonic() + seconds
        with self._news:
            while True:
                for message in self.messages:
                    if message["t"] == t:
                        self.messages.remove(message)
                        return message
                left = deadline - time.monotonic()
                assert left > 0, f"No {t} from the router within {seconds:g} s; unread: {self.messages}"
                self._news.wait(left)

    def take_call(self, seconds: float = 4.0) -> tuple[Json, Call]:
        """The next lease, and its INVITE answered with 200."""
        lease = self.expect("lease", seconds)
        call = self.peer.incoming(seconds, rtp=False)
        assert call.request.get("X-Switchroom-Lease") == lease["lease"]
        call.reply(200, call.offer())
        return lease, call

    def call(self, digits: str, token: str) -> Call:
        """An INVITE into the switch; nothing is waited for."""
        request = self.peer.request(
            "INVITE",
            f"sip:{digits}@{self.switch}",
            body=sdp(self.peer.address, 40000),
            headers=(("X-Switchroom-Token", token),),
        )
        self.peer.send(request)
        return Call(self.peer, request, None, outgoing=True)

    def hang_up_link(self) -> None:
        """The worker is gone as far as the router can see."""
        self.link.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.peer.close()
        with contextlib.suppress(OSError):
            self.hang_up_link()  # the reading thread would hold the link open
        self.link.close()


class Engine:
    def __init__(
        self, made: Snapshot, *, relay: bool = True, store: bool = True, media: int = 0,
        passwords: Mapping[int, str] | None = None, place: Place | None = None,
    ) -> None:  # fmt: skip
        """`media`: real media workers, so many. `passwords`: of outside lines by id."""
        self.place = place or Place(
            {"SWITCHROOM_MEDIA_WARM": str(media), "SWITCHROOM_MEDIA_MAX": "8"} if media else None
        )
        self.media, self.passwords = media, passwords
        self.instance = self.place.instance
        self.relay, self.store = relay, store
        self.workers: list[FakeWorker] = []
        self.peers: list[Peer] = []
        self.known_calls: set[str] = set()
        self.publish(made)

    def publish(self, made: Snapshot) -> None:
        publish_on_disk(self.instance.published, self.instance.keys, made, self.passwords)

    # -- life ----------------------------------------------------------------------------------------
    def __enter__(self) -> Engine:
        try:
            if self.store:
                self.start_redis()
            if self.relay:
                self.place.start("relay", [sys.executable, "-m", "telephony.switch.relay"])
            self.place.start("switch", [sys.executable, "-m", "telephony.switch"])
            self.start_router()
            if self.media:
                self.start_media()
        except BaseException:
            self.place.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            print(self.place.logs(60))
        for worker in self.workers:
            worker.close()
        for peer in self.peers:
            peer.close()
        self.place.close()

    def start_redis(self) -> None:
        path = self.instance.redis_socket
        arguments = [
            "--port",
            "0",
            "--unixsocket",
            str(path),
            "--unixsocketperm",
            "700",
            "--save",
            "",
            "--dir",
            str(path.parent),
        ]
        self.place.start("redis", ["redis-server", *arguments])
        self.place.wait_for(path.exists, 5, "Redis")

    def start_router(self) -> None:
        before = self._pushes()
        self.place.start("router", [sys.executable, "-m", "telephony.router"], {"SWITCHROOM_LOG_LEVEL": "DEBUG"})
        self.place.wait_for(lambda: self._pushes() > before, 10, "the router to fill the switch's tables")

    def start_media(self) -> None:
        self.place.start("media", [sys.executable, "-m", "telephony.media"])
        self.place.wait_for(lambda: self.said("worker.ready") >= self.media, 10, "the media workers")

    def said(self, words: str, part: str = "media") -> int:
        """How often the log of a process has these words."""
        return (self.place.folder / "logs" / f"{part}.log").read_text().count(words)

    def calls_on_disk(self) -> int:
        """Answered calls the switch would know again after `kill -9` (decision 9: written a second behind)."""
        with contextlib.closing(sqlite3.connect(self.instance.switch_state / "dialog.db", timeout=3)) as database:
            return int(database.execute("SELECT count(*) FROM dialog WHERE state >= 3").fetchone()[0])

    def restart_switch(self) -> None:
        before = self._pushes()
        self.place.start("switch", [sys.executable, "-m", "telephony.switch"])
        self.place.wait_for(lambda: self._pushes() > before, 10, "the router to fill the switch's tables again")

    def _pushes(self) -> int:
        log = self.place.folder / "logs" / "router.log"
        return log.read_text().count("switch.tables_pushed") if log.exists() else 0

    def last_state(self) -> Json:
        """What the router reports now."""
        before = self.kinds().count("state.reported")
        assert self.command(ReportState).ok

        def newest() -> Json | None:
            found = [one for one in self.events() if one["kind"] == "state.reported"]
            return found[-1] if len(found) > before and "calls" in found[-1] else None

        found = self.place.wait_for(newest, 5, "the router's state")
        assert found is not None
        return found

    # -- Redis ---------------------------------------------------------------------------------------
    def redis(self) -> redis.Redis:
        return redis.Redis.from_url(self.instance.redis_url, protocol=2)

    def events(self, call_id: str = "") -> list[Json]:
        with self.redis() as link:
            raw = [fields[b"e"] for _, fields in link.xrange(STREAM)]
        for one in raw:
            any_event.validate_json(one)  # the journal writes without pydantic: every event is proved here
        found = [json.loads(one) for one in raw]
        return [one for one in found if not call_id or one.get("call_id") == call_id]

    def event(self, kind: str, seconds: float = 4.0, **wanted: Any) -> Json:
        """Wait for an event of that kind with these fields."""

        def find() -> Json | None:
            for one in self.events():
                if one["kind"] == kind and all(one.get(key) == value for key, value in wanted.items()):
                    return one
            return None

        found = self.place.wait_for(find, seconds, f"event {kind} {wanted}; there are {self.kinds()}")
        assert found is not None
        return found

    def new_call(self, seconds: float = 4.0, **wanted: Any) -> str:
        """The id of a call that began with these facts and was not asked for before."""

        def find() -> str | None:
            for one in self.events():
                fits = one["kind"] == "call.started" and all(one.get(key) == value for key, value in wanted.items())
                if fits and one["call_id"] not in self.known_calls:
                    return str(one["call_id"])
            return None

        found = self.place.wait_for(find, seconds, f"a new call with {wanted}")
        assert found is not None
        self.known_calls.add(found)
        return found

    def kinds(self) -> list[str]:
        return [one["kind"] for one in self.events()]

    def rpc(self, command: Json) -> Json:
        """A command to the switch past the router, by its datagram socket; the JSON-RPC answer."""
        own = self.instance.run / "test-rpc.sock"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
            own.unlink(missing_ok=True)
            link.bind(str(own))
            link.settimeout(5)
            link.sendto(
                json.dumps({"jsonrpc": "2.0", "id": 1, **command}).encode(), str(self.instance.run / "switch-rpc.sock")
            )
            answer: Json = json.loads(link.recv(65536))
            return answer

    def command(self, kind: type[AnyCommand], **fields: Any) -> Reply:
        return Switch(self.instance.redis_url).send(kind(**stamp("admin"), **fields))

    # -- people --------------------------------------------------------------------------------------
    def phone(self, login: str, station: str, *, register: bool = True) -> Peer:
        peer = Peer(self.place.phone_address(), self.instance.sip, station, login=login, password=f"{login}-secret")
        for method in ("NOTIFY", "OPTIONS", "BYE"):
            peer.answer_always(method)
        self.peers.append(peer)
        if register:
            assert peer.register().code == 200
        return peer

    def worker(self, number: int = 0) -> FakeWorker:
        for old in [one for one in self.workers if one.number == number]:  # of a first try
            old.close()
            self.workers.remove(old)
        worker = FakeWorker(self.place, number)
        self.workers.append(worker)
        return worker

    def whole_call(self, call_id: str, seconds: float = 5.0) -> list[str]:
        """The kinds of a call's events once it has ended; asserts that nothing is missing or doubled."""

        def ended() -> list[Json] | None:
            found = [one for one in self.events(call_id) if "seq" in one]  # what is told of it besides has none
            return found if found and found[-1]["kind"] == "call.ended" else None

        found = self.place.wait_for(ended, seconds, f"the end of call {call_id}: {self.events(call_id)}")
        assert found is not None
        assert [one["seq"] for one in found] == list(range(1, len(found) + 1))
        kinds = [one["kind"] for one in found]
        assert kinds.count("call.started") == 1
        assert kinds.count("call.ended") == 1
        return kinds

    def outcome(self, call_id: str) -> str:
        self.whole_call(call_id)
        return str(self.events(call_id)[-1]["outcome"])
