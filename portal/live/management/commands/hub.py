"""`manage.py hub`: see portal/live/hub.py. SIGTERM and SIGINT end it in order; kill -9 loses nothing either."""

from __future__ import annotations

import asyncio
import fcntl
import gc
import logging
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.live.hub import Hub
from portal.publish import announce

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Reads the call events: keeps the live picture, feeds browsers, writes call records."
    requires_system_checks: list[str] = []  # no pages here: a mistake in a form must not keep calls from being recorded

    def handle(self, *args: Any, **options: Any) -> None:
        run = settings.INSTANCE.run
        run.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(run / "hub.lock", "a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                log.info("hub.waiting another one is still running")
                fcntl.flock(lock, fcntl.LOCK_EX)
            asyncio.run(self._run())

    async def _run(self) -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        gc.freeze()  # Django's classes are here to stay: looking through them stops the live picture for 50 ms
        log.info("hub.started")
        await Hub(settings.INSTANCE.redis_url, catch_up=announce.catch_up).run(stop)
