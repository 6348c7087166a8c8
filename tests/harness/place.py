"""A throw-away place where real processes of Switchroom can run beside any number of others.

    with Place() as place:
        place.start("switch", ["kamailio", ...])
        wait_for(lambda: answers(place.instance.sip), 5, "the switch to answer")

A place owns a slot, held by a file lock: 100 ports on 127.0.0.1, the private network of `instance.py`, a public
network 127.200.<slot>.0/24 (SIP and HTTP on .1, phones on .10 and up) and a folder /tmp/sr-XXXX short enough for
Unix sockets. No two processes of one machine share a slot, so tests run in any order and side by side.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, TypeVar

import instance

T = TypeVar("T")
SLOTS = 78
FIRST_PORT = 10_000  # 10000..17799: below the product's default 18000 and the kernel's ephemeral ports
RTP = "30000-31999"  # the same everywhere: every place has its own addresses
_counter = itertools.count()


# a test run that is killed takes its processes with it (PR_SET_PDEATHSIG through util-linux)
WITH_US = ("/usr/bin/setpriv", "--pdeathsig", "TERM")


class Late(AssertionError):
    """Something did not happen in time."""


def wait_for(predicate: Callable[[], T | None], seconds: float, what: str) -> T:
    """Poll until `predicate()` is true and return its value; raises Late, naming `what` was awaited."""
    deadline = time.monotonic() + seconds
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Late(f"Waited {seconds:g} s in vain for {what}.")
        time.sleep(0.02)


class Process:
    """A child in a session of its own, its output in a file."""

    def __init__(self, name: str, argv: Sequence[str], environment: Mapping[str, str], cwd: Path, log: Path) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as out:
            self.popen = subprocess.Popen(  # the argument list comes from the test
                [*WITH_US, *argv],
                env=dict(environment),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def running(self) -> bool:
        return self.popen.poll() is None

    def tail(self, lines: int = 40) -> str:
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def stop(self, seconds: float = 8.0) -> int:
        """SIGTERM, and SIGKILL to what is left of its session after `seconds`. Returns the exit status."""
        if self.running:
            self.popen.terminate()
        try:
            self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.popen.kill()
        if session_members(self.pid):
            self.kill()
        return self.popen.wait()

    def kill(self) -> None:
        """SIGKILL to the whole session at once, the hard way out."""
        for pid in {self.pid, *session_members(self.pid)}:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.popen.wait()
        wait_for(lambda: not session_members(self.pid), 3, f"the children of {self.name} to die")


def session_members(session: int) -> list[int]:
    """Processes whose session id is `session` (also those whose parent died)."""
    members = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                members.append(int(entry.name))
    return members


class Place:
    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        self.slot, self._lock = _claim_slot()
        self.folder = Path(tempfile.mkdtemp(prefix="sr-", dir="/tmp"))
        self.public = f"127.200.{self.slot}"
        self.environment: dict[str, str] = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("SWITCHROOM_", "DATABASE_URL", "REDIS_URL"))},
            "SWITCHROOM_VAR": str(self.folder / "var"),
            "SWITCHROOM_HTTP": f"{self.public}.1:8080",
            "SWITCHROOM_HTTPS": f"{self.public}.1:8443",
            "SWITCHROOM_SIP": f"{self.public}.1:5060",
            "SWITCHROOM_PORT_BASE": str(FIRST_PORT + 100 * self.slot),
            "SWITCHROOM_RTP": RTP,
            "PYTHONPATH": str(instance.SOURCE),
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "portal.settings.production",  # pytest-django put the test settings there
            **(settings or {}),
        }
        self.instance = instance.load(self.environment)
        for folder in self.instance.folders():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.processes: dict[str, Process] = {}
        self._phone = itertools.count(10)

    def phone_address(self) -> str:
        """A fresh address for one phone: bans and flood limits go by address."""
        number = next(self._phone)
        assert number < 255, "This place has no phone addresses left."
        return f"{self.public}.{number}"

    def start(self, name: str, argv: Sequence[str], environment: Mapping[str, str] | None = None) -> Process:
        """Start a process of the house; its log is <folder>/logs/<name>.log."""
        old = self.processes.get(name)
        assert old is None or not old.running, f"{name} is running already."
        logs = self.folder / "logs"
        logs.mkdir(exist_ok=True)
        process = Process(
            name, argv, {**self.environment, **(environment or {})}, instance.SOURCE, logs / f"{name}.log"
        )
        self.processes[name] = process
        return process

    def run(self, argv: Sequence[str], seconds: float = 60.0) -> str:
        """Run a command of the house to its end and return its output; raises AssertionError with it."""
        done = subprocess.run(
            list(argv),
            env=self.environment,
            cwd=instance.SOURCE,
            timeout=seconds,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(argv)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def manage(self, *arguments: str, seconds: float = 60.0) -> str:
        return self.run([sys.executable, "manage.py", *arguments], seconds)

    def stop(self, name: str) -> int:
        return self.processes.pop(name).stop()

    def kill(self, name: str) -> None:
        self.processes.pop(name).kill()

    def wait_for(self, predicate: Callable[[], T | None], seconds: float, what: str) -> T:
        """Like the function, with the ends of all logs and the names of dead processes in the failure."""
        try:
            return wait_for(predicate, seconds, what)
        except Late as late:
            raise Late(f"{late}\n{self.logs()}") from None

    def logs(self, lines: int = 25) -> str:
        parts = []
        for name, process in self.processes.items():
            state = "running" if process.running else f"ended with {process.popen.returncode}"
            parts.append(f"--- {name} ({state})\n{process.tail(lines)}")
        for extra in sorted(self.instance.log.glob("*.log")):
            text = extra.read_text(errors="replace").splitlines()[-lines:]
            parts.append(f"--- {extra.name}\n" + "\n".join(text))
        return "\n".join(parts)

    def close(self, keep: bool = False) -> None:
        for name in reversed(list(self.processes)):
            self.stop(name)
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.close()

    def __enter__(self) -> Place:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(keep=bool(kind) and bool(os.environ.get("KEEP_PLACES")))


def _claim_slot() -> tuple[int, IO[str]]:
    """Begin at a slot derived from the process id, so that a rerun rarely meets its own old sockets."""
    first = os.getpid() * 7 + next(_counter)
    for step in range(SLOTS):
        slot = (first + step) % SLOTS
        try:
            lock = open(f"/tmp/switchroom-slot-{slot}-{os.getuid()}.lock", "w")  # noqa: SIM115
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        if _ports_free(FIRST_PORT + 100 * slot):
            return slot, lock
        lock.close()
    raise AssertionError("No free slot for a test instance: too many tests run at once on this machine.")


def _ports_free(base: int) -> bool:
    """Nobody, of another user for instance, listens on the first ports of the slot."""
    for port in (base, base + 1, base + 2):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
