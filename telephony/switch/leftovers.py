"""Workers of a switch whose parent was killed (SIGKILL, out of memory): they keep its sockets, so the next switch could
not listen, and answer phones without a router. Kamailio's children do not notice the death; the next start ends them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import time
from pathlib import Path

log = logging.getLogger(__name__)

PATIENCE = 3.0  # seconds for killed processes to be gone


def leftovers(configuration: Path) -> list[int]:
    """Pids of every Kamailio that runs this very configuration file."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # gone, or another user's under hidepid
        if os.path.basename(words[0]) == b"kamailio" and os.fsencode(configuration) in words:
            found.append(int(entry.name))
    return found


def end_leftovers(configuration: Path) -> int:
    """How many there were. Raises TimeoutError when one survives."""
    first = leftovers(configuration)
    deadline = time.monotonic() + PATIENCE
    left = first
    while left:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            raise TimeoutError(f"Processes {left} of an earlier switch cannot be ended; end them by hand.")
        time.sleep(0.02)
        left = leftovers(configuration)
    if first:
        log.warning("switch.leftovers_ended count=%d", len(first))
    return len(first)
