"""What can be counted of a running house from outside, without believing its own word alone: dialogs by the switch,
sessions by the relay, legs by the sockets of the media workers.
"""

from __future__ import annotations

import itertools
import json
import socket
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.harness.house import House, Refused
from tests.harness.place import wait_for

DRAIN = 75.0  # seconds: an unacknowledged answer lives 32, a lease without a call 60


@dataclass(frozen=True)
class Legs:
    dialogs: int
    sessions: int  # of the relay
    media: int  # RTP sockets of workers
    calls: int  # on the live page

    @property
    def none(self) -> bool:
        return not (self.dialogs or self.sessions or self.media or self.calls)


class Counting:
    def __init__(self, house: House, workers: int) -> None:
        """`workers`: how many media workers there may be at most."""
        self.house, self.workers = house, workers
        self._ids = itertools.count(1)

    def rpc(self, method: str, *params: str) -> Any:
        """A question to the switch through its socket for people; its result."""
        asked = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(params)}
        with (
            tempfile.TemporaryDirectory(prefix="sr-") as folder,
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link,
        ):
            link.bind(f"{folder}/s")
            link.settimeout(5)
            link.sendto(json.dumps(asked).encode(), str(self.house.instance.run / "switch-rpc.sock"))
            return json.loads(link.recv(1 << 20)).get("result")

    def dialogs(self) -> int:
        found = self.rpc("dlg.stats_active")
        return int(found["all"])

    def sessions(self) -> int:
        """Calls the relay holds (its ng protocol: bencode over UDP)."""
        control = self.house.instance.relay_control
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            link.settimeout(5)
            link.sendto(f"c{next(self._ids)}_1 d7:command4:list5:limiti999ee".encode(), (control.host, control.port))
            answer = link.recv(1 << 20).partition(b" ")[2]
        assert b"6:result2:ok" in answer, answer[:200]
        calls = answer.partition(b"5:callsl")[2]
        count = 0
        while calls[:1].isdigit():
            size, _, rest = calls.partition(b":")
            calls = rest[int(size) :]
            count += 1
        return count

    def worker_sockets(self) -> int:
        """RTP sockets the media workers hold: two a leg, RTP and RTCP."""
        addresses = {
            f"{struct.unpack('<I', socket.inet_aton(self.house.instance.worker(n).host))[0]:08X}"
            for n in range(self.workers)
        }
        rows = (line.split()[1] for line in Path("/proc/net/udp").read_text().splitlines()[1:])
        return sum(1 for row in rows if row[:8] in addresses and int(row[9:], 16) >= 16_000)

    def legs(self) -> Legs:
        dialogs, sessions, media = self.dialogs(), self.sessions(), self.worker_sockets()
        if dialogs or sessions or media:
            return Legs(dialogs, sessions, media, 0)  # asked last: REST counts how often
        try:
            return Legs(0, 0, 0, len(self.house.calls()))
        except Refused as refused:
            if refused.status != 429:
                raise
            return Legs(0, 0, 0, 1)  # not known; the next look will tell

    def wait_quiet(self, seconds: float = DRAIN) -> None:
        wait_for(lambda: self.legs().none, seconds, "the last leg to end")
