"""The terminal of `make run`: supervisord as a child, the logs with a prefix, where to go, and a clean end.

Nothing outlives this process: supervisord gets SIGTERM when it dies (PR_SET_PDEATHSIG), so do the processes when
supervisord dies (ops/render.py), and what is orphaned all the same becomes our child (PR_SET_CHILD_SUBREAPER) and is
ended here.

    python -m ops.console SUPERVISORD_CONFIG        what `python -m ops.start` becomes when all is prepared
"""

from __future__ import annotations

import contextlib
import ctypes
import http.client
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import instance
from instance import SOURCE, Endpoint, Instance
from ops.processes import PYTHON, processes

PR_SET_PDEATHSIG = 1  # linux/prctl.h
PR_SET_CHILD_SUBREAPER = 36

LOOK_EVERY = 0.25  # seconds between looks at the log files
ASK_HEALTH_EVERY = 0.5
END_WITHIN = 45.0  # seconds for an orderly end; the sum of what the slowest processes are granted
COLOURS = (36, 32, 33, 35, 34, 31)


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def end_with_make() -> None:
    """Started by make, end when make is killed. A start of one's own (nohup, a script) may outlive its starter."""
    if os.environ.get("MAKELEVEL"):
        _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


# -- logs ------------------------------------------------------------------------------------------------------------
@dataclass(slots=True)
class Tail:
    """Follows one log file through its rotation; gives whole lines."""

    path: Path
    position: int = 0
    inode: int = 0
    rest: bytes = b""

    def at_end(self) -> Tail:
        with contextlib.suppress(FileNotFoundError):
            status = self.path.stat()
            self.position, self.inode = status.st_size, status.st_ino
        return self

    def lines(self) -> list[str]:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return []
        if status.st_ino != self.inode or status.st_size < self.position:
            self.inode, self.position = status.st_ino, 0
        if status.st_size == self.position:
            return []
        with self.path.open("rb") as file:
            file.seek(self.position)
            text = self.rest + file.read(1 << 20)
            self.position = file.tell()
        *whole, self.rest = text.split(b"\n")
        return [line.decode(errors="replace") for line in whole]


@dataclass(slots=True)
class Logs:
    tails: dict[str, Tail]
    out: TextIO = field(default_factory=lambda: sys.stdout)

    def show(self) -> None:
        width = max(map(len, self.tails))
        for number, (name, tail) in enumerate(self.tails.items()):
            prefix = f"{name:<{width}} | "
            if self.out.isatty():
                prefix = f"\x1b[{COLOURS[number % len(COLOURS)]}m{prefix}\x1b[0m"
            for line in tail.lines():
                self.out.write(f"{prefix}{line}\n")
        self.out.flush()


# -- health ----------------------------------------------------------------------------------------------------------
def reachable(address: Endpoint) -> str:
    """The host to ask for an address that may be 0.0.0.0."""
    return "127.0.0.1" if address.host == "0.0.0.0" else address.host  # noqa: S104


def health(inst: Instance) -> tuple[bool, str]:
    """(takes calls, the answer's text)."""
    if not inst.web_socket.exists():
        return False, "web: is starting"  # asking the front now would only fill its log
    connection = http.client.HTTPConnection(reachable(inst.http), inst.http.port, timeout=3)
    try:
        connection.request("GET", "/health/")
        answer = connection.getresponse()
        return answer.status == 200, answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return False, "front: does not answer"
    finally:
        connection.close()


def where_to_go(inst: Instance, seconds: float) -> str:
    def host(address: Endpoint) -> str:
        return inst.advertise if address.host == "0.0.0.0" else address.host  # noqa: S104

    return f"""
Switchroom takes calls ({seconds:.1f} s after its start).
  Portal   http://{host(inst.http)}:{inst.http.port}/   or   https://{host(inst.https)}:{inst.https.port}/
           A new system's first login is admin, password admin; it asks for a new password.
  Phones   register at {inst.advertise}:{inst.sip.port} (SIP, UDP or TCP), domain {inst.realm}
  Logs     {inst.log}
Ctrl-C ends it.
"""


# -- the whole -------------------------------------------------------------------------------------------------------
def run(inst: Instance, config: Path) -> int:
    started = time.monotonic()
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    asked_to_end: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: asked_to_end.append(number))
    logs = Logs({process.name: Tail(inst.log / f"{process.name}.log").at_end() for process in processes(inst)})
    # a session of its own: Ctrl-C reaches this process alone, which then ends the others in their order
    supervisord = subprocess.Popen(
        ["/usr/bin/setpriv", "--pdeathsig", "TERM", PYTHON, "-m", "supervisor.supervisord", "-n", "-c", str(config)],
        cwd=SOURCE,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
    )
    ready, next_look, missing = False, started, ""
    while not asked_to_end and supervisord.poll() is None:
        logs.show()
        if not ready and time.monotonic() >= next_look:
            ready, text = health(inst)
            next_look = time.monotonic() + ASK_HEALTH_EVERY
            if ready:
                print(where_to_go(inst, time.monotonic() - started), flush=True)
            elif text != missing and time.monotonic() - started > 10:
                missing = text
                print("switchroom: not ready yet: " + "; ".join(text.splitlines()), flush=True)
        time.sleep(LOOK_EVERY)
    if not asked_to_end:
        logs.show()
        print(
            "switchroom: supervisord ended by itself; its reason is in", inst.log / "supervisord.log", file=sys.stderr
        )
    end(supervisord, logs, asked_to_end)
    return 0 if asked_to_end else 1


def end(supervisord: subprocess.Popen[bytes], logs: Logs, asked: list[int]) -> None:
    """Orderly at first; a second Ctrl-C, or the time limit, is the end of patience."""
    if supervisord.poll() is None:
        print("switchroom: ending ...", flush=True)
        supervisord.terminate()
    deadline, asks = time.monotonic() + END_WITHIN, len(asked)
    while supervisord.poll() is None and time.monotonic() < deadline and len(asked) == asks:
        logs.show()
        time.sleep(0.05)
    if supervisord.poll() is None:
        supervisord.kill()
        supervisord.wait()
    sweep()
    logs.show()
    print("switchroom: ended.", flush=True)


def children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def sweep(patience: float = 5.0) -> None:
    """End orphans that became our children: SIGTERM came with their parent's death; after `patience` s SIGKILL."""
    deadline = time.monotonic() + patience
    while True:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        left = children()
        if not left:
            return
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM if time.monotonic() < deadline else signal.SIGKILL)
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(run(instance.load(), Path(sys.argv[1])))
