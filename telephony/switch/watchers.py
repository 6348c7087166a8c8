"""Who follows which lamp, as the switch wrote it down: the router asks after its own start and now and then."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

BUSY_SECONDS = 3.0


def watched(state: Path, event: str, now: float) -> set[str]:
    """User parts with a live subscription to `event` ("dialog", "message-summary"). Raises sqlite3.Error."""
    # not mode=ro: reading a database in WAL mode may have to make its -shm file
    with closing(sqlite3.connect(f"file:{state / 'presence.db'}?mode=rw", uri=True, timeout=BUSY_SECONDS)) as database:
        rows = database.execute(
            "SELECT DISTINCT presentity_uri FROM active_watchers WHERE event = ? AND expires > ?", (event, int(now))
        ).fetchall()
    return {str(uri).partition(":")[2].partition("@")[0] for (uri,) in rows}
