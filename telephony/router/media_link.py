"""The Unix socket of the media supervisor and workers: JSON lines, typed by messages/workers.py.

The router listens; whoever connects says hello first. Nothing here needs Redis or the portal.
"""

from __future__ import annotations

import asyncio
import bisect
import contextlib
import logging
import os
import stat
import uuid
from collections.abc import Callable, Container
from pathlib import Path

from pydantic import ValidationError

from telephony.messages import write
from telephony.messages.workers import (
    AnyApp,
    AskCall,
    CallGranted,
    ChangePin,
    CheckPin,
    EndSession,
    FromMedia,
    Grow,
    Lease,
    LegState,
    MailboxTouched,
    PinChecked,
    PinSet,
    PresenceChosen,
    Recycle,
    SessionEnded,
    SupervisorHello,
    WorkerDied,
    WorkerHello,
    WorkerWorn,
    from_media,
)
from telephony.router.leases import Grant, Pool, Worker

log = logging.getLogger(__name__)

WAIT_SECONDS = 1.5  # for a worker, before the caller hears that he waits
LINE = 1 << 20

Out = Lease | EndSession | PinChecked | PinSet | CallGranted | Grow | Recycle


class MediaLink:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.pool = Pool()
        self.on_ended: Callable[[Grant, str], None] = lambda grant, reason: None
        self.on_check_pin: Callable[[CheckPin, Grant | None], PinChecked] | None = None
        self.on_change_pin: Callable[[ChangePin, Grant | None], PinSet] | None = None
        self.on_ask_call: Callable[[AskCall, Grant | None], CallGranted] | None = None
        self.on_mailbox: Callable[[int], None] = lambda user_id: None
        self.on_presence: Callable[[PresenceChosen], None] = lambda chosen: None
        self.on_leg: Callable[[LegState], None] = lambda state: None
        self.on_worker: Callable[[int, bool, str], None] = lambda number, up, text: None
        self._writers: dict[int, asyncio.StreamWriter] = {}
        self._supervisor: asyncio.StreamWriter | None = None
        self._waiting: list[tuple[float, asyncio.Future[None]]] = []  # since when, longest first
        self._asked = 0

    # -- listening -----------------------------------------------------------------------------------
    async def listen(self) -> asyncio.Server:
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISSOCK(os.stat(self.path).st_mode):
                raise RuntimeError(f"{self.path} is in the way: it is not a socket. Remove it.")
            self.path.unlink()
        old = os.umask(0o177)
        try:
            return await asyncio.start_unix_server(self._serve, str(self.path), limit=LINE)
        finally:
            os.umask(old)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number: int | None = None
        try:
            while line := await reader.readline():
                try:
                    message = from_media.validate_json(line, extra="ignore")
                except ValidationError as error:
                    log.warning("media.unreadable errors=%d", error.error_count())
                    continue
                if isinstance(message, WorkerHello):
                    number = message.worker
                self._take(message, writer)
        except (ConnectionError, asyncio.LimitOverrunError, ValueError) as error:
            log.warning("media.link_broken worker=%s error=%s", number, type(error).__name__)
        finally:
            writer.close()
            if number is not None and self._writers.get(number) is writer:
                del self._writers[number]
                self._lost(number, "its connection ended")
            if self._supervisor is writer:
                self._supervisor = None

    def _take(
        self,
        message: FromMedia,
        writer: asyncio.StreamWriter,
    ) -> None:
        match message:
            case WorkerHello():
                self._hello(message, writer)
            case SupervisorHello():
                self._supervisor = writer
                self.pool.maximum, self.pool.running = message.maximum, message.running
                self._asked = message.running
                self._keep_spare()
            case WorkerDied():
                self._writers.pop(message.worker, None)
                self._lost(message.worker, f"it died with status {message.status}")
            case WorkerWorn():
                if (worker := self.pool.workers.get(message.worker)) is not None:
                    self._recycle(worker)
            case SessionEnded():
                self.finished(message.lease, message.reason)
            case CheckPin():
                grant = self.pool.grants.get(message.lease)
                if grant is not None:
                    grant.started = True
                if self.on_check_pin is not None:
                    _send(writer, self.on_check_pin(message, grant))
            case ChangePin():
                if self.on_change_pin is not None:
                    _send(writer, self.on_change_pin(message, self.pool.grants.get(message.lease)))
            case AskCall():
                if self.on_ask_call is not None:
                    _send(writer, self.on_ask_call(message, self.pool.grants.get(message.lease)))
            case MailboxTouched():
                self.on_mailbox(message.user_id)
            case PresenceChosen():
                grant = self.pool.grants.get(message.lease)
                if grant is not None and grant.app == "message_center":
                    self.on_presence(message)
            case LegState():
                if grant := self.pool.grants.get(message.lease):
                    grant.started = True
                self.on_leg(message)

    def _hello(self, hello: WorkerHello, writer: asyncio.StreamWriter) -> None:
        now = asyncio.get_running_loop().time()
        sessions = [
            Grant(lease=one.lease, call_id=one.call_id, app=one.app, worker=hello.worker, at=now, started=True)
            for one in hello.sessions
        ]
        self._writers[hello.worker] = writer
        for grant in self.pool.hello(hello.worker, hello.pid, hello.address, sessions):
            self.on_ended(grant, "worker restarted")
        self.pool.running = max(self.pool.running, len(self.pool.workers))
        self.on_worker(hello.worker, True, "")
        self._serve_waiting()
        self._keep_spare()

    def _lost(self, number: int, why: str) -> None:
        if number not in self.pool.workers:
            return
        retiring = self.pool.workers[number].retiring
        for grant in self.pool.lost(number):
            self.on_ended(grant, "worker died")
        self.on_worker(number, False, "it was recycled" if retiring else why)
        self._keep_spare()

    # -- leases --------------------------------------------------------------------------------------
    async def lease(
        self, call_id: str, app: AnyApp, *, wait: float = WAIT_SECONDS, since: float | None = None
    ) -> tuple[Grant, str] | None:
        """Lease a worker, waiting for one if need be: the grant and the worker's SIP address, or None. Who has waited
        longest comes first; `since` (loop time) is when a wait that goes on began."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait
        began = loop.time() if since is None else since
        while True:
            if found := self.lease_now(call_id, app):
                return found
            left = deadline - loop.time()
            if left <= 0:
                return None
            self._keep_spare()
            turn = (began, loop.create_future())
            bisect.insort(self._waiting, turn, key=lambda one: one[0])
            try:
                await asyncio.wait_for(turn[1], left)
            except TimeoutError:
                return None
            finally:
                with contextlib.suppress(ValueError):
                    self._waiting.remove(turn)

    def lease_now(self, call_id: str, app: AnyApp) -> tuple[Grant, str] | None:
        now = asyncio.get_running_loop().time()
        grant = self.pool.grant(lease=uuid.uuid4().hex, call_id=call_id, app=app.app, now=now)
        if grant is None:
            return None
        worker = self.pool.workers[grant.worker]
        _send(self._writers[grant.worker], Lease(lease=grant.lease, call_id=call_id, app=app))
        self._keep_spare()
        return grant, worker.address

    def finished(self, lease: str, reason: str = "") -> None:
        grant = self.pool.release(lease)
        if grant is not None:
            self.on_ended(grant, reason)
            self._serve_waiting()

    def end(self, lease: str) -> None:
        """Tell the worker to end the session; the lease is over when it says so, or by `sweep`."""
        grant = self.pool.grants.get(lease)
        if grant is not None and (writer := self._writers.get(grant.worker)) is not None:
            grant.ending = grant.ending or asyncio.get_running_loop().time()
            _send(writer, EndSession(lease=lease))

    def started(self, lease: str) -> None:
        if grant := self.pool.grants.get(lease):
            grant.started = True

    def sweep(self, calls: Container[str]) -> None:
        """Every second: leases that are over unsaid, workers to recycle, room to grow. `calls`: those alive."""
        for grant in self.pool.lapsed(asyncio.get_running_loop().time(), calls):
            log.warning("lease.lapsed call=%s app=%s worker=%d", grant.call_id, grant.app, grant.worker)
            self.end(grant.lease)
            self.finished(grant.lease, "lapsed")
        if (worker := self.pool.due_for_recycling()) is not None:
            self._recycle(worker)
        self._asked = min(self._asked, max(self.pool.running, len(self.pool.workers)))
        self._keep_spare()
        self._serve_waiting()  # a worker may have rested enough

    def _recycle(self, worker: Worker) -> None:
        """It gets no lease any more, and ends when it has nothing left to do."""
        if not worker.retiring:
            worker.retiring = True
            _send(self._writers[worker.number], Recycle())

    def _serve_waiting(self) -> None:
        """Wake as many as might find room; who finds none waits again in the same second."""
        for _, turn in self._waiting:
            if not turn.done():
                turn.set_result(None)

    def _keep_spare(self) -> None:
        wanted = self.pool.wanted()
        if self._supervisor is not None and wanted > max(self._asked, self.pool.running):
            self._asked = wanted
            _send(self._supervisor, Grow(workers=wanted))


def _send(writer: asyncio.StreamWriter, message: Out) -> None:
    if not writer.is_closing():
        writer.write(write(message) + b"\n")
