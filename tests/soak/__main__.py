"""`make soak`: half of the media workers busy for hours; nothing may drop, nothing may grow.

    python -m tests.soak [--hours 8] [--workers 32]

Three kinds of calls go on all the time: to the outside (a carrier that sends back what it hears), into mailboxes, and
to the message center. A line each minute; at the end every call has ended, and what each process has grown is judged
against the first quarter of an hour, when everything has been used once.
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import sys
import time
from dataclasses import dataclass

from ops.softphone.sound import to_ulaw, tone
from tests.bench.bed import Bed
from tests.harness.counting import Counting
from tests.harness.house import House
from tests.harness.place import Late, wait_for
from tests.harness.processes import pss_mb
from tests.harness.sipp import SCENARIOS, Sipp

WATCHED = ("switch", "relay", "router", "media", "hub", "web", "worker", "redis")
GROWTH_MB = 24.0  # of one process after the warm-up
NUMBER = "95551212"


@dataclass(frozen=True)
class Kind:
    name: str
    share: int  # of all busy ports, in eighths
    seconds: int  # of one call
    digits: str  # "": a mailbox


KINDS = (Kind("outside", 4, 45, NUMBER), Kind("mailbox", 2, 25, ""), Kind("center", 2, 20, "404"))


def start(bed: Bed, kind: Kind, ports: int, hours: float, there: str) -> Sipp:
    """A SIPp that keeps its share of the ports busy until the time is over."""
    here = bed.house.phone_address()
    count = max(1, ports * kind.share // 8)
    callers, owners = bed.lines[:60], bed.lines[100:160]
    bed.register(callers[:1], here, 5060)
    rows = [
        (one.station, one.authentication, kind.digits or owner.extension)
        for one, owner in zip(itertools.cycle(callers), owners, strict=False)
    ]
    speech = bed.folder / "speech.ul"
    speech.write_bytes(to_ulaw(tone(440, 1.0)))
    scenario = bed.folder / f"{kind.name}.xml"
    scenario.write_text((SCENARIOS / "message.xml").read_text().replace("AUDIO_FILE", str(speech)))
    rate = count / (kind.seconds + 1)
    return Sipp(
        bed.folder, str(scenario.with_suffix("")), local=here, remote=bed.server, rate=rate, limit=count,
        calls=max(1, int(hours * 3600 * rate)), table=bed.table(kind.name, rows),
        extra=("-d", str(kind.seconds * 1000)),
    )  # fmt: skip


def soak(bed: Bed, ports: int, hours: float) -> list[str]:
    house = bed.house
    there = house.phone_address()
    house.api("POST", "outside-lines/", {
        "description": "Soak", "host": there, "port": 5060, "caller_id": "5854213850", "active": True,
    })  # fmt: skip
    house.in_force()
    counting = Counting(house, 2 * ports)
    faults = []
    began = time.monotonic()
    end = began + hours * 3600
    warm_until = began + min(900.0, hours * 3600 / 4)
    warm: dict[str, float] = {}
    with bed.answering("answer", there, 60, "-rtp_echo"):
        clients = {kind.name: start(bed, kind, ports, hours, there) for kind in KINDS}
        minute = 0
        while any(client.popen.poll() is None for client in clients.values()) and time.monotonic() < end + 300:
            minute += 1
            try:
                wait_for(lambda m=minute: time.monotonic() - began >= 60 * m, 61, "a minute")  # type: ignore[misc]
            except Late:
                continue
            sizes = {name: pss_mb(house.pids(name)) for name in WATCHED}
            if not warm and time.monotonic() > warm_until:
                warm = sizes
            print(f"{minute:4d} min  {_calls(clients)}  MB: {_list(sizes)}", flush=True)
            for mailbox in house.instance.mail.glob("*/Maildir/new"):  # people delete their messages, too
                shutil.rmtree(mailbox)
                mailbox.mkdir(mode=0o700)
        for name, client in clients.items():
            client.stop()
            done = client.statistics()
            if done.failed:
                faults.append(f"{name}: {done.failed} of {done.failed + done.successful} calls failed")
    try:
        counting.wait_quiet()
    except Late:
        faults.append(f"left over: {counting.legs()}")
    sizes = {name: pss_mb(house.pids(name)) for name in WATCHED}
    grown = {name: sizes[name] - warm.get(name, sizes[name]) for name in WATCHED}
    print(f"grown since the warm-up, MB: {_list(grown)}")
    faults += [f"{name} grew by {value:.0f} MB" for name, value in grown.items() if value > GROWTH_MB]
    return faults


def _calls(clients: dict[str, Sipp]) -> str:
    found = []
    for name, client in clients.items():
        try:
            done = client.statistics()
            found.append(f"{name} {done.successful} ok {done.failed} failed")
        except (OSError, IndexError, ValueError):
            found.append(f"{name} not begun")
    return ", ".join(found)


def _list(values: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.1f}" for name, value in values.items())


def main() -> int:
    parser = argparse.ArgumentParser(prog="make soak")
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--workers", type=int, default=32, help="busy at once; twice as many are allowed")
    wanted = parser.parse_args()
    settings = {"SWITCHROOM_RTP": "33000-59999", "SWITCHROOM_MEDIA_MAX": str(2 * wanted.workers)}
    with House(settings) as house:
        bed = Bed(house)
        bed.fill(200, 200)
        faults = soak(bed, wanted.workers, wanted.hours)
        print("; ".join(faults) or "no fault", flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
