"""The switch's own SQLite files in `var/switch/`, made from the create scripts of Debian's
kamailio-sqlite-modules. One file per subject, so that writers of different subjects never wait for one another."""

from __future__ import annotations

import sqlite3
from pathlib import Path

SCRIPTS = Path("/usr/share/kamailio/db_sqlite")
DATABASES = {
    "location.db": ("standard", "usrloc"),
    "dialog.db": ("standard", "dialog"),
    "presence.db": ("standard", "presence"),
    "uac.db": ("standard", "uac"),
}


class MissingScripts(RuntimeError):
    """The text is a sentence for the person who starts the switch."""


def create_databases(folder: Path, *, scripts: Path = SCRIPTS) -> None:
    """Create what is missing; keep what is there. A half-made file cannot stay: it gets its name when it is whole."""
    for name, parts in DATABASES.items():
        path = folder / name
        if not path.exists():
            _create(path, [scripts / f"{part}-create.sql" for part in parts])
    with sqlite3.connect(folder / "presence.db") as presence:
        # publications belong to the router, which publishes everything again when it connects; an old one beside
        # the new one would keep a lamp lit. Subscriptions stay.
        presence.execute("DELETE FROM presentity")
    presence.close()


def _create(path: Path, scripts: list[Path]) -> None:
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    connection = sqlite3.connect(fresh)
    try:
        fresh.chmod(0o600)
        # readers and the writer do not block one another; the mode is stored in the file
        connection.execute("PRAGMA journal_mode=WAL")
        for script in scripts:
            try:
                connection.executescript(script.read_text())
            except FileNotFoundError:
                raise MissingScripts(
                    f"{script} is missing; install the Debian package kamailio-sqlite-modules."
                ) from None
        connection.commit()
    finally:
        connection.close()
    fresh.rename(path)
