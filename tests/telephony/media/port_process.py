"""A PjsuaPort of its own process for the contract suite: verbs come in, events go out, one JSON a line."""

from __future__ import annotations

import json
import os
import select
import sys
from dataclasses import asdict
from pathlib import Path

from instance import endpoint
from telephony.media.pjsua import PjsuaPort
from telephony.media.port import RecordRules


def main(address: str, proxy: str) -> None:
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # the library prints a few lines to stdout before it can be told not to
    port = PjsuaPort(endpoint("address", address), proxy=endpoint("proxy", proxy))

    def say(kind: str, value: object) -> None:
        out.write(json.dumps([kind, value], default=str) + "\n")

    say("ready", {})
    rest = b""
    while True:
        for event in port.poll(0.01):
            say(type(event).__name__, asdict(event))
        if select.select([0], [], [], 0)[0]:
            data = os.read(0, 65536)
            if not data:
                break
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                verb, arguments = json.loads(line)
                if verb == "legs":
                    say("legs", port.legs())
                elif verb == "play":
                    port.play(arguments[0], tuple(map(Path, arguments[1])), *arguments[2:])
                elif verb == "loop":
                    port.loop(arguments[0], Path(arguments[1]))
                elif verb == "record":
                    port.record(arguments[0], Path(arguments[1]), RecordRules(**arguments[2]))
                elif verb == "dial":
                    port.dial(arguments[0], arguments[1], tuple((n, v) for n, v in arguments[2]))
                else:
                    getattr(port, verb)(*arguments)
    port.close()
    out.flush()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
