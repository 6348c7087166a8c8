"""The house under attack: who is in it, what can be counted from outside, and the verdict after each attack.

Nothing here believes the product's own word alone: dialogs are counted by the switch, sessions by the relay, legs by
the sockets of the media workers, memory and processes by the kernel.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.fuzz.robot import Robot
from tests.harness.counting import DRAIN, Counting
from tests.harness.house import House
from tests.harness.place import Late
from tests.harness.processes import pss_mb

WORKERS = 5
WATCHED = ("switch", "relay", "router", "media", "hub", "web")
STEADY = ("switch", "relay", "router", "hub", "media", "web")  # none may be another process afterwards
GROWTH_MB = 48.0  # of one process of the table; what a first use of everything needs is far below it
# (the dialog module calls a BYE that comes twice critical)
CRASH = re.compile(
    r"Traceback|callback_failed|exited by a signal|CRITICAL(?!: dialog)|[Ss]egmentation|"
    r"Assertion|BUG:|worker\.died|\bpanic\b"
)


@dataclass
class Baseline:
    """What the house was like before an attack."""

    pids: dict[str, int]
    pss: dict[str, float]
    logs: dict[Path, int]


@dataclass
class Verdict:
    faults: list[str] = field(default_factory=list)
    growth: dict[str, float] = field(default_factory=dict)  # MB by process

    def __str__(self) -> str:
        grown = ", ".join(f"{name} {value:+.1f}" for name, value in self.growth.items())
        return "; ".join(self.faults or ["no fault"]) + f" (MB: {grown})"


class Target(Counting):
    def __init__(self, settings: dict[str, str] | None = None) -> None:
        workers = {"SWITCHROOM_MEDIA_WARM": str(WORKERS), "SWITCHROOM_MEDIA_MAX": str(WORKERS)}
        super().__init__(House({**workers, **(settings or {})}), WORKERS)
        self.robots: list[Robot] = []

    def open(self) -> Target:
        self.house.open()
        house, sip = self.house, self.house.instance.sip
        self.carrier = self.robot(Robot(house.phone_address(), sip, "carrier", port=5060))
        self.ann_is, self.bob_is, self.eve_is, self.nobody = (
            house.hire(name, "Test", handset=name != "Nemo") for name in ("Ann", "Bob", "Eve", "Nemo")
        )
        house.api("POST", "outside-lines/", {
            "description": "Carrier", "host": self.carrier.address, "port": self.carrier.port,
            "caller_id": "5854213850", "emergency": True, "destination": self.bob_is.extension,
        })  # fmt: skip
        house.in_force()
        self.ann, self.bob, self.eve = (self._phone(one) for one in (self.ann_is, self.bob_is, self.eve_is))
        self.strangers = [self.robot(Robot(house.phone_address(), sip)) for _ in range(8)]
        self.proof()
        self.wait_quiet()
        return self

    def robot(self, made: Robot) -> Robot:
        self.robots.append(made)
        return made

    def _phone(self, person: Any) -> Robot:
        phone = self.robot(Robot(
            self.house.phone_address(), self.house.instance.sip, person.station,
            login=person.login_id, password=person.sip_password,
        ))  # fmt: skip
        phone.register()
        return phone

    def close(self) -> None:
        for one in self.robots:
            one.close()
        self.house.close()

    def __enter__(self) -> Target:
        try:
            return self.open()
        except BaseException:
            self.close()
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def forgive(self) -> None:
        """Strangers are banned soon, and then nobody looks at what they send: lift it, so that the attack goes on."""
        for robot in (*self.strangers, self.ann, self.bob, self.eve):
            for table in ("ban", "fail"):
                self.rpc("htable.delete", table, robot.address)

    def baseline(self) -> Baseline:
        house = self.house
        logs = {path: path.stat().st_size for path in house.instance.log.glob("*.log")}
        pss = {name: pss_mb(house.pids(name)) for name in WATCHED}
        return Baseline({name: self.pid(name) for name in STEADY}, pss, logs)

    def pid(self, name: str) -> int:
        """Of the process itself, not of its guard."""
        try:
            found = self.house.pids(name)
        except AssertionError:
            return 0  # away at this moment
        return found[-1] if name == "relay" else found[0]

    # -- judging -------------------------------------------------------------------------------
    def proof(self) -> None:
        """An internal call, a call to the outside (through a worker) and a call for help succeed."""
        self.ann.hang_up = True
        for digits in (self.bob_is.extension, "95551212", "911"):
            before = len(self.carrier.invites)
            answer = self.ann.ask(self.ann.request("INVITE", f"sip:{digits}@switchroom", body=self.ann.offer()), 12)
            assert answer.code == 200, f"{digits}: {answer.start}"
            assert digits == self.bob_is.extension or len(self.carrier.invites) > before, f"{digits} went nowhere"
        assert self.carrier.invites[-1].startswith("sip:911@"), self.carrier.invites[-1]

    def every_worker(self) -> None:
        """Every worker can hold a call at once: no lease is left behind."""
        self.ann.hang_up = False
        try:
            for _ in range(WORKERS):
                self.ann.call("95551212")
        finally:
            self.ann.end_all()
            self.ann.hang_up = True

    def judge(self, before: Baseline, seconds: float = DRAIN) -> Verdict:
        verdict = Verdict()
        try:
            self.wait_quiet(seconds)
        except Late:
            verdict.faults.append(f"stuck: {self.legs()}")
        self.forgive()
        time.sleep(1.1)  # the fence in front of a worker counts by the second, and those who waited came at once
        for check in (self.proof, self.every_worker):
            try:
                check()
            except AssertionError as error:
                verdict.faults.append(f"{check.__name__}: {error}")
        try:
            self.wait_quiet(seconds)
        except Late:
            verdict.faults.append(f"stuck after the proof: {self.legs()}")
        verdict.faults += self._processes(before) + self._logs(before)
        for name in WATCHED:
            grown = pss_mb(self.house.pids(name)) - before.pss[name]
            verdict.growth[name] = grown
            if grown > GROWTH_MB:
                verdict.faults.append(f"{name} grew by {grown:.0f} MB")
        for robot in self.robots:
            if robot.injected:
                verdict.faults.append(f"an injected header went through: {robot.injected[0][:300]}")
                robot.injected.clear()
        return verdict

    def _processes(self, before: Baseline) -> list[str]:
        return [f"{name} is another process now" for name, pid in before.pids.items() if self.pid(name) != pid]

    def _logs(self, before: Baseline) -> list[str]:
        """What processes wrote meanwhile that only an accident writes."""
        found = []
        for path in sorted(self.house.instance.log.glob("*.log")):
            with path.open("rb") as file:
                file.seek(before.logs.get(path, 0))
                lines = file.read().decode(errors="replace").splitlines()
            bad = [line for line in lines if CRASH.search(line)]
            if bad:
                found.append(f"{path.name}: {bad[0][:300]}" + (f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""))
        return found


def until(seconds: float) -> Any:
    """Iterates for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
