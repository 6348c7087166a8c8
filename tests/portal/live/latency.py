"""Event to browser: from the moment the router would append an event to the moment a WebSocket client holds it.

Through the real chain: Redis stream, hub, Channels layer, uvicorn, socket. `measure()` is what `make bench` calls;
`python -m tests.portal.live.latency` prints the figures.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

import orjson

from tests.portal.live.conftest import WebPlace
from tests.portal.live.feed import FedCall, Feed


def measure(*, calls: int = 64, events: int = 600, per_second: float = 60.0, viewers: int = 5) -> dict[str, float]:
    """Keys p50, p95, max in milliseconds, `hub_cpu_ms_per_event`; `calls` live calls, `viewers` open pages."""
    with WebPlace() as place:
        place.manage("migrate", "--skip-checks", "--verbosity", "0", seconds=110)
        place.start_redis()
        place.start_hub()
        place.start_web()
        _, session = place.login("measurer", administrator=True)
        return asyncio.run(_measured(place, session, calls, events, per_second, viewers))


async def _measured(
    place: WebPlace, session: str, calls: int, events: int, per_second: float, viewers: int
) -> dict[str, float]:
    feed = Feed(place.instance.redis_url)
    going = [feed.start(f"{101 + number}", f"{201 + number}") for number in range(calls)]
    sockets = [await place.websocket("/ws/live-calls/", session).__aenter__() for _ in range(viewers)]
    await asyncio.sleep(2)  # snapshots and first checks are over
    sent: dict[tuple[str, str], float] = {}
    took: list[float] = []

    async def listen(number: int) -> None:
        while True:
            message = orjson.loads(await sockets[number].recv())
            now = time.perf_counter()
            if number == 0:
                for call in message.get("changed", ()):
                    if at := sent.pop((call["id"], call["state"]), None):
                        took.append((now - at) * 1000)

    listeners = [asyncio.create_task(listen(number)) for number in range(viewers)]
    dice = random.Random(7)
    busy = _cpu_seconds(place.processes["hub"].pid)
    for _ in range(events):
        call: FedCall = dice.choice(going)
        state, act = _next(feed, call)
        sent[(call.id, state)] = time.perf_counter()
        await asyncio.to_thread(act)
        await asyncio.sleep(dice.expovariate(per_second))
    await asyncio.sleep(1)
    busy = _cpu_seconds(place.processes["hub"].pid) - busy
    for listener in listeners:
        listener.cancel()
    cuts = quantiles(took, n=100)
    return {
        "p50": round(cuts[49], 1),
        "p95": round(cuts[94], 1),
        "max": round(max(took), 1),
        "heard": len(took),
        "hub_cpu_ms_per_event": round(busy * 1000 / events, 3),
    }


def _next(feed: Feed, call: FedCall) -> tuple[str, Callable[[], None]]:
    """(state the browser will show, what brings it)."""
    if not call.answered:
        return "talking", lambda: feed.answer(call, "5101")
    if call.held_by:
        return "talking", lambda: feed.resume(call, "callee")
    return "held", lambda: feed.hold(call, "callee")


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


if __name__ == "__main__":
    print(measure())
