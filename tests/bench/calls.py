"""Switched calls, the delay the decision adds, registrations: SIPp and raw sockets against the whole system."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time

from instance import SOURCE
from tests.bench.bed import Bed, percentile
from tests.e2e.actions import stopped
from tests.harness.place import WITH_US, wait_for
from tests.harness.sip import Peer
from tests.harness.sipp import Sipp

TALK_MS = 100  # short, so that at 500/s a line is free again before its next call: a busy one goes to voicemail
LOADS = ((50, 1000), (200, 2000), (500, 4000))  # calls/s, calls
DELAYS = 250  # calls measured one by one


def switched(bed: Bed) -> None:
    """SIPp UAC and UAS through switch, router and relay (no RTP flows). CPU s per 1000 calls."""
    callers, callees = bed.lines[:90], bed.lines[90:200]  # the first 200 have numbers of the dial plan
    here, there = bed.house.phone_address(), bed.house.phone_address()
    bed.register(callers[:1], here, 5060)  # one is enough: the source is known
    bed.register(callees, there, 5060)
    table = bed.table(
        "calls",
        [
            (caller.station, caller.authentication, callee.extension)
            for caller, callee in zip(itertools.cycle(callers), callees, strict=False)
        ],
    )
    worst, seen = 0.0, 0
    with bed.answering("answer", there, 60) as phones:
        for rate, calls in LOADS:
            with bed.measured() as used:
                client = Sipp(
                    bed.folder, "call", local=here, remote=bed.server, rate=rate, calls=calls, table=table,
                    extra=("-d", str(TALK_MS)),
                )  # fmt: skip
                done = client.wait(calls / rate * 3 + 40, insist=False)
            per = {name: 1000 * seconds / max(1, done.successful) for name, seconds in used.items()}
            total = sum(per.values())
            worst = max(worst, total)
            parts = ", ".join(f"{name} {value:.2f}" for name, value in per.items())
            # what the phones did not take went to voicemail: another kind of call, and a dearer one
            taken = phones.statistics().successful - seen
            seen += taken
            bed.report(
                f"switched, {rate}/s: {done.successful} ok, {done.failed} failed, {done.retransmissions} sent again, "
                f"{taken} taken by phones, {done.rate:.0f}/s, machine load {os.getloadavg()[0]:.0f} ({parts})",
                total, "CPU s/1000",
            )  # fmt: skip
    bed.report("switched call, the dearest of the three loads", worst, "CPU s/1000",
               "switched_cpu_s_per_1000", "<= 1.0")  # fmt: skip


def delays(bed: Bed, peer: Peer, digits: str) -> list[float]:
    """Milliseconds from the authenticated INVITE to the 180 of the far end, one call after the other, 50/s."""
    found = []
    for _ in range(DELAYS):
        began = time.monotonic()
        call = peer.invite(digits, rtp=False)
        ringing = call.expect(180)
        found.append(1000 * (ringing.at - peer.sent_at))
        call.cancel()
        call.expect(487)
        peer.inbox.clear()
        wait_for(lambda began=began: time.monotonic() - began > 0.02, 1, "the next turn")  # type: ignore[misc]
    return found


def decision(bed: Bed) -> None:
    """What asking the router adds: p95 with it minus p95 of the switch's own table."""
    caller, callee = bed.lines[0], bed.lines[181]
    there = bed.house.phone_address()
    responder = subprocess.Popen([*WITH_US, sys.executable, "-m", "tests.bench.responder", there, "5060"], cwd=SOURCE)
    peer = Peer(bed.house.phone_address(), bed.server, caller.station, login=caller.login, password=caller.password)
    try:
        with peer:
            bed.register([callee], there, 5061)  # registers from another socket ...
            with_contact = Peer(there, bed.server, callee.station, login=callee.login, password=callee.password)
            with with_contact:  # ... the responder's
                assert with_contact.register(contact=f"<sip:{callee.station}@{there}:5060>").code == 200
            assert peer.register().code == 200
            asked = delays(bed, peer, callee.extension)
            with stopped(bed.house, "router"):
                alone = delays(bed, peer, callee.extension)
            wait_for(bed.house.healthy, 20, "the router to be back")
            asked += delays(bed, peer, callee.extension)
    finally:
        responder.terminate()
        responder.wait()
    for name, values in (("router asked", asked), ("switch alone", alone)):
        bed.report(f"INVITE to 180, {name}, p50", percentile(values, 0.5), "ms")
        bed.report(f"INVITE to 180, {name}, p95", percentile(values, 0.95), "ms")
    added = percentile(asked, 0.95) - percentile(alone, 0.95)
    bed.report("added by the decision, p95", added, "ms", "decision_added_ms_p95", "<= 2")


def registers(bed: Bed) -> None:
    lines = bed.lines[:240]
    here = bed.house.phone_address()
    bed.register(lines[:1], here, 5060)
    table = bed.table("registers", [(line.station, line.authentication, "5060") for line in lines])
    for rate, count in ((200, 2000), (2000, 8000)):
        with bed.measured(("switch", "router", "hub")) as used:
            client = Sipp(
                bed.folder, "register", local=here, port=5062, remote=bed.server, rate=rate, calls=count,
                limit=200, table=table,
            )  # fmt: skip
            done = client.wait(90)
        total = 1000 * sum(used.values()) / max(1, done.successful)
        parts = ", ".join(f"{name} {1000 * value / max(1, done.successful):.2f}" for name, value in used.items())
        what = f"REGISTER at {rate}/s: {done.successful} ok, {done.failed} failed, {done.rate:.0f}/s ({parts})"
        if rate == 200:
            bed.report(what, total, "CPU s/1000", "register_cpu_s_per_1000")
        else:
            bed.report(what, total, "CPU s/1000")
            bed.report("REGISTERs a second, at most 200 at once", done.rate, "1/s", "register_per_s")
