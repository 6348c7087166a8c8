"""The worker's paperwork: everything that touches the disk runs on one thread beside the call loop, because an
fsync may take longer than a phone waits. Results come back to the loop with `drain`.
"""

from __future__ import annotations

import io
import logging
import os
import queue
import wave
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeVar

from telephony import mailbox
from telephony.calls.session import Delivered, Fetched, MailboxSeen, SoundKept
from telephony.media import spool
from telephony.media.recording import remove
from telephony.voice import greetings

log = logging.getLogger(__name__)
T = TypeVar("T")

ROOM = 32 * 1024 * 1024  # bytes that must be free before we begin to record


class Desk(Protocol):
    def submit(self, job: Callable[[], T], then: Callable[[T], None]) -> None:
        """Run `job` elsewhere and `then(result)` in the loop. A job never raises."""

    def drain(self) -> None: ...

    def close(self) -> None:
        """Wait for what was begun."""


class ThreadDesk:
    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk")
        self._done: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def submit(self, job: Callable[[], T], then: Callable[[T], None]) -> None:
        def run() -> None:
            try:
                result = job()
            except Exception:
                log.exception("desk.job_failed")
                return
            self._done.put(lambda: then(result))

        self._pool.submit(run)

    def drain(self) -> None:
        while True:
            try:
                act = self._done.get_nowait()
            except queue.Empty:
                return
            act()

    def close(self) -> None:
        self._pool.shutdown(wait=True)
        self.drain()


# -- the jobs ----------------------------------------------------------------------------------------
def look_up(mail_root: Path, prompts: Path, user_id: int, *, headers: bool) -> MailboxSeen:
    recorded = greetings.recorded(prompts, user_id)
    try:
        disk = os.statvfs(mail_root if mail_root.exists() else mail_root.parent)
        room = disk.f_bavail * disk.f_frsize >= ROOM
        if not headers:
            total = mailbox.counts(mail_root, user_id).total
            return MailboxSeen(total=total, room=room, recorded=recorded)
        messages = mailbox.messages(mail_root, user_id)
        return MailboxSeen(total=len(messages), messages=messages, room=room, recorded=recorded)
    except OSError as error:
        log.error("mailbox.unreadable user=%d error=%s", user_id, error)
        return MailboxSeen(room=False, recorded=recorded)


def keep_sound(said: Path, target: Path) -> SoundKept:
    """What the caller recorded becomes a sound of the prompt set."""
    try:
        greetings.keep(target, said.read_bytes())
    except OSError as error:
        log.error("sound.not_kept target=%s error=%s", target, error)
        return SoundKept(ok=False)
    finally:
        remove(said)
    return SoundKept(ok=True)


def deliver(item: spool.Item, mail_root: Path, *, keep: float, retry: bool) -> Delivered:
    """`retry`: nobody can be told of a failure any more, so it stays for `salvage`."""
    try:
        spool.deliver(item, mail_root, keep=keep)
    except OSError as error:
        log.error("voicemail.not_stored user=%d error=%s", item.voicemail.user_id, error)
        if retry:
            spool.release(item)
        else:
            spool.discard(item)
        return Delivered(ok=False)
    return Delivered(ok=True)


def fetch(mail_root: Path, user_id: int, message_id: str, file: Path) -> Fetched:
    """Write the message's sound to `file`, if it is what the bridge plays: 8 kHz, 16 bit, mono."""
    try:
        data = mailbox.audio(mail_root, user_id, message_id)
        with wave.open(io.BytesIO(data)) as sound:
            if (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) != (8000, 2, 1):
                raise ValueError("not 8 kHz, 16 bit, mono")
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(data)
    except mailbox.MessageGone:
        return Fetched(file=None)
    except (OSError, ValueError, EOFError, wave.Error) as error:
        log.error("mailbox.unplayable user=%d message=%s error=%s", user_id, message_id, error)
        remove(file)
        return Fetched(file=None)
    return Fetched(file=file)
