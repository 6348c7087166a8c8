"""The guard of the relay: started again at once, ended together, left to the supervisor when it cannot live."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from telephony.switch.relay import GUARD
from tests.harness.place import wait_for
from tests.harness.processes import children


@pytest.fixture
def guard(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    running = subprocess.Popen([sys.executable, "-S", str(GUARD), str(tmp_path / "stamp"), "/usr/bin/sleep", "600"])
    yield running
    running.kill()
    running.wait()


def child(guard: subprocess.Popen[bytes]) -> int:
    """Pid of the guarded command once it is what it should be."""

    def found() -> int:
        for pid in children().get(guard.pid, []):
            if Path(f"/proc/{pid}/comm").read_text().strip() == "sleep":
                return pid
        return 0

    return wait_for(found, 5, "the command")


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_a_command_that_is_killed_is_there_again_and_the_stamp_is_new(
    guard: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    first, stamp = child(guard), (tmp_path / "stamp").stat().st_mtime_ns
    since = time.monotonic()
    wait_for(lambda: time.monotonic() - since > 1.1, 3, "more than a second of life")
    os.kill(first, signal.SIGKILL)
    second = wait_for(lambda: (now := child(guard)) != first and now, 5, "another one")
    assert gone(first)
    assert (tmp_path / "stamp").stat().st_mtime_ns > stamp
    assert second


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_they_end_together(guard: subprocess.Popen[bytes], number: signal.Signals) -> None:
    command = child(guard)
    guard.send_signal(number)
    code = guard.wait(5)
    assert code == (0 if number != signal.SIGKILL else -signal.SIGKILL)
    wait_for(lambda: gone(command), 3, "the end of the command")


def test_a_command_that_cannot_live_is_left_to_who_started_us(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-S", str(GUARD), str(tmp_path / "stamp"), "/usr/bin/false"], check=False, timeout=10,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "guard.died command=/usr/bin/false code=1\n"
