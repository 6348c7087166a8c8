"""`python -m telephony.switch.relay`: see that there is hold music, then guard rtpengine (userspace; `guard.py`).

Its calls outlive it in a memory of its own (`relay_memory.py`).

Two interfaces: `external` faces phones and lines, `internal` faces the media workers on the private network.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import instance as settings
from telephony.switch import relay_memory
from telephony.switch.machine import own_addresses
from telephony.switch.render import EVERY_ADDRESS

RTPENGINE = "/usr/bin/rtpengine"
GUARD = Path(__file__).with_name("guard.py")
MUSIC = Path("/usr/share/asterisk/moh")  # Debian's asterisk-moh-opsound-wav


def provide_music(target: Path, *, source: Path = MUSIC) -> None:
    """Copy the first piece of Debian's hold music to `target` unless something is there already."""
    if target.exists():
        return
    pieces = sorted(source.glob("*.wav"))
    if not pieces:
        print(f"relay.no_music no WAV in {source}: held callers will hear silence", file=sys.stderr)
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = target.with_suffix(".new")
    shutil.copyfile(pieces[0], fresh)
    fresh.rename(target)


def external_interface(instance: settings.Instance, addresses: list[str]) -> str:
    """rtpengine's `address` or `local!advertised`, when phones are told an address this machine does not have."""
    told = "" if instance.advertise == instance.sip.host else f"!{instance.advertise}"
    if instance.sip.host != EVERY_ADDRESS:
        return instance.sip.host + told
    if instance.advertise in addresses or instance.advertise.startswith("127."):
        return instance.advertise
    return f"{addresses[0]}!{instance.advertise}"


def command(instance: settings.Instance, addresses: list[str]) -> list[str]:
    return [
        RTPENGINE,
        "--table=-1",  # no kernel module
        f"--config-file={relay_memory.client_config(instance)}",
        "--foreground",
        "--log-stderr",
        "--log-level=4",  # warnings: a notice is some fifteen lines for every call
        f"--listen-ng={instance.relay_control}",
        f"--interface=external/{external_interface(instance, addresses)}",
        f"--interface=internal/{instance.relay_internal}",
        f"--port-min={instance.rtp_first}",
        f"--port-max={instance.rtp_last}",
        "--delete-delay=0",  # the switch deletes when a call is over; ports are free at once
        "--timeout=300",  # no packet at all for so long: the media is gone (dead phones are ended by the switch)
        "--silent-timeout=7200",  # the same for a call on hold
        "--num-threads=2",
        # its calls, restored when it starts again; without its memory it works as well, and forgets
        "--no-redis-required",
        "--redis-num-threads=1",
        f"--redis-expires={relay_memory.KEPT_SECONDS}",
        "--redis-allowed-errors=0",  # the first failure: no offer waits for a memory that is away
        "--redis-disable-time=1",
        "--redis-cmd-timeout=100",
        "--redis-connect-timeout=100",
    ]


def main() -> None:
    if not Path(RTPENGINE).exists():
        sys.exit(f"{RTPENGINE} is missing; install the Debian packages of ops/packages-run.txt.")
    try:
        instance = settings.load()
    except settings.BadSetting as error:
        sys.exit(str(error))
    provide_music(instance.hold_music)
    relay_memory.write_client_config(instance)
    arguments = [sys.executable, "-S", str(GUARD), str(instance.relay_started), *command(instance, own_addresses())]
    os.execv(arguments[0], arguments)  # noqa: S606  a fixed program, no shell


if __name__ == "__main__":
    main()
