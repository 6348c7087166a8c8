"""The folder of one mailbox: Maildir (https://cr.yp.to/proto/maildir.html), shared with any mail program.

A message is new while it lies in `new/` or has no flag S in `cur/` (S15-22: IMAP's \\Seen equals "heard").
Flag T (marked for deletion by a mail program, not yet expunged) hides it. Voicemails are told from
e-mail by the last part of the base name, so counting needs no file opened.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from telephony.mailbox.mail import HEADERS_AT_MOST, Message, Voicemail, attachment, compose, read_headers

MARK = ".voicemail"
STALE_SECONDS = 36 * 3600  # after this a file in tmp/ belongs to a delivery that died (maildir(5))
ATTEMPTS = 50  # lost races with other programs before we believe that something else is wrong
_KEY = re.compile(r"[A-Za-z0-9_-]{1,80}")
_serial = itertools.count(1)
T = TypeVar("T")


class MessageGone(LookupError):
    """The message is not in the mailbox (any more); the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Counts:
    new: int
    old: int

    @property
    def total(self) -> int:
        return self.new + self.old


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: base name, flags and where it lies at this moment."""

    id: str
    flags: str
    path: str

    @property
    def new(self) -> bool:
        return "S" not in self.flags


def counts(mail_root: Path, user_id: int) -> Counts:
    entries = _entries(_maildir(mail_root, user_id))
    new = sum(entry.new for entry in entries.values())
    return Counts(new, len(entries) - new)


def messages(mail_root: Path, user_id: int) -> tuple[Message, ...]:
    """Every voicemail, oldest first. What vanishes while we look is left out."""
    found = []
    for entry in _entries(_maildir(mail_root, user_id)).values():
        try:
            found.append(_on_file(mail_root, user_id, entry.id, _headers))
        except MessageGone:
            continue
    return tuple(sorted(found, key=lambda message: (message.received, message.id)))


def audio(mail_root: Path, user_id: int, message_id: str) -> bytes:
    """The recording as a WAV file (8 kHz, mono). Raises MessageGone; ValueError without an attachment."""
    return attachment(_on_file(mail_root, user_id, message_id, lambda entry: Path(entry.path).read_bytes()))


def mark_heard(mail_root: Path, user_id: int, message_id: str) -> bool:
    folder = _maildir(mail_root, user_id)

    def mark(entry: Entry) -> bool:
        if entry.new or os.path.basename(os.path.dirname(entry.path)) == "new":
            flags = "".join(sorted({*entry.flags, "S"}))  # maildir(5): in ASCII order
            os.rename(entry.path, folder / "cur" / f"{entry.id}:2,{flags}")
        return True

    try:
        return _on_file(mail_root, user_id, message_id, mark)
    except MessageGone:
        return False


def mark_new(mail_root: Path, user_id: int, message_id: str) -> bool:
    folder = _maildir(mail_root, user_id)

    def mark(entry: Entry) -> bool:
        if not entry.new:
            flags = "".join(sorted({*entry.flags} - {"S"}))
            os.rename(entry.path, folder / "cur" / f"{entry.id}:2,{flags}")
        return True

    try:
        return _on_file(mail_root, user_id, message_id, mark)
    except MessageGone:
        return False


def delete(mail_root: Path, user_id: int, message_id: str) -> bool:
    """Idempotent: of callers racing for one message exactly one gets True."""

    def remove(entry: Entry) -> bool:
        os.unlink(entry.path)
        return True

    try:
        return _on_file(mail_root, user_id, message_id, remove)
    except MessageGone:
        return False


def clear(mail_root: Path, user_id: int) -> int:
    """Delete every voicemail; e-mail stays. Returns how many this caller removed."""
    return sum(delete(mail_root, user_id, entry.id) for entry in _entries(_maildir(mail_root, user_id)).values())


def remove(mail_root: Path, user_id: int) -> None:
    """The whole mailbox with its e-mail, of a user who is gone. Raises OSError; nothing there is fine."""
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(_maildir(mail_root, user_id).parent)


def deliver(mail_root: Path, voicemail: Voicemail, *, audio: bytes, key: str = "") -> str:
    """Store a message; returns its id. It appears in `new/` complete and on disk, or not at all.

    `key` names the recording: delivering the same key and `received` twice (a salvaged recording whose
    worker died just after delivering) yields one message. Raises OSError, e.g. ENOSPC.
    """
    if key and not _KEY.fullmatch(key):
        raise ValueError(f"The delivery key {key!r} may hold letters, digits, - and _ only.")
    folder = _maildir(mail_root, voicemail.user_id)
    _make(mail_root, folder)
    unique = key or f"M{time.time_ns() // 1000 % 1_000_000:06d}P{os.getpid()}Q{next(_serial)}"
    message_id = f"{int(voicemail.received.timestamp())}.{unique}{MARK}"
    if message_id in _entries(folder, hidden=True):
        return message_id
    _sweep(folder / "tmp")

    data = compose(voicemail, message_id=message_id, audio=audio)
    draft = folder / "tmp" / f"{message_id}.{os.getpid()}.{next(_serial)}"
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.rename(draft, folder / "new" / message_id)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    _sync(folder / "new")
    return message_id


# -- the folder --------------------------------------------------------------------------------------
def _maildir(mail_root: Path, user_id: int) -> Path:
    return mail_root / str(int(user_id)) / "Maildir"


def _make(mail_root: Path, folder: Path) -> None:
    for path in (mail_root, folder.parent, folder, folder / "tmp", folder / "cur", folder / "new"):
        if not path.is_dir():
            path.mkdir(mode=0o700, parents=path == mail_root, exist_ok=True)
            _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep(tmp: Path) -> None:
    limit = time.time() - STALE_SECONDS
    with os.scandir(tmp) as files:
        for file in files:
            try:
                if file.stat(follow_symlinks=False).st_mtime < limit:
                    os.unlink(file.path)
            except FileNotFoundError:
                continue


def _entries(folder: Path, *, hidden: bool = False) -> dict[str, Entry]:
    """Voicemails by id. First `new/`, then `cur/`, because messages move that way: one moving meanwhile
    is seen twice (the later sighting wins), never missed. A rename inside `cur/` may hide an entry from a
    listing that is under way, so the listing is repeated until the folder stood still."""
    found: dict[str, Entry] = {}
    for _ in range(ATTEMPTS):
        before = _stamps(folder)
        found = {}
        for part in ("new", "cur"):
            try:
                names = os.listdir(folder / part)
            except FileNotFoundError:
                continue  # no message was ever delivered
            for name in names:
                base, _, info = name.partition(":")
                flags = info[2:] if info.startswith("2,") else ""
                if base.endswith(MARK) and not base.startswith(".") and (hidden or "T" not in flags):
                    found[base] = Entry(base, flags, str(folder / part / name))
        if _stamps(folder) == before:
            break
    return found


def _stamps(folder: Path) -> tuple[int, ...]:
    try:
        return tuple(os.stat(folder / part).st_mtime_ns for part in ("new", "cur"))
    except FileNotFoundError:
        return ()


def _on_file(mail_root: Path, user_id: int, message_id: str, act: Callable[[Entry], T]) -> T:
    """Run `act` on the message's file, wherever another program has moved it meanwhile.

    An id from outside is only ever compared with names that exist, never made into a path."""
    folder = _maildir(mail_root, user_id)
    for _ in range(ATTEMPTS):
        entry = _entries(folder).get(message_id)
        if entry is None:
            break
        try:
            return act(entry)
        except FileNotFoundError:
            continue  # renamed or deleted since the listing
    raise MessageGone("That message is no longer in the mailbox.")


def _headers(entry: Entry) -> Message:
    with open(entry.path, "rb") as file:
        data = file.read(HEADERS_AT_MOST)
        changed = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
    return read_headers(data, message_id=entry.id, new=entry.new, fallback=changed)
