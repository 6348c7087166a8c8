"""Who holds which media worker (engine-calls.md 8). Pure: workers and leases in, decisions out.

A bridging session is alone in its worker, because transfer and supervision need the spare legs; voicemail,
message center and the like share a worker two by two, but only when no idle worker is left to give: a worker
that dies shall take one conversation with it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Final

CAPACITY: Final = 6
# In sixths of a worker: a session that connects people has it alone, three legs of a conference share one, and any
# other application (voicemail, message center) has half.
WEIGHTS: Final[dict[str, int]] = {
    "originate": 6, "bridge": 6, "pick_up": 6, "test_ring": 6, "attendant": 6, "conference": 2,
}  # fmt: skip
HALF: Final = 3
SPARE = 2  # idle workers kept ready
SESSIONS_BEFORE_RECYCLE = 40  # each leaves some 0.3 MB behind (make soak); a fresh worker has 9 MB after 60 ms
LAPSE_SECONDS = 5.0
# Begun in one worker within a second, no more than this: its library has 64 places for sockets, a session takes up to
# six, and a socket that was closed keeps its place for half a second. One more aborts the worker.
MOST_A_SECOND = 5
ORPHAN_SECONDS = 60.0  # a worker may still store a message when its caller has gone


def _over(grant: Grant, now: float, calls: Container[str]) -> bool:
    if not grant.started and now - grant.at > LAPSE_SECONDS + 1:  # the worker forgot it by itself a second ago
        return True
    if grant.ending and now - grant.ending > LAPSE_SECONDS:
        return True
    if grant.call_id in calls:
        grant.orphaned = 0.0
        return False
    grant.orphaned = grant.orphaned or now
    return now - grant.orphaned > ORPHAN_SECONDS


def weight(app: str) -> int:
    return WEIGHTS.get(app, HALF)


@dataclass(slots=True)
class Grant:
    lease: str
    call_id: str
    app: str
    worker: int
    at: float  # monotonic seconds
    started: bool = False
    ending: float = 0.0  # monotonic seconds when its worker was told to end it
    orphaned: float = 0.0  # monotonic seconds when its call was first seen gone


@dataclass(slots=True)
class Worker:
    number: int
    pid: int
    address: str  # host:port
    grants: dict[str, Grant] = field(default_factory=dict)
    served: int = 0
    retiring: bool = False
    begun: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_A_SECOND))  # its last sessions

    def rests(self, now: float) -> bool:
        return len(self.begun) == MOST_A_SECOND and now - self.begun[0] < 1.0

    @property
    def load(self) -> int:
        return sum(weight(grant.app) for grant in self.grants.values())


@dataclass(slots=True)
class Pool:
    maximum: int = 0  # as the supervisor said
    running: int = 0
    workers: dict[int, Worker] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)

    def idle(self) -> int:
        return sum(1 for worker in self.workers.values() if not worker.grants and not worker.retiring)

    def hello(self, number: int, pid: int, address: str, sessions: list[Grant]) -> list[Grant]:
        """A worker (re)connected with these sessions. Returns the grants it no longer knows: they are over."""
        gone = self.lost(number)
        worker = Worker(number=number, pid=pid, address=address)
        self.workers[number] = worker
        for grant in sessions:
            worker.grants[grant.lease] = grant
            self.grants[grant.lease] = grant
        kept = {grant.lease for grant in sessions}
        return [grant for grant in gone if grant.lease not in kept]

    def lost(self, number: int) -> list[Grant]:
        """The worker is gone; its grants are over."""
        worker = self.workers.pop(number, None)
        if worker is None:
            return []
        for lease in worker.grants:
            self.grants.pop(lease, None)
        return list(worker.grants.values())

    def choose(self, app: str, now: float) -> Worker | None:
        need = weight(app)
        fit = [w for w in self.workers.values() if not w.retiring and w.load + need <= CAPACITY and not w.rests(now)]
        idle = [w for w in fit if not w.grants]
        shared = [w for w in fit if w.grants]
        if shared and len(idle) <= SPARE and self.running >= self.maximum:
            return shared[0]  # the pool cannot grow: keep idle workers for calls that need one alone
        if idle:
            return min(idle, key=lambda w: (w.served, w.number))
        return shared[0] if shared else None

    def grant(self, *, lease: str, call_id: str, app: str, now: float) -> Grant | None:
        worker = self.choose(app, now)
        if worker is None:
            return None
        grant = Grant(lease=lease, call_id=call_id, app=app, worker=worker.number, at=now)
        worker.grants[lease] = grant
        worker.served += 1
        worker.begun.append(now)
        self.grants[lease] = grant
        return grant

    def release(self, lease: str) -> Grant | None:
        grant = self.grants.pop(lease, None)
        if grant is not None and (worker := self.workers.get(grant.worker)) is not None:
            worker.grants.pop(lease, None)
        return grant

    def lapsed(self, now: float, calls: Container[str]) -> list[Grant]:
        """Grants that are over although no worker said so: never begun, told to end, or without a call."""
        return [grant for grant in self.grants.values() if _over(grant, now, calls)]

    def due_for_recycling(self) -> Worker | None:
        """An idle worker that has served long enough, when another one is idle meanwhile."""
        if self.idle() < 2:
            return None
        for worker in self.workers.values():
            if worker.served >= SESSIONS_BEFORE_RECYCLE and not worker.grants and not worker.retiring:
                return worker
        return None

    def wanted(self) -> int:
        """How many workers should run so that SPARE of them are idle."""
        return min(self.maximum, len(self.workers) + max(0, SPARE - self.idle()))
