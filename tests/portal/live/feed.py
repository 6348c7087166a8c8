"""A router's voice without a router: realistic events on the stream, for tests, screenshots and measurements.

    feed = Feed(redis_url)
    call = feed.start("101", "102"); feed.ring(call, "5112"); feed.answer(call, "5112"); feed.end(call)

or from a shell, for an instance that runs without engines (SWITCHROOM_* as usual):

    python -m tests.portal.live.feed --stations 12 --calls 8 [--seconds 60]

registers 12 stations and keeps 8 calls going that begin, are held, resumed and ended; without --seconds it puts
everything there once and leaves it. It answers `report_state` with what it holds, as the router does.
"""

from __future__ import annotations

import argparse
import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any, Literal

import redis

import instance
from telephony.messages import events, write
from telephony.messages.commands import COMMANDS, Reply, any_command, reply_key
from telephony.messages.plan import Explanation

PEOPLE = (
    "Ann Baker", "Bob Carter", "Cora Diaz", "Dan Evans", "Eve Foster", "Finn Gray", "Gus Hill", "Hana Ito",
    "Ivan Jones", "Jill King", "Kurt Lopez", "Lena Moss",
)  # fmt: skip


@dataclass
class FedCall:
    id: str
    from_number: str
    to_number: str
    fields: dict[str, Any]
    started: float
    seq: int = 0
    stations: tuple[str, ...] = ()
    answered: float = 0.0
    answered_by: str = ""
    held_by: set[Literal["caller", "callee"]] = field(default_factory=set)


class Feed:
    def __init__(self, redis_url: str) -> None:
        self.redis: redis.Redis = redis.Redis.from_url(redis_url, protocol=2)
        self.calls: dict[str, FedCall] = {}
        self.registered: dict[str, events.RegistrationState] = {}
        self.sent = 0

    def emit(self, event: events.Event) -> None:
        self.redis.xadd(events.STREAM, {"e": write(event)}, maxlen=events.STREAM_LENGTH, approximate=True)
        self.sent += 1

    def _next(self, call: FedCall) -> dict[str, Any]:
        call.seq += 1
        return {**head(), "call_id": call.id, "seq": call.seq}

    def start(self, from_number: str, to_number: str, **fields: Any) -> FedCall:
        """Users have the ids of their extensions minus 100 unless told otherwise."""
        known: dict[str, Any] = {
            "from_name": name_of(from_number),
            "from_station": f"51{from_number[-2:]}",
            "from_user": user_of(from_number),
            "to_name": name_of(to_number),
            "to_user": user_of(to_number),
            "dialled": to_number,
            "version": 1,
            "why": (Explanation(text=f"{to_number} is an extension.", link="/phone-system/extensions/"),),
            **fields,
        }
        call = FedCall(uuid.uuid4().hex, from_number, to_number, known, time.time())
        self.calls[call.id] = call
        event = events.CallStarted(**self._next(call), from_number=from_number, to_number=to_number, **known)
        call.started = event.at
        self.emit(event)
        return call

    def ring(self, call: FedCall, *stations: str) -> None:
        call.stations = stations
        self.emit(events.CallRinging(**self._next(call), stations=stations))

    def answer(self, call: FedCall, by: str) -> None:
        event = events.CallAnswered(**self._next(call), by=by, by_name=name_of(call.to_number))
        call.answered, call.answered_by = event.at, by
        self.emit(event)

    def hold(self, call: FedCall, by: Literal["caller", "callee"]) -> None:
        call.held_by.add(by)
        self.emit(events.CallHeld(**self._next(call), by=by))

    def resume(self, call: FedCall, by: Literal["caller", "callee"]) -> None:
        call.held_by.discard(by)
        self.emit(events.CallResumed(**self._next(call), by=by))

    def end(self, call: FedCall, outcome: str = "") -> None:
        del self.calls[call.id]
        ended: Any = outcome or ("answered" if call.answered else "cancelled")
        self.emit(events.CallEnded(**self._next(call), outcome=ended))

    def register(self, station: str, *, seconds: float = 3600, source: str = "") -> None:
        state = events.RegistrationState(
            station=station,
            expires=time.time() + seconds,
            contact=f"sip:{station}@{source or '192.168.2.40:5060'}",
            source=source or f"192.168.2.{40 + int(station) % 100}:5060",
            user_agent="Feed 1.0",
        )
        self.registered[station] = state
        self.emit(events.RegistrationChanged(**head(), registered=True, **state.model_dump()))

    def unregister(self, station: str) -> None:
        self.registered.pop(station, None)
        self.emit(events.RegistrationChanged(**head(), station=station, registered=False))

    def report(self) -> None:
        """What the router says when asked for its whole state."""
        calls = tuple(
            events.CallState(
                call_id=c.id,
                seq=c.seq,
                started=c.started,
                from_number=c.from_number,
                to_number=c.to_number,
                stations=c.stations,
                answered=c.answered,
                answered_by=c.answered_by,
                held_by=tuple(sorted(c.held_by)),
                **c.fields,
            )
            for c in list(self.calls.values())
        )
        registrations = tuple(self.registered.values())
        self.emit(events.StateReported(**head(), calls=calls, registrations=registrations, bans=(), version=1))

    def obey(self, stop: threading.Event) -> None:
        """Answer the portal's commands: end_call ends, report_state reports, the rest is done by saying so."""
        while not stop.is_set():
            taken = self.redis.brpop([COMMANDS], timeout=0.5)
            if taken is None:
                continue
            command = any_command.validate_json(taken[1])
            error = ""
            if command.op == "end_call":
                if call := self.calls.get(command.call_id):
                    self.end(call, "ended_by_administrator")
                else:
                    error = "This call is over already."
            elif command.op == "report_state":
                self.report()
            reply = Reply(id=command.id, ok=not error, error=error)
            self.redis.lpush(reply_key(command.id), write(reply))
            self.redis.expire(reply_key(command.id), 30)


