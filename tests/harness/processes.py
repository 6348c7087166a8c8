"""Processes of a running house, by supervisord and /proc: which program each is, who holds a UDP address."""

from __future__ import annotations

import os
import socket
import struct
import xmlrpc.client
from pathlib import Path
from typing import Any, cast

from supervisor.xmlrpc import SupervisorTransport


def _fields(pid: int) -> list[str] | None:
    """Of /proc/<pid>/stat, from the state on; None when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def children() -> dict[int, list[int]]:
    """Pids by parent."""
    out: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _fields(int(entry.name))) is not None:
            out.setdefault(int(fields[1]), []).append(int(entry.name))
    return out


def by_name(control_socket: Path) -> dict[str, list[int]]:
    """Program name of supervisord's table -> its pids, the parent first; "supervisor" is supervisord itself."""
    transport = SupervisorTransport(None, None, f"unix://{control_socket}")
    proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
    rows = cast("list[dict[str, Any]]", proxy.supervisor.getAllProcessInfo())
    leader = cast(int, proxy.supervisor.getPID())
    parents = children()

    def below(pid: int) -> list[int]:
        return [pid, *(p for child in sorted(parents.get(pid, [])) for p in below(child))]

    return {"supervisor": [leader], **{row["name"]: below(row["pid"]) for row in rows if row["pid"]}}


def cpu_seconds(pids: list[int]) -> float:
    """CPU time used by the processes and their ended, waited-for children.

    /proc/<pid>/schedstat counts nanoseconds on the CPU per thread; children that ended come from stat's cutime, in
    ticks.
    """
    total = 0.0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            try:
                total += int(task.read_text().split()[0]) / 1e9
            except OSError:
                continue
        if (fields := _fields(pid)) is not None:
            total += (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
    return total


def pss_mb(pids: list[int]) -> float:
    """Proportional set size, MB: shared pages counted once over all who share them."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total / 1024


def holder_of_udp(host: str, port: int) -> int:
    """Pid of the process with a UDP socket bound to host:port; 0 when there is none."""
    raw = struct.unpack("<I", socket.inet_aton(host))[0]
    wanted = f"{raw:08X}:{port:04X}"
    for line in Path("/proc/net/udp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1] == wanted:
            target = f"socket:[{fields[9]}]"
            for entry in Path("/proc").iterdir():
                if entry.name.isdigit() and _has_socket(entry, target):
                    return int(entry.name)
    return 0


def _has_socket(process: Path, target: str) -> bool:
    try:
        return any(os.readlink(fd) == target for fd in (process / "fd").iterdir())
    except OSError:
        return False
