"""`make bench`: measure the whole system, print a table, write <SWITCHROOM_VAR>/bench.json.

    python -m tests.bench [SECTION ...]      sections: idle pages save browser calls delay register voicemail
                                             anchored recovery

The house runs in a throw-away place on its own addresses; nothing of a running instance is touched.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable

import instance
from tests.bench import anchored, calls, portal, recovery, voicemail
from tests.bench.bed import Bed
from tests.harness.house import House

SECTIONS: dict[str, Callable[[Bed], None]] = {
    "pages": portal.pages,
    "save": portal.save_to_force,
    "browser": portal.event_to_browser,
    "calls": calls.switched,
    "delay": calls.decision,
    "register": calls.registers,
    "voicemail": voicemail.voicemail,
    "anchored": anchored.anchored,
    "recovery": recovery.recovery,
}


def main(wanted: list[str]) -> int:
    unknown = set(wanted) - {"idle", *SECTIONS}
    if unknown:
        print(f"There is no section {', '.join(unknown)}; there are idle, {', '.join(SECTIONS)}.", file=sys.stderr)
        return 2
    failed: list[str] = []
    began = time.monotonic()
    load = os.getloadavg()[0]  # figures taken on a busy machine are not figures
    with House({"SWITCHROOM_RTP": "33000-59999"}) as house:
        bed = Bed(house)
        bed.report(f"load of this machine before we began ({os.cpu_count()} cores)", load, "")
        for name, section in {"idle": portal.idle, **SECTIONS}.items():
            if name != "idle" and not bed.lines:
                bed.fill(250, 500)
            if wanted and name not in wanted:
                continue
            print(f"{name}:", flush=True)
            try:
                section(bed)
            except Exception:  # one broken measurement must not hide the others
                traceback.print_exc()
                failed.append(name)
    figures = {result.key: round(result.value, 3) for result in bed.results if result.key}
    target = instance.load().var / "bench.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(figures, indent=1) + "\n")
    print(f"{len(figures)} figures in {target} after {time.monotonic() - began:.0f} s")
    if failed:
        print(f"Not measured: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
