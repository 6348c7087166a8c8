"""Messages being recorded: `<media>/spool/<key>.wav` with a sidecar `<key>.json` that says whose they are.

A message leaves the spool for its mailbox in one step (mailbox.deliver), so it is there complete or not at all.
The recorder's worker holds a file lock on the sidecar. When it dies the kernel lets go, and the supervisor
salvages what was said so far; a recording that could not be delivered for lack of space is tried again.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import uuid
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from telephony import mailbox
from telephony.mailbox import Voicemail
from telephony.media import recording

log = logging.getLogger(__name__)

LEAST_SALVAGED = 2.0  # seconds of audio; less is not worth a lamp


@dataclass(slots=True)
class Item:
    key: str
    folder: Path
    voicemail: Voicemail
    lock: int  # file descriptor

    @property
    def sound(self) -> Path:
        return self.folder / f"{self.key}.wav"

    @property
    def sidecar(self) -> Path:
        return self.folder / f"{self.key}.json"


def begin(folder: Path, voicemail: Voicemail) -> Item:
    """Room for one recording, locked for this process. Raises OSError."""
    folder.mkdir(mode=0o700, exist_ok=True)
    key = uuid.uuid4().hex
    draft = folder / f"{key}.new"
    lock = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # before it has the name that salvage looks for
        text = json.dumps({**asdict(voicemail), "received": voicemail.received.isoformat()}).encode()
        if os.write(lock, text) != len(text):
            raise OSError(f"The disk is full: {draft} could not be written.")
        os.rename(draft, folder / f"{key}.json")
    except OSError:
        recording.remove(draft)
        os.close(lock)
        raise
    return Item(key, folder, voicemail, lock)


def deliver(item: Item, mail_root: Path, *, keep: float | None) -> str:
    """Move the recording into its mailbox; returns the message's id. Raises OSError, the item stays."""
    audio = recording.load(item.sound, keep)
    seconds = round((len(audio) - recording.HEADER) / recording.BYTES_PER_SECOND)
    voicemail = replace(item.voicemail, seconds=max(1, seconds))
    message_id = mailbox.deliver(mail_root, voicemail, audio=audio, key=item.key)
    discard(item)
    log.info("voicemail.stored user=%d seconds=%d call=%s", voicemail.user_id, seconds, voicemail.call_id)
    return message_id


def discard(item: Item) -> None:
    recording.remove(item.sound)  # first: a sidecar without sound is harmless, the other way round is litter
    recording.remove(item.sidecar)
    release(item)


def release(item: Item) -> None:
    """Leave it to `salvage`."""
    if item.lock >= 0:
        os.close(item.lock)
        item.lock = -1


def salvage(folder: Path, mail_root: Path) -> list[int]:
    """Deliver what lies in the spool without an owner; the users whose mailboxes changed."""
    touched = []
    for sidecar in sorted(folder.glob("*.json")):
        item = _adopt(sidecar)
        if item is None:
            continue
        seconds = recording.seconds_on_disk(item.sound)
        if seconds < LEAST_SALVAGED:
            discard(item)
            continue
        try:
            deliver(item, mail_root, keep=None)
        except OSError as error:
            release(item)
            log.error("voicemail.salvage_failed sound=%s error=%s", item.sound, error)
            continue
        log.warning("voicemail.salvaged user=%d seconds=%d", item.voicemail.user_id, seconds)
        touched.append(item.voicemail.user_id)
    return touched


def _adopt(sidecar: Path) -> Item | None:
    """The item if nobody holds it; None while its worker lives, or when it is gone."""
    try:
        lock = os.open(sidecar, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(lock).st_nlink == 0:  # finished between the listing and the lock
            raise BlockingIOError
    except BlockingIOError:
        os.close(lock)
        return None
    try:
        fields = json.loads(os.read(lock, 65536))
        voicemail = Voicemail(**{**fields, "received": datetime.fromisoformat(fields["received"])})
    except (ValueError, KeyError, TypeError):
        os.close(lock)
        os.rename(sidecar, sidecar.with_suffix(".unreadable"))
        log.error("voicemail.sidecar_unreadable path=%s", sidecar.with_suffix(".unreadable"))
        return None
    return Item(sidecar.stem, sidecar.parent, voicemail, lock)
