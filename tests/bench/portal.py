"""The portal's side: event to browser at 64 live calls, save to force, pages, idle memory, start-up."""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import Any

import redis

from telephony.messages.events import STREAM
from tests.bench.bed import Bed, percentile
from tests.harness.processes import by_name, pss_mb
from tests.harness.sip import Peer
from tests.harness.sipp import Sipp

LIVE = 64
SAMPLES = 30


def idle(bed: Bed) -> None:
    """Proportional set size of every process after the start, nothing but the administrator in the database."""
    total = 0.0
    for name, pids in sorted(by_name(bed.house.instance.run / "supervisor.sock").items()):
        size = pss_mb(pids)
        total += size
        bed.report(f"idle memory of {name} ({len(pids)} processes)", size, "MB PSS")
    bed.report("idle memory, whole system", total, "MB PSS", "idle_pss_mb", "<= 600")
    bed.report("start to GET /health/ 200", bed.house.started_in, "s", "start_s")


def pages(bed: Bed) -> None:
    out = bed.house.run([sys.executable, "-m", "tests.bench.pages"], 120)
    rows: list[tuple[str, int, int, float]] = json.loads(out.splitlines()[-1])
    for path, _, queries, ms in sorted(rows, key=lambda row: -row[3])[:5]:
        bed.report(f"page {path}: {queries} queries", ms, "ms")
    bed.report(f"most queries of {len(rows)} pages", max(r[2] for r in rows), "queries", "page_max_queries", "<= 20")
    bed.report(f"slowest of {len(rows)} pages", max(r[3] for r in rows), "ms", "page_max_ms", "<= 80")


def save_to_force(bed: Bed) -> None:
    """From sending a change to the API until the router works with it (its event), 15 times."""
    house = bed.house
    (user,) = [u for u in house.rows("users/?search=user7&page_size=500") if u["username"] == "user7"][:1]
    took, answered = [], []
    with redis.Redis.from_url(house.instance.redis_url, protocol=2) as link:
        for number in range(15):
            last = link.xrevrange(STREAM, count=1)
            position = last[0][0] if last else "0"
            began = time.time()
            house.api("PATCH", f"users/{user['id']}/", {"last_name": f"Changed{number}"})
            answered.append(1000 * (time.time() - began))
            took.append(1000 * (_in_force_at(link, position) - began))
    bed.report("save to force, 250 users: p50", percentile(took, 0.5), "ms")
    bed.report("the answer to the save itself: p50", percentile(answered, 0.5), "ms")
    bed.report("save to force: p95", percentile(took, 0.95), "ms", "save_to_force_ms", "<= 300")


def _in_force_at(link: Any, position: Any) -> float:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for _, entries in link.xread({STREAM: position}, block=200) or []:
            for where, fields in entries:
                position = where
                event = json.loads(fields[b"e"])
                if event["kind"] == "version.in_force":
                    return float(event["at"])
    raise AssertionError("The saved version never came into force.")


def event_to_browser(bed: Bed) -> None:
    """From a phone's 200 or BYE on the wire to the browser's message, with 64 calls up."""
    callers, callees = bed.lines[:80], bed.lines[100:180]
    here, there = bed.house.phone_address(), bed.house.phone_address()
    bed.register(callers[:1], here, 5060)
    bed.register(callees, there, 5060)
    table = bed.table(
        "live", [(a.station, a.authentication, callees[i].extension) for i, a in enumerate(callers[:LIVE])]
    )
    ann, bob = bed.lines[200 - 15], bed.lines[200 - 14]
    address = bed.house.phone_address
    with bed.answering("answer", there, 60), bed.house.socket("live-calls/") as page:
        page.next()
        client = Sipp(
            bed.folder, "call", local=here, remote=bed.server, rate=32, calls=LIVE, limit=LIVE, table=table,
            extra=("-d", "40000"),
        )  # fmt: skip
        page.until(lambda p: len([c for c in p.values() if c["state"] == "talking"]) >= LIVE, 20, "64 live calls")
        with (
            Peer(address(), bed.server, ann.station, login=ann.login, password=ann.password) as a,
            Peer(address(), bed.server, bob.station, login=bob.login, password=bob.password) as b,
        ):
            assert a.register().code == 200
            assert b.register().code == 200
            took = []
            for _ in range(SAMPLES):
                took += _one_call(a, b, ann.extension, bob.extension, page)
        client.popen.terminate()
        client.popen.wait()
    bed.report(f"event to browser, {len(took)} events, p50", percentile(took, 0.5), "ms")
    bed.report("event to browser, p95", percentile(took, 0.95), "ms", "event_to_browser_ms_p95", "<= 150")


def _one_call(a: Peer, b: Peer, ann: str, bob: str, page: Any) -> list[float]:
    """Milliseconds until the browser knew of the answer and of the end."""
    moments: dict[str, float] = {}

    def callee() -> None:
        call = b.incoming(rtp=False)
        call.ring()
        moments["answered"] = time.time()
        call.answer()
        call.expect_bye()

    thread = threading.Thread(target=callee)
    thread.start()
    call = a.invite(bob, rtp=False)
    call.expect(200)
    call.ack()
    page.until(lambda p: [c for c in p.values() if c["from"] == ann and c["state"] == "talking"], 5, "the answer")
    talking = page.received[-1][0]
    ended = time.time()
    call.bye()
    page.until(lambda p: not [c for c in p.values() if c["from"] == ann], 5, "the end")
    thread.join(5)
    return [1000 * (talking - moments["answered"]), 1000 * (page.received[-1][0] - ended)]
