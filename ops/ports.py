"""Are this instance's addresses free? Standard library only: it runs before .venv exists.

python3 -m ops.ports          one sentence per address that cannot be used, exit 1
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import instance
from instance import Endpoint, Instance

Wanted = tuple[str, str, Endpoint]
"""("tcp" or "udp", the variable that moves it, address)"""


def wanted(inst: Instance) -> tuple[Wanted, ...]:
    return (
        ("tcp", "SWITCHROOM_HTTP", inst.http),
        ("tcp", "SWITCHROOM_HTTPS", inst.https),
        ("udp", "SWITCHROOM_SIP", inst.sip),
        ("tcp", "SWITCHROOM_SIP", inst.sip),
        ("tcp", "SWITCHROOM_PORT_BASE", inst.evapi),
        ("tcp", "SWITCHROOM_PORT_BASE", inst.relay_memory),
        ("udp", "SWITCHROOM_PORT_BASE", inst.relay_control),
        ("udp", "SWITCHROOM_PORT_BASE", inst.switch_internal),
    )


def problem(kind: str, variable: str, address: Endpoint) -> str | None:
    """A sentence when `address` cannot be listened on, else None."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM) as probe:
        if kind == "tcp":  # connections of a previous run in TIME_WAIT are no obstacle
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
            if kind == "tcp":
                probe.listen(1)
            return None
        except OSError as error:
            remedy = f"set {variable} to another one."
            if error.errno == errno.EADDRINUSE:
                holder = holder_of(kind, address)
                who = f" by {holder}" if holder else ""
                return f"Port {address.port} ({kind}) of {address.host} is taken{who}: stop that program or {remedy}"
            if error.errno == errno.EACCES:
                return f"Port {address.port} is below 1024, which only root may use: start as root or {remedy}"
            if error.errno == errno.EADDRNOTAVAIL:
                return f"This machine has no address {address.host}: {remedy}"
            return f"{address} ({kind}) cannot be used ({error.strerror}): {remedy}"


def holder_of(kind: str, address: Endpoint) -> str | None:
    """Name and process id of a program holding `address`, as far as /proc tells us (others' need root)."""
    inodes = set(_inodes(kind, address))
    if not inodes:
        return None
    links = {f"socket:[{inode}]" for inode in inodes}
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            for descriptor in (process / "fd").iterdir():
                if os.readlink(descriptor) in links:
                    return f"{(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:
            continue  # ended meanwhile, or not ours to see
    return None


def _inodes(kind: str, address: Endpoint) -> Iterator[str]:
    """Sockets in the way of `address`, from /proc/net (proc(5)): addresses there are hexadecimal, bytes reversed."""
    ours = socket.inet_aton(address.host)[::-1].hex().upper()
    for table in (f"/proc/net/{kind}", f"/proc/net/{kind}6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            host, _, port = fields[1].rpartition(":")
            listening = kind == "udp" or fields[3] == "0A"
            # the last four bytes hold the address of an IPv4 socket and of an IPv4-mapped one; zeros are "all"
            meets = host[-8:] == ours or not host.strip("0") or not ours.strip("0")
            if listening and meets and int(port, 16) == address.port:
                yield fields[9]


def problems(inst: Instance) -> list[str]:
    found = (problem(*row) for row in wanted(inst))
    return list(dict.fromkeys(sentence for sentence in found if sentence))


def main() -> int:
    try:
        sentences = problems(instance.load())
    except instance.BadSetting as bad:
        sentences = [str(bad)]
    for sentence in sentences:
        print(f"switchroom: {sentence}", file=sys.stderr)
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
