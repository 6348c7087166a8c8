"""`python -m telephony.switch`: render the configuration, make the databases, become Kamailio.

Runs in the foreground as any user; SIGTERM stops it. Logs go to stderr.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import instance as settings
from telephony.switch.databases import MissingScripts, create_databases
from telephony.switch.leftovers import end_leftovers
from telephony.switch.machine import own_addresses
from telephony.switch.render import render

KAMAILIO = "/usr/sbin/kamailio"
# Octets a SIP socket may keep while every worker is busy; the kernel's rmem_max is the bound. The default of 256 kB
# lost datagrams at 200 calls/s on a busy machine (drops in /proc/net/udp), and each comes again half a second later.
RECEIVE_BUFFER = 4 * 1024 * 1024


def prepare(instance: settings.Instance) -> list[str]:
    """Write everything Kamailio needs; returns its argument list. Paths are absolute: it changes to `-w` first."""
    for folder in instance.folders():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    configuration = instance.rendered / "kamailio.cfg"
    write_private(configuration, render(instance, own_addresses()))
    create_databases(instance.switch_state)
    (instance.run / "switch-rpc.sock").unlink(missing_ok=True)
    return [
        KAMAILIO,
        *("-f", str(configuration)),
        *("-P", str(instance.run / "switch.pid")),
        *("-w", str(instance.switch_state)),
        *("-Y", str(instance.run)),
        *("-m", "128"),
        *("-M", "8"),
        *("-x", "fm", "-X", "fm"),  # without the checks of the default allocator, which is made for debugging
        *("-b", str(RECEIVE_BUFFER)),
        *("-DD", "-E"),
    ]


def write_private(path: Path, text: str) -> None:
    """Write, 0600, whole or not at all."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    fresh.rename(path)


def main() -> None:
    if not Path(KAMAILIO).exists():
        sys.exit(f"{KAMAILIO} is missing; install the Debian packages of ops/packages-run.txt.")
    try:
        instance = settings.load()
        end_leftovers(instance.rendered / "kamailio.cfg")
        arguments = prepare(instance)
    except (settings.BadSetting, MissingScripts, TimeoutError) as error:
        sys.exit(str(error))
    os.execv(arguments[0], arguments)  # noqa: S606  a fixed program, no shell


if __name__ == "__main__":
    main()
