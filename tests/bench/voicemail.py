"""A voicemail call: the phone rings 4 s and refuses, the mailbox greets, six seconds are spoken.

The composed greeting takes 11 s; there are no personal greetings yet.
"""

from __future__ import annotations

from ops.softphone.sound import to_ulaw, tone
from tests.bench.bed import ENGINES, Bed
from tests.harness.sipp import SCENARIOS, Sipp

CALLS, RATE, TALK_MS = 40, 2, 18_000  # the composed greeting takes 11 s, the beep 1 s; the rest is the message


def voicemail(bed: Bed) -> None:
    callers, owners = bed.lines[:40], bed.lines[60:100]
    here, there = bed.house.phone_address(), bed.house.phone_address()
    bed.register(callers[:1], here, 5060)
    bed.register(owners, there, 5060)
    speech = bed.folder / "speech.ul"
    speech.write_bytes(to_ulaw(tone(440, 1.0)))
    scenario = (SCENARIOS / "message.xml").read_text().replace("AUDIO_FILE", str(speech))
    (bed.folder / "message.xml").write_text(scenario)
    table = bed.table("messages", [(a.station, a.authentication, owners[i].extension) for i, a in enumerate(callers)])
    names = (*ENGINES, "media")
    with bed.answering("busy", there, 4000), bed.measured(names) as used:
        client = Sipp(
            bed.folder, str(bed.folder / "message"), local=here, remote=bed.server, rate=RATE, calls=CALLS,
            limit=CALLS, table=table, extra=("-d", str(TALK_MS)),
        )  # fmt: skip
        done = client.wait(CALLS / RATE + 60)
    per = {name: 1000 * seconds / max(1, done.successful) for name, seconds in used.items()}
    parts = ", ".join(f"{name} {value:.1f}" for name, value in per.items())
    stored = sum(1 for _ in bed.house.instance.mail.glob("*/Maildir/new/*"))
    assert stored == done.successful, f"{done.successful} calls left {stored} messages"
    bed.report(f"voicemail: {done.successful} ok, {done.failed} failed, {stored} stored ({parts})",
               sum(per.values()), "CPU s/1000", "voicemail_cpu_s_per_1000")  # fmt: skip
