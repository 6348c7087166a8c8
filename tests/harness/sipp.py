"""Run Debian's SIPp with a scenario of tests/sip/ and read its statistics (-trace_stat, one CSV a run)."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from instance import SOURCE, Endpoint
from tests.harness.place import WITH_US, Late, wait_for
from tests.harness.processes import holder_of_udp

SCENARIOS = SOURCE / "tests" / "sip"


@dataclass(frozen=True)
class Statistics:
    """Totals of a run; `response_ms` holds p50 and p95 of response timer 1 when the scenario has one."""

    successful: int
    failed: int
    rate: float  # calls/s over the whole run
    retransmissions: int
    response_ms: tuple[float, ...] = ()


class Sipp:
    """A running SIPp. As a server (`calls` 0) it runs until `stop`; as a client until its calls are done."""

    def __init__(
        self, folder: Path, scenario: str, *, local: str, remote: Endpoint | None = None, port: int = 0,
        rate: float = 1, calls: int = 0, limit: int = 0, table: Path | None = None, extra: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """`scenario`: a name in tests/sip/, or a path without suffix. `local`: address to bind. `remote`: where
        requests go. `table`: injection file (-inf)."""
        folder.mkdir(parents=True, exist_ok=True)
        file = Path(scenario).with_suffix(".xml") if "/" in scenario else SCENARIOS / f"{scenario}.xml"
        scenario = file.stem
        self.statistics_file = folder / f"{scenario}-{local}.csv"
        self.errors = folder / f"{scenario}-{local}.errors"
        self.log = folder / f"{scenario}-{local}.log"
        argv = [*WITH_US, "sipp", "-sf", str(file), "-i", local, "-p", str(port or 5060),
                "-mi", local, "-trace_stat", "-stf", str(self.statistics_file), "-fd", "1",
                "-trace_err", "-error_file", str(self.errors), "-nostdin", "-timeout_error"]  # fmt: skip
        argv += ["-buff_size", "2097152"]  # with its own 64 kB a starved SIPp loses answers, and the switch is blamed
        if calls:
            argv += ["-m", str(calls), "-r", f"{rate:g}", "-rp", "1000", "-l", str(limit or max(10, int(rate * 20)))]
        if table:
            argv += ["-inf", str(table)]
        argv += list(extra)
        if remote:
            argv.append(str(remote))
        with self.log.open("wb") as out:
            self.popen = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=folder)

        if not calls:
            wait_for(lambda: self.popen.poll() is not None or holder_of_udp(local, port or 5060), 5, "SIPp to listen")
            assert self.popen.poll() is None, f"SIPp did not start: {self.trouble()}"

    @property
    def pid(self) -> int:
        return self.popen.pid

    def wait(self, seconds: float, *, insist: bool = True) -> Statistics:
        """To the end of a client's calls. Failed calls are in the statistics, not an exception; so are, unless
        `insist`, those that have not come to an end in time."""
        try:
            wait_for(lambda: self.popen.poll() is not None, seconds, "SIPp to finish")
        except Late:
            self.stop()
            if insist:
                raise
            return self.statistics()
        if self.popen.returncode not in (0, 1) or not self.statistics_file.exists():
            raise AssertionError(f"SIPp ended with {self.popen.returncode}: {self.trouble()}")
        return self.statistics()

    def stop(self) -> None:
        if self.popen.poll() is None:
            self.popen.terminate()
            try:
                self.popen.wait(2)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()

    def trouble(self) -> str:
        texts = [p.read_text(errors="replace")[-1500:] for p in (self.errors, self.log) if p.exists()]
        return "\n".join(texts)

    def statistics(self) -> Statistics:
        with self.statistics_file.open(newline="") as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        last = rows[-1]
        return Statistics(
            successful=int(last["SuccessfulCall(C)"]),
            failed=int(last["FailedCall(C)"]),
            rate=float(last["CallRate(C)"]),
            retransmissions=int(last["Retransmissions(C)"]),
        )
