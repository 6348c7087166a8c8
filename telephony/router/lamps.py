"""Message-waiting lamps: count the mailbox, tell every appearance of its user, tell the world.

Counting reads directories, so it happens in a thread; many changes of one mailbox in a row become one count.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from telephony.mailbox import Counts, counts
from telephony.router.index import SnapshotIndex
from telephony.router.journal import Journal

log = logging.getLogger(__name__)

Publish = Callable[[str, int, int], None]  # station, new, old
REPEAT_SECONDS = 1500.0  # the switch forgets a publication after PUBLISHED_SECONDS


class Lamps:
    def __init__(
        self, mail_root: Path, journal: Journal, current: Callable[[], SnapshotIndex], publish: Publish
    ) -> None:
        self.mail_root = mail_root
        self.journal = journal
        self.current = current
        self.publish = publish
        self.on_counted: Callable[[int, Counts], None] = lambda user_id, found: None
        self.known: dict[int, Counts] = {}
        self._due: dict[int, set[str] | None] = {}  # user -> stations to tell; None: all of the user's
        self._news = asyncio.Event()

    def refresh(self, user_id: int, station: str = "") -> None:
        """The user's mailbox may have changed, or (with `station`) one phone of the user wants to know."""
        if station and user_id not in self._due:
            self._due[user_id] = {station}
        elif station:
            if (wanted := self._due[user_id]) is not None:
                wanted.add(station)
        else:
            self._due[user_id] = None
        self._news.set()

    def refresh_station(self, station: str) -> None:
        owner = self.current().owner(station)
        if owner is not None:
            self.refresh(owner.user_id, station)

    def refresh_all(self) -> None:
        for user_id in self.current().users:
            self.refresh(user_id)

    async def run(self) -> None:
        """For ever."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._due:
                due, self._due = self._due, {}
                for user_id, stations in due.items():
                    await self._tell(user_id, stations)

    async def _tell(self, user_id: int, stations: set[str] | None) -> None:
        try:
            found = await asyncio.to_thread(counts, self.mail_root, user_id)
        except OSError as error:
            log.error("mailbox.uncountable user=%d error=%s", user_id, error.strerror)
            return
        index = self.current()
        everywhere = index.stations_of.get(user_id, ())
        changed = self.known.get(user_id) != found
        for station in everywhere if changed or stations is None else [s for s in everywhere if s in stations]:
            self.publish(station, found.new, found.old)
        self.on_counted(user_id, found)
        if changed:
            self.known[user_id] = found
            self.journal.event("mailbox.counted", user_id=user_id, new=found.new, old=found.old)
