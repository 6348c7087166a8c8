"""A person's own recordings: one greeting per presence (S01-10), and the spoken name.

Each is a sound of the prompt set, "greetings/<user id>/<name>", so a media worker plays it like any other; where there
is none the built-in words are said.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from telephony.messages.snapshot import Presence

NAME = "name"
RECORDINGS: tuple[str, ...] = (*(presence.value for presence in Presence), NAME)
LONGEST = {NAME: 10.0}  # seconds
LONGEST_GREETING = 120.0


def sound(user_id: int, name: str) -> str:
    """Its name in the prompt set."""
    return f"greetings/{user_id}/{name}"


def file(prompts: Path, user_id: int, name: str) -> Path:
    """`prompts` is the folder of a language: `<media>/prompts/en`."""
    assert name in RECORDINGS, name
    return prompts / f"{sound(user_id, name)}.wav"


def recorded(prompts: Path, user_id: int) -> frozenset[str]:
    try:
        found = {path.stem for path in (prompts / "greetings" / str(user_id)).glob("*.wav")}
    except OSError:
        return frozenset()
    return frozenset(found & set(RECORDINGS))


def keep(target: Path, wav: bytes) -> None:
    """Complete and on disk, or as before. Raises OSError."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(wav)
            out.flush()
            os.fsync(out.fileno())
        os.replace(fresh, target)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(fresh)
        raise


def forget(prompts: Path, user_id: int) -> None:
    """Of a user who is gone."""
    shutil.rmtree(prompts / "greetings" / str(user_id), ignore_errors=True)
