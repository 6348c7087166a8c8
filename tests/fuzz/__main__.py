"""`make fuzz`: every kind of hostile input for ten minutes each, a verdict after each.

python -m tests.fuzz [--seconds N] [--seed N] [KIND ...]
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.fuzz.kinds import KINDS, attack
from tests.fuzz.target import Target


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("--seconds", type=float, default=600, help="of each kind")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("kinds", nargs="*", help=", ".join(KINDS))
    wanted = parser.parse_args()
    unknown = set(wanted.kinds) - set(KINDS)
    if unknown:
        parser.error(f"there is no kind {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    bad = []
    print(f"seed {wanted.seed}", flush=True)
    with Target() as target:
        for name in wanted.kinds or KINDS:
            before = target.baseline()
            began = time.monotonic()
            faults = []
            try:
                attack(target, name, wanted.seed, wanted.seconds)
            except AssertionError as error:
                faults.append(str(error))
            fired = time.monotonic() - began
            verdict = target.judge(before)
            verdict.faults[:0] = faults
            print(
                f"{name:<14} {fired:5.0f} s, judged in {time.monotonic() - began - fired:3.0f} s: {verdict}", flush=True
            )
            if verdict.faults:
                bad.append(name)
        if bad:
            print(target.house.logs(30), file=sys.stderr)
    if bad:
        print(f"Failed: {', '.join(bad)}. Again with --seed {wanted.seed} {' '.join(bad)}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
