"""The parent of the media workers: forks them, restarts the dead, grows the pool, salvages what was being said.

It imports pjsua2 once, so that a forked worker is ready in about 25 ms and shares its pages, and never makes an
Endpoint itself (a library that was created cannot be forked).
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from instance import SOURCE, Instance
from telephony.media import spool, worker
from telephony.media.link import RouterLink
from telephony.messages.workers import Grow, MailboxTouched, SupervisorHello, WorkerDied
from telephony.voice.sentences import SENTENCES

log = logging.getLogger(__name__)

RECENT = 10.0  # seconds: deaths further apart are accidents, not a pattern
AT_ONCE = 3  # deaths within RECENT that are answered at once
LONGEST_PAUSE = 30.0
SALVAGE_EVERY = 30.0  # seconds; after a death it is done at once
FAREWELL = 6.0  # seconds the workers have to end by themselves


@dataclass(slots=True)
class Slot:
    """The place of worker `number`: the process in it, or when the next one starts."""

    number: int
    pid: int = 0
    start_at: float = 0.0
    deaths: list[float] = field(default_factory=list)

    def died(self, now: float) -> None:
        self.pid = 0
        self.deaths = [at for at in self.deaths if now - at < LONGEST_PAUSE * 2] + [now]
        recent = sum(1 for at in self.deaths if now - at < RECENT)
        pause = 0.0 if recent <= AT_ONCE else min(LONGEST_PAUSE, 0.5 * 2.0 ** (len(self.deaths) - AT_ONCE))
        self.start_at = now + pause


class Supervisor:
    def __init__(self, inst: Instance, run: Callable[[Instance, int], int] = worker.run) -> None:
        self.inst, self.run_worker = inst, run
        self.slots = [Slot(number) for number in range(inst.media_warm)]
        self.link = RouterLink(inst.router_socket, self._hello)
        self.stopping = False
        self._salvage_at = 0.0
        self._voice: subprocess.Popen[bytes] | None = None
        self._wake_in, self._wake_out = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)

    def _hello(self) -> SupervisorHello:
        running = sum(1 for slot in self.slots if slot.pid)
        return SupervisorHello(pid=os.getpid(), running=running, maximum=self.inst.media_max)

    def run(self) -> int:
        for wanted in (signal.SIGTERM, signal.SIGINT):
            signal.signal(wanted, lambda *_: self._stop())
        signal.signal(signal.SIGCHLD, lambda *_: None)  # its arrival wakes the select below
        signal.set_wakeup_fd(self._wake_out, warn_on_full_buffer=False)
        (self.inst.media / "spool").mkdir(mode=0o700, parents=True, exist_ok=True)
        self._speak()
        log.info("media.started warm=%d max=%d", len(self.slots), self.inst.media_max)
        while not self.stopping:
            self._turn()
        return self._farewell()

    def _speak(self) -> None:
        """What nobody recorded is spoken once, beside the calls (telephony/voice/__main__.py)."""
        prompts = self.inst.media / "prompts" / "en"
        missing = [text for text in SENTENCES if not (prompts / f"{text.name}.wav").exists()]
        if missing:
            self._voice = subprocess.Popen([sys.executable, "-m", "telephony.voice", str(prompts)], cwd=SOURCE)

    def _stop(self) -> None:
        self.stopping = True

    def _turn(self) -> None:
        self._reap()
        if self._voice is not None and self._voice.poll() is not None:
            self._voice = None
        self._start_due()
        for message in self.link.poll():
            if isinstance(message, Grow):
                self._grow(message.workers)
        now = time.monotonic()
        if now >= self._salvage_at:
            self._salvage_at = now + SALVAGE_EVERY
            self._salvage()
        self._sleep()

    def _sleep(self) -> None:
        due = min((slot.start_at for slot in self.slots if not slot.pid), default=time.monotonic() + 1.0)
        watched = [self._wake_in] + ([self.link.fileno()] if self.link.connected else [])
        select.select(watched, [], [], max(0.0, min(0.2, due - time.monotonic())))
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_in, 4096)

    # -- processes ---------------------------------------------------------------------------------
    def _start_due(self) -> None:
        now = time.monotonic()
        for slot in self.slots:
            if not slot.pid and now >= slot.start_at:
                slot.pid = self._fork(slot.number)

    def _fork(self, number: int) -> int:
        parent = os.getpid()
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            for ours in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
                signal.signal(ours, signal.SIG_DFL)
            worker.die_with(parent)
            self.link.abandon()
            os.close(self._wake_in)
            os.close(self._wake_out)
            status = self.run_worker(self.inst, number)
        except BaseException:
            log.exception("worker.failed worker=%d", number)
        finally:
            logging.shutdown()
            os._exit(status)  # the interpreter's own end would run pjsua callbacks on dead globals

    def _reap(self) -> None:
        """Only our own pids: waitpid(-1) would steal the children of a library."""
        for slot in self.slots:
            if not slot.pid:
                continue
            pid, status = os.waitpid(slot.pid, os.WNOHANG)
            if pid == 0:
                continue
            code = os.waitstatus_to_exitcode(status)
            now = time.monotonic()
            if code == 0:
                slot.pid, slot.start_at = 0, now  # recycled
            else:
                slot.died(now)
                log.error("worker.died worker=%d pid=%d status=%d again_in=%.1f", slot.number, pid, code,
                          slot.start_at - now)  # fmt: skip
            self.link.send(WorkerDied(worker=slot.number, pid=pid, status=code))
            if not self.stopping and now >= slot.start_at:
                slot.pid = self._fork(slot.number)  # first the replacement, then the paperwork
            self._salvage_at = 0.0

    def _grow(self, workers: int) -> None:
        for number in range(len(self.slots), min(workers, self.inst.media_max)):
            self.slots.append(Slot(number))
        log.info("media.grown workers=%d", len(self.slots))

    def _salvage(self) -> None:
        try:
            for user_id in spool.salvage(self.inst.media / "spool", self.inst.mail):
                self.link.send(MailboxTouched(user_id=user_id))
        except OSError as error:
            log.error("voicemail.salvage_failed error=%s", error)

    def _farewell(self) -> int:
        for slot in self.slots:
            if slot.pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(slot.pid, signal.SIGTERM)
        deadline = time.monotonic() + FAREWELL
        while any(slot.pid for slot in self.slots):
            self._reap()
            if time.monotonic() > deadline:
                for slot in self.slots:
                    if slot.pid:
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(slot.pid, signal.SIGKILL)
                deadline += 60.0
            time.sleep(0.02)  # SIGCHLD ends it early
        self._salvage()
        self.link.close()
        log.info("media.ended")
        return 0
