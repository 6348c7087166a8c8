"""The terminal of `make run`: logs with a prefix, restarts, and an end that leaves nothing behind."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import instance
from instance import SOURCE, Instance
from ops import render
from ops.console import Logs, Tail
from ops.processes import Process

# A process that starts a child and reports both; the child ignores SIGTERM when told to.
PARENT = """
import os, signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import signal, time\\n" + sys.argv[2] + "\\ntime.sleep(600)"])
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()} {child.pid}\\n")
print("begun", flush=True)
time.sleep(600)
"""
STUBBORN = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"


def soon(what: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


class Terminal:
    """`console.run` in a process of its own, over one or two small processes."""

    def __init__(self, folder: Path, child: str) -> None:
        environ = {**os.environ, "SWITCHROOM_VAR": str(folder / "v"), "SWITCHROOM_HTTP": "127.0.0.1:9"}
        self.inst: Instance = instance.load(environ)
        for path in self.inst.folders():
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.pids_file = folder / "pids"
        script = folder / "parent.py"
        script.write_text(PARENT)
        # "web" is a name of the real table, so that its log is shown
        row = Process("web", (sys.executable, str(script), str(self.pids_file), child), 10, grace=2)
        config = self.inst.rendered / "supervisord.conf"
        config.write_text(render.supervisord(self.inst, [row]))
        self.out = folder / "out"
        with self.out.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ops.console", str(config)], cwd=SOURCE, env=environ, stdout=out, stderr=out
            )

    def pids(self) -> list[int]:
        return [int(word) for word in self.pids_file.read_text().split()] if self.pids_file.exists() else []

    def supervisord(self) -> int:
        return int((self.inst.run / "supervisord.pid").read_text())

    def everybody(self) -> list[int]:
        return [self.supervisord(), *self.pids()]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[[str], Terminal]]:
    begun: list[Terminal] = []

    def begin(child: str = "") -> Terminal:
        begun.append(Terminal(tmp_path, child))
        soon(lambda: len(begun[-1].pids()) == 2)
        return begun[-1]

    yield begin
    for one in begun:
        one.process.kill()
        one.process.wait()
        for pid in one.pids():
            if not gone(pid):
                os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_and_its_like_leave_no_child(number: signal.Signals, terminal: Callable[[str], Terminal]) -> None:
    one = terminal("")
    everybody = one.everybody()
    one.process.send_signal(number)
    assert one.process.wait(30) == 0
    assert all(map(gone, everybody))
    assert "switchroom: ended." in one.out.read_text()


def test_a_grandchild_that_ignores_sigterm_is_ended_all_the_same(terminal: Callable[[str], Terminal]) -> None:
    one = terminal(STUBBORN)
    everybody = one.everybody()
    one.process.send_signal(signal.SIGINT)
    assert one.process.wait(30) == 0
    assert all(map(gone, everybody))


def test_a_killed_supervisord_leaves_no_child(terminal: Callable[[str], Terminal]) -> None:
    one = terminal("")
    everybody = one.everybody()
    os.kill(one.supervisord(), signal.SIGKILL)
    assert one.process.wait(30) == 1
    assert all(map(gone, everybody))
    assert "supervisord ended by itself" in one.out.read_text()


def test_a_killed_terminal_takes_the_processes_with_it(terminal: Callable[[str], Terminal]) -> None:
    one = terminal("")
    supervisord, parent, _ = one.everybody()
    one.process.kill()
    soon(lambda: gone(supervisord) and gone(parent))


def test_a_process_that_dies_is_started_again_and_its_log_is_shown(terminal: Callable[[str], Terminal]) -> None:
    one = terminal("")
    os.kill(one.pids()[0], signal.SIGKILL)
    soon(lambda: len(one.pids()) == 4)
    soon(lambda: one.out.read_text().count("web          | begun") == 2)


def test_a_log_is_followed_through_its_rotation_in_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    path.write_text("of yesterday\n")
    out = io.StringIO()
    logs = Logs({"web": Tail(path).at_end()}, out)
    with path.open("a") as file:
        file.write("one\nhalf ")
    logs.show()
    with path.open("a") as file:
        file.write("a line\n")
    logs.show()
    path.rename(tmp_path / "web.log.1")
    path.write_text("after\n")
    logs.show()
    assert out.getvalue() == "web | one\nweb | half a line\nweb | after\n"
