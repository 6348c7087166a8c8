"""How long what was killed is missing: the figures of the table of failures."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable
from typing import Any

import redis

from telephony.messages.events import STREAM
from tests.bench.anchored import _inside, _phones
from tests.bench.bed import Bed
from tests.e2e.actions import kill, kill_relay
from tests.harness.place import wait_for
from tests.harness.processes import holder_of_udp
from tests.harness.sip import Peer

TIMES = 3


def recovery(bed: Bed) -> None:
    ann, bob, cid = bed.lines[190:193]
    with _phones(bed, ann, bob, cid) as (anns, bobs, cids):
        for what, key, measure in (
            ("relay killed: silence", "recovery_relay_s", _relay),
            ("router killed: until the call is known again", "recovery_router_s", _router),
            ("switch killed: until phones register again", "recovery_switch_s", _switch),
            ("media worker killed: until another is there", "recovery_worker_s", _worker),
        ):
            bed.report(
                f"{what}, the longest of {TIMES}", max(_times(bed, measure, anns, bobs, bob.extension)), "s", key
            )
        bed.report("switch killed: until a lamp is right again", _lamp(bed, anns, bobs, bob, cids), "s",
                   "recovery_lamp_s", "<= 10")  # fmt: skip


Measure = Callable[[Bed, Peer, Peer], float]


def _times(bed: Bed, measure: Measure, anns: Peer, bobs: Peer, extension: str) -> list[float]:
    found = []
    for _ in range(TIMES):
        found.append(measure(bed, anns, bobs))
        wait_for(bed.house.healthy, 60, "the house to be whole again")
    return found


def _call(bed: Bed, anns: Peer, bobs: Peer) -> tuple[Any, Any]:
    line = next(one for one in bed.lines if one.station == bobs.user)
    call, incoming = _inside(anns, bobs, line)
    call.rtp.play_tone(440)
    incoming.rtp.wait_tone(440)
    return call, incoming


def _relay(bed: Bed, anns: Peer, bobs: Peer) -> float:
    call, incoming = _call(bed, anns, bobs)
    wait_for(lambda: time.time() - bed.house.instance.relay_started.stat().st_mtime > 1.5, 5, "a relay that has lived")
    killed = time.monotonic()
    kill_relay(bed.house)
    arrived: float = wait_for(lambda: incoming.rtp.first_sound(killed + 0.03), 15, "sound")
    _end(call, incoming)
    return arrived - killed


def _router(bed: Bed, anns: Peer, bobs: Peer) -> float:
    call, incoming = _call(bed, anns, bobs)
    with redis.Redis.from_url(bed.house.instance.redis_url, protocol=2) as link:
        position = link.xrevrange(STREAM, count=1)[0][0]
        killed = time.time()
        kill(bed.house, "router")
        at = _event(link, position, lambda e: e["kind"] == "state.reported" and bool(e.get("calls")))
    _end(call, incoming)
    return at - killed


def _switch(bed: Bed, anns: Peer, bobs: Peer) -> float:
    killed = time.monotonic()
    old = _kill_switch(bed)
    server = bed.server
    wait_for(
        lambda: bed.house.pid_now("switch") not in (0, old)
        and holder_of_udp(server.host, server.port) in bed.house.pids("switch"),
        20, "another switch",
    )  # fmt: skip
    wait_for(lambda: _answers(anns), 20, "an answer")
    return time.monotonic() - killed


def _kill_switch(bed: Bed) -> int:
    """Every process of it: what is left of a switch whose first process dies answers for another second."""
    pids = bed.house.pids("switch")
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return pids[0]


def _answers(phone: Peer) -> bool:
    """Whether a phone can register: until the router has filled its tables the switch lets phones ask again."""
    request = phone.request("REGISTER", f"sip:{phone.realm}", to=f"<sip:{phone.user}@{phone.realm}>")
    try:
        return phone.exchange(request, 0.3).code == 200
    except AssertionError:
        return False


def _worker(bed: Bed, anns: Peer, bobs: Peer) -> float:
    supervisor, *workers = bed.house.pids("media")
    with redis.Redis.from_url(bed.house.instance.redis_url, protocol=2) as link:
        position = link.xrevrange(STREAM, count=1)[0][0]
        killed = time.time()
        os.kill(workers[-1], signal.SIGKILL)
        at = _event(
            link, position, lambda e: e["kind"] == "engine.state" and e["part"].startswith("media ") and bool(e["up"])
        )
    assert bed.house.pids("media")[0] == supervisor
    return at - killed


def _lamp(bed: Bed, anns: Peer, bobs: Peer, bob: Any, cids: Peer) -> float:
    """A call ends while the switch is away: its lamp goes out when the switch is back."""
    assert cids.subscribe("dialog", bob.extension).code in (200, 202)
    call, incoming = _call(bed, anns, bobs)
    cids.inbox.clear()
    began = time.monotonic()
    wait_for(lambda: time.monotonic() - began > 1.5, 3, "the call to be written down")
    killed = time.time()
    old = _kill_switch(bed)
    wait_for(lambda: bed.house.pid_now("switch") not in (0, old), 20, "another switch")
    wait_for(lambda: _answers(anns), 20, "an answer")
    wait_for(bed.house.healthy, 30, "the house to be whole again")
    call.bye()
    told = cids.expect(lambda m: m.method == "NOTIFY" and "<state>terminated</state>" in m.body, 15, "the lamp")
    for one in (call, incoming):
        one.close()
    return float(told.at - killed)


def _end(call: Any, incoming: Any) -> None:
    call.bye()
    for one in (call, incoming):
        one.close()


def _event(link: Any, position: Any, fits: Callable[[dict[str, Any]], bool]) -> float:
    """When the first event after `position` that fits was made."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for _, entries in link.xread({STREAM: position}, block=200) or []:
            for where, fields in entries:
                position = where
                event: dict[str, Any] = json.loads(fields[b"e"])
                if fits(event):
                    return float(event["at"])
    raise AssertionError("The event did not come.")
