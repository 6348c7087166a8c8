"""`python -S guard.py STAMP COMMAND...`: run COMMAND and start it again at once when it dies.

supervisord and systemd take one to two seconds for that; silence in every call of the office should not last so long.
A command that dies within a second of its start is left to them: they wait longer and longer. STAMP is written before
each start. When this process ends, however it ends, the command ends with it. Nothing is imported but the standard
library: it stays in memory for as long as the command runs.
"""

import signal
import subprocess
import sys
import time

WITH_US = ("/usr/bin/setpriv", "--pdeathsig", "KILL")
TOO_QUICK = 1.0  # seconds


class Guard:
    def __init__(self, stamp: str, command: list[str]) -> None:
        self.stamp, self.command = stamp, command
        self.child: subprocess.Popen[bytes] | None = None
        self.stopping = False

    def stop(self, *_: object) -> None:
        self.stopping = True
        if self.child is not None:
            self.child.terminate()

    def run(self) -> int:
        """Until it is told to end (0), or the command cannot live (its exit status)."""
        while not self.stopping:
            with open(self.stamp, "w"):
                began = time.monotonic()
            self.child = subprocess.Popen([*WITH_US, *self.command])
            if self.stopping:  # told so in between
                self.child.terminate()
            code = self.child.wait()
            if self.stopping:
                break
            print(f"guard.died command={self.command[0]} code={code}", file=sys.stderr, flush=True)
            if time.monotonic() - began < TOO_QUICK:
                return abs(code) or 1
        return 0


if __name__ == "__main__":
    guard = Guard(sys.argv[1], sys.argv[2:])
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, guard.stop)
    sys.exit(guard.run())
