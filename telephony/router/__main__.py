"""`python -m telephony.router`: answers the switch's questions until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys

import instance
from telephony.router.loops import run


def main() -> int:
    logging.basicConfig(
        level=os.environ.get("SWITCHROOM_LOG_LEVEL", "INFO"),
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        stream=sys.stderr,
    )
    try:
        settings = instance.load()
    except instance.BadSetting as error:
        print(error, file=sys.stderr)
        return 2
    for folder in (settings.var, settings.run, settings.published, settings.mail, settings.keys):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        asyncio.run(_until_stopped(settings))
    except RuntimeError as error:  # another router's socket, a file in the way
        print(error, file=sys.stderr)
        return 1
    return 0


async def _until_stopped(settings: instance.Instance) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run(settings, stop)


if __name__ == "__main__":
    raise SystemExit(main())
