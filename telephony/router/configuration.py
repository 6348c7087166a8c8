"""The configuration in force: the newest of what Redis and the disk hold.

Parsing and opening happen in a thread; swapping is one assignment between two messages of the switch.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from telephony.messages import read
from telephony.messages.sealed import InvalidToken, open_credentials
from telephony.messages.snapshot import Credentials, Snapshot
from telephony.router.index import SnapshotIndex, build, empty

log = logging.getLogger(__name__)

SNAPSHOT_KEY = "config:snapshot"
CREDENTIALS_KEY = "config:credentials"
NUMBER_KEY = "config:number"
CHANNEL = "config:version"
SNAPSHOT_FILE = "snapshot.json"
CREDENTIALS_FILE = "credentials.sealed"


@dataclass(frozen=True, slots=True)
class Configuration:
    index: SnapshotIndex
    credentials: Credentials

    @property
    def version(self) -> int:
        return self.index.version


def nothing() -> Configuration:
    return Configuration(empty(), Credentials(version=0))


def parse(snapshot: bytes, sealed: bytes, keys: Path) -> Configuration:
    """Raises ValueError with a sentence when the two documents cannot be used."""
    try:
        index = build(read(Snapshot, snapshot))
    except ValidationError as error:
        raise ValueError(f"The snapshot cannot be read: {error.error_count()} errors.") from error
    try:
        credentials = open_credentials(keys, sealed)
    except InvalidToken as error:
        raise ValueError("The credentials were sealed with another key.") from error
    except ValidationError as error:
        raise ValueError(f"The credentials cannot be read: {error.error_count()} errors.") from error
    if credentials.version != index.version:
        raise ValueError(f"Snapshot {index.version} and credentials {credentials.version} do not belong to each other.")
    return Configuration(index, credentials)


def from_disk(published: Path, keys: Path) -> Configuration | None:
    """None when there is none; raises ValueError when there is one that cannot be used."""
    try:
        snapshot = (published / SNAPSHOT_FILE).read_bytes()
        sealed = (published / CREDENTIALS_FILE).read_bytes()
    except FileNotFoundError:
        return None
    return parse(snapshot, sealed, keys)


def disk_stamp(published: Path) -> tuple[int, int]:
    """Changes whenever a file on disk was replaced; cheap enough for every second."""
    try:
        one = (published / SNAPSHOT_FILE).stat()
        other = (published / CREDENTIALS_FILE).stat()
    except FileNotFoundError:
        return (0, 0)
    return (one.st_mtime_ns ^ one.st_ino, other.st_mtime_ns ^ other.st_ino)
