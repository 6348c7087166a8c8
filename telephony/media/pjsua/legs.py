"""What the port remembers of a leg and of a recording."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from telephony.media.digits import DigitFilter, DigitQueue
from telephony.media.port import Ended, Recorded, RecordEnd, RecordRules
from telephony.media.recording import VoiceWatch, seconds_on_disk


@dataclass(slots=True)
class Recording:
    recorder: Any
    path: Path
    rules: RecordRules
    watch: VoiceWatch
    began: float = 0.0  # monotonic; 0 until there is audio
    why: RecordEnd | None = None
    elapsed: float = 0.0
    close_by: float = 0.0


@dataclass(slots=True)
class Leg:
    name: str
    call: Any  # None once DISCONNECTED
    dialled: bool
    talking: bool = False  # audio is active
    confirmed: bool = False
    early: bool = False
    held: bool = False  # by the far side
    source: Any = None  # the player or tone generator heard by the leg
    serial: int = 0  # of that source: a late end-of-file of an older one is no end of this one
    stop_on: str = ""
    recording: Recording | None = None
    peer: str = ""
    filter: DigitFilter = field(default_factory=DigitFilter)
    to_send: DigitQueue = field(default_factory=DigitQueue)
    looked: float = 0.0
    ended: Ended | None = None


def outcome(leg: str, recording: Recording) -> Recorded:
    """What became of a recording; a file much shorter than the time that passed was cut by a full disk."""
    seconds = seconds_on_disk(recording.path)
    why = recording.why or "stopped"
    if seconds < 0.8 * recording.elapsed - 1.0:
        why = "failed"
    watch = recording.watch
    return Recorded(
        leg=leg, path=recording.path, why=why, seconds=seconds, voiced=watch.voiced, voice_until=watch.voice_until
    )
