"""The house under test and what every measurement needs of it: people in bulk, phones on SIPp, CPU by process."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from instance import Endpoint
from tests.harness.house import House
from tests.harness.processes import cpu_seconds
from tests.harness.sip import Peer
from tests.harness.sipp import Sipp

ENGINES = ("switch", "relay", "relay-memory", "router", "hub")


@dataclass(frozen=True)
class Line:
    station: str
    login: str
    password: str
    extension: str

    @property
    def authentication(self) -> str:
        return f"[authentication username={self.login} password={self.password}]"


@dataclass
class Result:
    """One figure: `key` as in architecture.md section 8, or "" for a line that only explains."""

    what: str
    value: float
    unit: str
    key: str = ""
    budget: str = ""


@dataclass
class Bed:
    house: House
    lines: list[Line] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)

    def report(self, what: str, value: float, unit: str, key: str = "", budget: str = "") -> None:
        self.results.append(Result(what, value, unit, key, budget))
        print(f"  {what:<66} {value:>9.3f} {unit:<12} {budget}", flush=True)

    def fill(self, users: int, extensions: int) -> None:
        out = self.house.run([sys.executable, "-m", "tests.bench.office", str(users), str(extensions)], 120)
        self.lines = [Line(**row) for row in json.loads(out.splitlines()[-1])]
        self.house.in_force()

    @property
    def folder(self) -> Path:
        """Of SIPp's scenarios, tables and sounds."""
        found = self.house.folder / "sipp"
        found.mkdir(exist_ok=True)
        return found

    def table(self, name: str, rows: list[tuple[str, ...]]) -> Path:
        """A SIPp injection file."""
        path = self.folder / f"{name}.inf"
        path.write_text("SEQUENTIAL\n" + "".join(";".join(row) + "\n" for row in rows))
        return path

    def register(self, lines: list[Line], address: str, port: int) -> None:
        """Contacts at address:port for all, from that address, so that the switch knows the source."""
        for line in lines:
            peer = Peer(address, self.house.instance.sip, line.station, login=line.login, password=line.password)
            with peer:
                answer = peer.register(expires=900, contact=f"<sip:{line.station}@{address}:{port}>")
                assert answer.code == 200, answer.start

    @contextmanager
    def answering(self, scenario: str, address: str, milliseconds: int, *options: str) -> Iterator[Sipp]:
        server = Sipp(self.folder, scenario, local=address, extra=("-d", str(milliseconds), *options))
        try:
            yield server
        finally:
            server.stop()

    def cpu(self, names: tuple[str, ...] = ENGINES) -> dict[str, float]:
        return {name: cpu_seconds(self.house.pids(name)) for name in names}

    @contextmanager
    def measured(self, names: tuple[str, ...] = ENGINES) -> Iterator[dict[str, float]]:
        """CPU seconds by process used in the block; filled at its end, after the stream has been digested."""
        used: dict[str, float] = {}
        before = self.cpu(names)
        yield used
        settle = time.monotonic() + 1.5
        while time.monotonic() < settle:
            time.sleep(0.05)
        after = self.cpu(names)
        used.update({name: after[name] - before[name] for name in names})

    @property
    def server(self) -> Endpoint:
        return self.house.instance.sip


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
