"""`python -m telephony.media`: the media supervisor and its workers of one instance."""

from __future__ import annotations

import logging
import os
import sys

import instance
from telephony.media.supervisor import Supervisor


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(process)d %(message)s")
    try:
        inst = instance.load()
    except instance.BadSetting as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for folder in inst.folders():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Supervisor(inst).run()


if __name__ == "__main__":
    status = main()
    logging.shutdown()
    os._exit(status)
