"""Calls with an outside line: CPU of set-up and talk, memory, added delay, transfer, lamps."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from ops.softphone.sound import to_ulaw, tone
from tests.bench.bed import ENGINES, Bed, Line, percentile
from tests.harness.carrier import Carrier, CarrierCall
from tests.harness.place import wait_for
from tests.harness.processes import pss_mb
from tests.harness.sip import Call, Peer
from tests.harness.sipp import SCENARIOS, Sipp

WHOLE = (*ENGINES, "media")
SET_UPS, RATE = 200, 8
AT_ONCE = (1, 10, 25)
WATCHED = 10.0  # seconds of talk that are measured
NUMBER = "95551212"
BURST = tone(700, 0.2, 12_000)
TRANSFERS, LAMPS = 10, 40


def anchored(bed: Bed) -> None:
    here, there = bed.house.phone_address(), bed.house.phone_address()
    callers = bed.lines[:60]
    bed.register(callers[:1], here, 5060)
    line = bed.house.api("POST", "outside-lines/", {
        "description": "Bench", "host": there, "port": 5060, "caller_id": "5854213850", "active": True,
    })  # fmt: skip
    bed.house.in_force()
    try:
        with bed.answering("answer", there, 60, "-rtp_echo"):
            _set_up(bed, callers, here)
            for count in AT_ONCE:
                _talk(bed, callers, here, count)
    finally:
        bed.house.api("DELETE", f"outside-lines/{line['id']}/")
    _with_a_carrier(bed)


def _set_up(bed: Bed, callers: list[Line], here: str) -> None:
    table = bed.table("outside", [(one.station, one.authentication, NUMBER) for one in callers])
    with bed.measured(WHOLE) as used:
        client = Sipp(bed.folder, "call", local=here, remote=bed.server, rate=RATE, calls=SET_UPS, table=table,
                      extra=("-d", "100"))  # fmt: skip
        done = client.wait(SET_UPS / RATE * 3 + 30)
    per = {name: 1000 * seconds / max(1, done.successful) for name, seconds in used.items()}
    parts = ", ".join(f"{name} {value:.2f}" for name, value in per.items())
    bed.report(f"anchored set-up, {RATE}/s: {done.successful} ok, {done.failed} failed ({parts})",
               sum(per.values()), "CPU ms", "anchored_setup_cpu_ms", "<= 3")  # fmt: skip


def _talk(bed: Bed, callers: list[Line], here: str, count: int) -> None:
    """`count` calls with sound both ways: the carrier sends back what it hears."""
    speech = bed.folder / "speech.ul"
    speech.write_bytes(to_ulaw(tone(440, 1.0)))
    scenario = (SCENARIOS / "message.xml").read_text().replace("AUDIO_FILE", str(speech))
    (bed.folder / "talk.xml").write_text(scenario)
    table = bed.table(f"talk{count}", [(one.station, one.authentication, NUMBER) for one in callers[:count]])
    before = pss_mb(bed.house.pids("media")) + pss_mb(bed.house.pids("relay"))
    client = Sipp(bed.folder, str(bed.folder / "talk"), local=here, remote=bed.server, rate=5, calls=count,
                  limit=count, table=table, extra=("-d", str(int(1000 * (WATCHED + 8 + count / 5)))))  # fmt: skip
    try:
        wait_for(lambda: sum(c["state"] == "talking" for c in bed.house.calls()) >= count, 30, f"{count} calls")
        began, start = time.monotonic(), bed.cpu(WHOLE)
        wait_for(lambda: time.monotonic() - began >= WATCHED, WATCHED + 5, "the calls to talk")
        took, end = time.monotonic() - began, bed.cpu(WHOLE)
        memory = pss_mb(bed.house.pids("media")) + pss_mb(bed.house.pids("relay")) - before
        workers = len(bed.house.pids("media")) - 1
        done = client.wait(60, insist=False)
    finally:
        client.stop()
    per = {name: 100 * (end[name] - start[name]) / took / count for name in WHOLE}
    parts = ", ".join(f"{name} {value:.2f}" for name, value in per.items())
    key = "anchored_talk_core_pct" if count == max(AT_ONCE) else ""
    bed.report(f"anchored talk, {count} at once, {done.failed} failed, one call ({parts})",
               sum(per.values()), "% of a core", key, "<= 0.5")  # fmt: skip
    bed.report(f"memory of media and relay for {count} calls more ({workers} workers)", memory, "MB PSS")


# -- with a carrier and phones that listen ---------------------------------------------------------------
@contextmanager
def _phones(bed: Bed, *lines: Line) -> Iterator[list[Peer]]:
    made = [
        Peer(bed.house.phone_address(), bed.server, one.station, login=one.login, password=one.password)
        for one in lines
    ]
    try:
        for one in made:
            for method in ("NOTIFY", "OPTIONS", "BYE"):
                one.answer_always(method)
            assert one.register().code == 200
        yield made
    finally:
        for one in made:
            one.close()


def _with_a_carrier(bed: Bed) -> None:
    ann, bob, cid = bed.lines[186:189]
    address = bed.house.phone_address()
    line = bed.house.api("POST", "outside-lines/", {
        "description": "Bench", "host": address, "port": 5060, "caller_id": "5854213850", "active": True,
    })  # fmt: skip
    bed.house.in_force()
    try:
        with Carrier(address, bed.server) as carrier, _phones(bed, ann, bob, cid) as (anns, bobs, cids):
            _delay(bed, anns, bobs, bob, carrier)
            _transfer(bed, anns, bobs, bob, carrier)
            _lamp(bed, anns, bobs, bob, cids)
    finally:
        bed.house.api("DELETE", f"outside-lines/{line['id']}/")


def _outside(anns: Peer, carrier: Carrier) -> tuple[Call, CarrierCall]:
    call = anns.invite(NUMBER)
    far = carrier.take()
    far.talk()
    call.expect(200)
    call.ack()
    return call, far


def _inside(anns: Peer, bobs: Peer, bob: Line) -> tuple[Call, Call]:
    call = anns.invite(bob.extension)
    incoming = bobs.incoming()
    incoming.answer()
    call.expect(200)
    call.ack()
    incoming.expect_ack()
    return call, incoming


def _one_way(call: Call, far: Call) -> list[float]:
    """Milliseconds from sending the first loud frame until it arrives, both ways in turn."""
    found = []
    for one, other in [(call, far), (far, call)] * 8:
        since = time.monotonic()
        one.rtp.play(np.concatenate([np.zeros(1600, np.int16), BURST]))
        arrived = wait_for(lambda o=other, s=since: o.rtp.first_sound(s), 3, "the burst")  # type: ignore[misc]
        found.append(1000 * (arrived - one.rtp.began - 0.2))
        wait_for(lambda s=since: time.monotonic() - s > 0.6, 2, "silence again")  # type: ignore[misc]
    return found


def _delay(bed: Bed, anns: Peer, bobs: Peer, bob: Line, carrier: Carrier) -> None:
    call, incoming = _inside(anns, bobs, bob)
    switched = _one_way(call, incoming)
    call.bye()
    incoming.close()
    call.close()
    call, far = _outside(anns, carrier)
    worker = _one_way(call, far)
    gap = 1000 * max(call.rtp.longest_gap(8), far.rtp.longest_gap(8))
    call.bye()
    call.close()
    far.close()
    bed.report("one-way delay, switched, median", statistics.median(switched), "ms")
    bed.report(f"one-way delay, anchored, median (longest gap {gap:.0f} ms)", statistics.median(worker), "ms")
    bed.report("one-way delay an anchored call adds", statistics.median(worker) - statistics.median(switched), "ms",
               "anchored_added_delay_ms", "<= 60")  # fmt: skip


def _transfer(bed: Bed, anns: Peer, bobs: Peer, bob: Line, carrier: Carrier) -> None:
    """From REFER to the moment the carrier hears the new party, whose phone answers at once."""
    took = []
    for _ in range(TRANSFERS):
        call, far = _outside(anns, carrier)
        far.rtp.silence()
        answered: list[Call] = []

        def take(answered: list[Call] = answered) -> None:
            incoming = bobs.incoming()
            incoming.answer()
            incoming.rtp.play_tone(700)
            incoming.expect_ack()
            answered.append(incoming)

        other = threading.Thread(target=take)
        other.start()
        began = time.monotonic()
        assert call.transact("REFER", headers=(("Refer-To", f"<sip:{bob.extension}@switchroom>"),)).code == 202
        wait_for(lambda far=far: far.rtp.hears_tone(700, 0.1), 5, "the new party")  # type: ignore[misc]
        took.append(1000 * (time.monotonic() - began))  # a tenth of a second of it is needed to tell the tone
        other.join()
        answered[0].bye()
        for one in (call, far, answered[0]):
            one.close()
    bed.report(f"blind transfer of an anchored call until the new party is heard, {TRANSFERS} times, p95",
               percentile(took, 0.95), "ms", "transfer_ms_p95")  # fmt: skip


def _lamp(bed: Bed, anns: Peer, bobs: Peer, bob: Line, cids: Peer) -> None:
    """From the 180 and the 200 of a phone to the NOTIFY at a phone that watches it."""
    assert cids.subscribe("dialog", bob.extension).code in (200, 202)
    took = []
    for _ in range(LAMPS // 2):
        call = anns.invite(bob.extension, rtp=False)
        incoming = bobs.incoming(rtp=False)
        for code, state in ((180, "early"), (200, "confirmed")):
            cids.inbox.clear()
            incoming.reply(code, incoming.offer() if code == 200 else "")
            sent = bobs.sent_at
            told = cids.expect(
                lambda m, state=state: m.method == "NOTIFY" and f"<state>{state}</state>" in m.body,
                5,
                state,  # type: ignore[misc]
            )
            took.append(1000 * (told.at - sent))
        call.expect(200)
        call.ack()
        call.bye()
    bed.report(f"a phone rings or answers until another's lamp says so, {len(took)} times, p95",
               percentile(took, 0.95), "ms", "lamp_ms_p95")  # fmt: skip