def head() -> dict[str, Any]:
    return {"id": uuid.uuid4().hex, "at": time.time()}


def user_of(number: str) -> int | None:
    return int(number) - 100 if number.isdigit() and 100 < int(number) < 400 else None


def name_of(number: str) -> str:
    user = user_of(number)
    return "" if user is None else PEOPLE[(user - 1) % len(PEOPLE)]


def office(feed: Feed, *, calls: int, stations: int, seconds: float | None, seed: int = 1) -> None:
    """`stations` telephones, `calls` calls at a time; each step changes one of them."""
    dice = random.Random(seed)
    for number in range(1, stations + 1):
        feed.register(f"51{number:02d}")
    numbers = [f"{100 + number}" for number in range(1, stations + 1)]

    def begin() -> None:
        caller, callee = dice.sample(numbers, 2)
        outside = dice.random() < 0.25
        extra = {"mode": "anchored", "anchor_reason": "outside line", "call_kind": "outside"} if outside else {}
        call = feed.start("5855550123" if outside else caller, callee, **extra)
        feed.ring(call, f"51{callee[-2:]}")

    def step() -> None:
        call = dice.choice(list(feed.calls.values()))
        station = f"51{call.to_number[-2:]}"
        if not call.answered:
            feed.answer(call, station if dice.random() < 0.8 else f"voicemail/{call.to_number}")
        elif call.held_by:
            feed.resume(call, "callee")
        elif dice.random() < 0.4:
            feed.hold(call, "callee")
        else:
            feed.end(call)
            begin()

    for _ in range(calls):
        begin()
    for _ in range(calls * 2 if calls else 0):
        step()
    deadline = time.monotonic() + (seconds or 0)
    while calls and time.monotonic() < deadline:
        time.sleep(dice.uniform(0.1, 0.6))
        step()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--calls", type=int, default=8)
    parser.add_argument("--stations", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=None)
    options = parser.parse_args()
    feed = Feed(instance.load().redis_url)
    stop = threading.Event()
    listener = threading.Thread(target=feed.obey, args=(stop,), daemon=True)
    listener.start()
    office(feed, calls=options.calls, stations=options.stations, seconds=options.seconds)
    stop.set()
    listener.join()


if __name__ == "__main__":
    main()
