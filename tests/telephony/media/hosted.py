"""A Host on a FakePort, with a desk that works when it is told to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from instance import Endpoint
from telephony.media.fake import FakePort, Far
from telephony.media.host import Host
from telephony.media.prompts import Prompts
from telephony.messages import Wire
from telephony.messages.snapshot import Mailbox
from telephony.messages.workers import (
    AnyApp,
    Lease,
    SessionEnded,
    TakeMessage,
)  # fmt: skip

T = TypeVar("T")
M = TypeVar("M", bound=Wire)
BOB = 2
SWITCH = Endpoint("127.0.0.1", 5060)
TAKE = TakeMessage(
    user_id=BOB, extension="102", user_name="Bob", mailbox=Mailbox(max_message_seconds=30), from_number="101",
    from_name="Ann",
)  # fmt: skip


class SlowDesk:
    """Does a job when told to: `work()`."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def submit(self, job: Callable[[], T], then: Callable[[T], None]) -> None:
        self.waiting.append(lambda: then(job()))

    def drain(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()

    def close(self) -> None:
        self.drain()


class House:
    def __init__(self, folder: Path) -> None:
        self.mail = folder / "mail"
        self.spool = folder / "spool"
        self.spool.mkdir()
        self.told: list[Wire] = []
        self.connected = True
        self.port = FakePort()
        self.desk = SlowDesk()
        self.host = Host(
            port=self.port, desk=self.desk, prompts=Prompts(folder / "prompts"), switch=SWITCH, mail_root=self.mail,
            spool_folder=self.spool, music=folder / "music.wav", send=self._send, clock=lambda: 1.79e9 + self.port.now,
            ticks=lambda: self.port.now,
        )  # fmt: skip

    def _send(self, message: Wire) -> bool:
        if self.connected:
            self.told.append(message)
        return self.connected

    def all(self, kind: type[M]) -> list[M]:
        return [message for message in self.told if isinstance(message, kind)]

    def run(self, seconds: float, *, paperwork: bool = True) -> None:
        until = self.port.now + seconds
        while self.port.now < until:
            for event in self.port.poll(0.1):
                self.host.on_port(event)
            if paperwork:
                self.desk.drain()
            self.host.tick()

    def until(self, predicate: Callable[[], object], seconds: float = 60.0) -> None:
        until = self.port.now + seconds
        while not predicate():
            assert self.port.now < until, f"{self.told}"
            self.run(0.1)

    def lease(self, lease: str, app: AnyApp) -> None:
        self.host.on_router(Lease(lease=lease, call_id="c-1", app=app))

    def call(self, lease: str, app: AnyApp) -> Far:
        self.lease(lease, app)
        far = self.port.call_in(lease, SWITCH)
        self.until(lambda: far.state in ("talking", "ended"), 5)
        return far

    def leave_message(self, far: Far, seconds: float) -> None:
        self.run(1)
        far.press("#")
        self.until(lambda: list(self.spool.glob("*.json")))
        far.speak(600)
        self.run(seconds)

    def ended(self, lease: str) -> bool:
        return lease in [message.lease for message in self.all(SessionEnded)]
