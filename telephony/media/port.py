"""MediaPort: what a session may ask of sound and calls, and what comes back, without saying who does it.

`pjsua.py` does it with real calls, `fake.py` with a clock and a script; tests/telephony/media/test_contract.py
holds both to the sentences below.

* A leg is one call, named by whoever begins it (`dial`) or by the port (`Incoming`). Verbs on a leg that is
  gone do nothing: the leg's `Ended` is on its way.
* One sound at a time: `play` and `tone` replace each other. `Played` comes only for a play that ran to its
  end; not after `hush`, a replacement, or one of its stop digits.
* `Recorded` comes once for every `record`, before the `Ended` of its leg.
* A digit pressed once is one `Digit`, whether it came by RFC 4733, by INFO or by both.
* Nothing happens inside a callback: events are collected and handed out by `poll`, verbs are called between
  polls. So a refusal is never sent from inside "incoming call" (which would abort pjsua 2.15).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from instance import Endpoint

RecordEnd = Literal["hangup", "digit", "silence", "limit", "stopped", "failed"]
ToneName = Literal["ringback", "busy", "beep"]


# -- events ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    leg: str
    lease: str  # the header X-Switchroom-Lease; "" without one
    instead: str = ""  # Call-ID of the leg whose place it takes (the header's parameter)
    source: Endpoint  # where the packet came from


@dataclass(frozen=True, slots=True, kw_only=True)
class Ringing:
    """A dialled leg rings: 180, or another provisional answer."""

    leg: str
    code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyMedia:
    """A dialled leg can be heard before it is answered (183 with SDP)."""

    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The leg talks: our 200 was acknowledged, or theirs arrived."""

    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The far side of a talking leg put us on hold (`on`), or takes the conversation up again."""

    leg: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred:
    """The far side of `leg` sent REFER, which was accepted: `new` is a leg that is being dialled to where it said (an
    address of the switch). Without a free leg, or to any other address, it is refused and nothing is reported."""

    leg: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What became of our REFER to the far side of `leg`: 200, it is connected with whom we named; else it is not."""

    leg: str
    code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The last event of a leg. `code` is the final SIP code, 200 after a conversation."""

    leg: str
    code: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """`ok` is false when the files could not be played (missing, not a WAV file of 8 kHz)."""

    leg: str
    ok: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Digit:
    leg: str
    digit: str  # one of 0-9 * # A-D


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A recording is closed. Times in seconds of recorded audio; `voice_until` is the end of the last voice
    heard. `failed` means that nothing usable lies at `path` (the disk is full, for instance)."""

    leg: str
    path: Path
    why: RecordEnd
    seconds: float
    voiced: float
    voice_until: float


PortEvent = Incoming | Ringing | EarlyMedia | Answered | Held | Referred | Handed | Ended | Played | Digit | Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRules:
    """When a recording ends by itself; seconds. `silence` 0: never for silence."""

    limit: float
    silence: float = 0.0  # without voice, after some was heard
    first_word: float = 0.0  # without any voice from the beginning
    stop_on: str = ""  # digits that end it


class MediaPort(Protocol):
    def poll(self, seconds: float) -> list[PortEvent]:
        """Let the engine work for at most `seconds`; returns at once when there is something."""

    def ring(self, leg: str) -> None: ...

    def early(self, leg: str) -> None:
        """183 with SDP: what is played or bridged is heard before the answer."""

    def answer(self, leg: str) -> None: ...

    def end(self, leg: str, code: int = 0, reason: str = "") -> None:
        """Hang up (BYE or CANCEL), or refuse an unanswered incoming leg with `code`."""

    def dial(self, leg: str, uri: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        """Begin a leg; a call that cannot be made comes back as `Ended` with a code."""

    def refer(self, leg: str, uri: str) -> None:
        """Ask the far side to call `uri` itself (RFC 3515); `Handed` tells how that ended."""

    def play(self, leg: str, files: tuple[Path, ...], stop_on: str = "") -> None:
        """Play WAV files one after the other; any digit of `stop_on` ends it."""

    def loop(self, leg: str, file: Path) -> None:
        """Play one file over and over until `hush`, `play`, `tone`, `bridge` or the end of the leg; no `Played`."""

    def tone(self, leg: str, tone: ToneName) -> None:
        """A tone until `hush`, `play` or the end of the leg. `beep` lasts half a second."""

    def hush(self, leg: str) -> None: ...

    def record(self, leg: str, path: Path, rules: RecordRules) -> None:
        """Record what the leg says: 8 kHz, 16 bit, mono WAV. One recording per leg at a time."""

    def stop_recording(self, leg: str) -> None: ...

    def bridge(self, one: str, other: str) -> None:
        """Both hear one another; digits are made anew for the other side (160 ms, queued)."""

    def level(self, leg: str) -> int:
        """Loudness of what the leg said in the last frame, logarithmic: 0 silence, 15 speech, 32 loud."""

    def legs(self) -> int: ...

    def leg_of(self, call_id: str) -> str:
        """The leg with this SIP Call-ID; "" when there is none."""

    def close(self) -> None:
        """Hang up everything and release addresses; the port is of no use afterwards."""
