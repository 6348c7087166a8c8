"""The words in which a session speaks: `(event, now) -> commands`, all plain values.

A session is one lease of a media worker: a caller leaving a message, two phones being connected. It owns no
socket, file or clock; `telephony/media/host.py` carries its commands out and feeds it what happened. Legs are
called by their part in the session ("caller", "first", "second"), sounds by their name in the prompt set.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from telephony.mailbox import Message, Voicemail
from telephony.media.port import (
    Answered,
    Digit,
    EarlyMedia,
    Ended,
    Handed,
    Held,
    Played,
    RecordEnd,
    Referred,
    Ringing,
    ToneName,
)  # fmt: skip
from telephony.messages.snapshot import Presence
from telephony.messages.workers import CallGranted, PinChecked, PinSet
from telephony.voice import Spoken

CALLER = "caller"
Sound = str | Path | Spoken  # a name of the prompt set, a WAV file, or a text the machine speaks


# -- events beside those of the port ---------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """First event. The caller's INVITE waits for an answer; sessions that only dial have no caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Another INVITE with the session's lease waits for an answer. `instead`: it takes the place of this leg, whose far
    side was transferred; "" for the second INVITE of a session that expects one."""

    leg: str = "second"
    instead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout:
    """The time of the last `Wait` is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A recording is closed and waits for `Deliver` or `Discard`. Seconds of audio, as in port.Recorded."""

    why: RecordEnd
    seconds: float
    voiced: float
    voice_until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    ok: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxSeen:
    """Answer to LookUp. `room` is false when the disk is full or the mailbox cannot be read; `recorded` are the
    owner's own greetings (telephony/voice/greetings.py)."""

    total: int = 0
    messages: tuple[Message, ...] = ()
    room: bool = True
    recorded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Answer to Fetch: the recording as a file; None when the message is gone or has no sound."""

    file: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundKept:
    """Answer to KeepSound."""

    ok: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PinAnswer:
    """Answer to AskPin; `checked` is None when the router cannot be asked."""

    checked: PinChecked | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PinChanged:
    """Answer to ChangePin; `answer` is None when the router cannot be asked."""

    answer: PinSet | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswer:
    """Answer to AskCall; `granted` is None when the router cannot be asked."""

    granted: CallGranted | None


SessionEvent = (
    Begun | Joined | Timeout | Kept | Delivered | MailboxSeen | Fetched | PinAnswer | PinChanged | CallAnswer
    | SoundKept | Ringing | EarlyMedia | Answered | Held | Referred | Handed | Ended | Played | Digit
)  # fmt: skip


# -- commands --------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Answer:
    leg: str = CALLER


@dataclass(frozen=True, slots=True)
class Ring:
    """Tell the caller that somebody is being called (180)."""

    leg: str = CALLER


@dataclass(frozen=True, slots=True)
class Early:
    """Let the caller hear something before he is answered (183 with SDP)."""

    leg: str = CALLER


@dataclass(frozen=True, slots=True)
class HangUp:
    leg: str = CALLER
    code: int = 0  # when it was not answered
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Play:
    sounds: tuple[Sound, ...]
    stop_on: str = ""
    leg: str = CALLER


@dataclass(frozen=True, slots=True)
class Tone:
    tone: ToneName
    leg: str = CALLER


@dataclass(frozen=True, slots=True)
class Music:
    """Hold music until Hush, Play, Tone or Bridge."""

    leg: str


@dataclass(frozen=True, slots=True)
class Hush:
    leg: str = CALLER


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Record the caller; `voicemail` lies beside the sound, so that it survives the worker."""

    voicemail: Voicemail
    limit: float
    silence: float = 0.0
    first_word: float = 0.0
    stop_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """Put the kept recording into its mailbox, cut after `keep` seconds. `retry`: the caller is gone and cannot
    be told of a failure, so try again later."""

    keep: float
    retry: bool = False


@dataclass(frozen=True, slots=True)
class Discard:
    """Throw the kept recording away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSound:
    """Record the caller for the prompt set; answered by Kept, then PlayBack, KeepSound or Discard."""

    limit: float
    stop_on: str = "#"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayBack:
    """Let the caller hear what RecordSound recorded, then `after`."""

    after: tuple[Sound, ...]
    stop_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepSound:
    """Put it into the prompt set under this name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoosePresence:
    """The caller, whose PIN was right, is now somewhere else."""

    user_id: int
    presence: Presence


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    leg: str
    user: str  # user part of the request URI
    token: str


@dataclass(frozen=True, slots=True)
class Refer:
    """Ask the far side of a leg to call `uri` itself; `Handed` tells how that ended."""

    leg: str
    uri: str


@dataclass(frozen=True, slots=True)
class Bridge:
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Wait:
    """One timer per session: a new one replaces it, None stops it. Seconds."""

    seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPin:
    extension: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePin:
    """The person who is logged in wants this PIN; `PinChanged` answers."""

    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskCall:
    """May the caller reach these digits? Answered by CallAnswer."""

    digits: str


@dataclass(frozen=True, slots=True)
class Prepare:
    """Have these texts spoken beforehand, where nobody did yet; not answered."""

    texts: tuple[Spoken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    user_id: int
    headers: bool = True  # False: the total is enough


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    user_id: int
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkHeard:
    user_id: int
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    user_id: int
    message_id: str


@dataclass(frozen=True, slots=True)
class Report:
    """Tell the router how far a dialled leg is."""

    leg: Literal["first", "second", "far"]
    state: Literal["ringing", "answered", "ended"]
    code: int = 0


@dataclass(frozen=True, slots=True)
class Finish:
    """The session is over: what is left of its legs is hung up."""

    reason: str = ""


Command = (
    Answer | Ring | Early | HangUp | Play | Tone | Music | Hush | Record | Deliver | Discard | RecordSound
    | PlayBack | KeepSound | ChoosePresence | Dial | Refer | Bridge | Wait
    | AskPin | ChangePin | AskCall | Prepare | LookUp | Fetch | MarkHeard | Remove | Report | Finish
)  # fmt: skip


class Session(Protocol):
    def on(self, event: SessionEvent, now: float) -> list[Command]:
        """`now` is Unix time. Must end in a `Finish`, whatever happens, once every leg has ended."""
