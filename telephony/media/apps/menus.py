"""Menus of the Message Center beside the messages: greetings and name (9), presence (3).

A menu is a small session within the session: events in, commands out, `done` when it hands back to the main menu.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from telephony.calls.session import (
    ChoosePresence,
    Command,
    Discard,
    KeepSound,
    Kept,
    Play,
    PlayBack,
    RecordSound,
    SessionEvent,
    Sound,
    SoundKept,
    Timeout,
    Wait,
)  # fmt: skip
from telephony.media.port import Digit, Played
from telephony.messages.snapshot import Presence
from telephony.voice import greetings, sentences

ANY = "0123456789*#"
NO_KEY = 8.0  # seconds after a prompt
BEEP: tuple[Sound, ...] = ("beep",)
INVALID: tuple[Sound, ...] = ("pm-invalid-option",)
SAVED: tuple[Sound, ...] = ("vm-msgsaved",)
FAILED: tuple[Sound, ...] = ("vm-sorry", "please-try-call-later")
PRESENCES = tuple(Presence)  # keys 1 to 7, in the order of the manual


class Menu(Protocol):
    done: bool

    def begin(self) -> list[Command]: ...

    def on(self, event: SessionEvent) -> list[Command]: ...


@dataclass(slots=True)
class PresenceMenu:
    """1 to 7 choose; the new presence counts for the next call."""

    user_id: int
    done: bool = False

    def begin(self) -> list[Command]:
        return [Play((sentences.PRESENCE_MENU,), stop_on=ANY), Wait(None)]

    def on(self, event: SessionEvent) -> list[Command]:
        if isinstance(event, Played):
            return [Wait(NO_KEY)]
        if isinstance(event, Timeout):
            self.done = True
            return []
        if not isinstance(event, Digit):
            return []
        if event.digit in "*#":
            self.done = True
            return []
        if event.digit not in "1234567":
            return [Play((*INVALID, sentences.PRESENCE_MENU), stop_on=ANY), Wait(None)]
        chosen = PRESENCES[int(event.digit) - 1]
        self.done = True
        return [
            ChoosePresence(user_id=self.user_id, presence=chosen),
            Play((sentences.PRESENCE_IS[chosen], *SAVED), stop_on=ANY),
        ]


@dataclass(slots=True)
class GreetingsMenu:
    """1 to 7: the greeting of a presence; 8: the name. Then speak, #, and 1 keeps, 2 records again, * forgets it.
    Hanging up before 1 keeps what was there before."""

    user_id: int
    done: bool = False
    state: str = "choosing"
    name: str = ""
    _steps: dict[str, Callable[[GreetingsMenu, SessionEvent], list[Command]]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._steps = {
            "choosing": GreetingsMenu._choosing,
            "announcing": GreetingsMenu._announcing,
            "recording": GreetingsMenu._recording,
            "deciding": GreetingsMenu._deciding,
            "keeping": GreetingsMenu._keeping,
        }

    def begin(self, before: tuple[Sound, ...] = ()) -> list[Command]:
        self.state = "choosing"
        return [Play((*before, sentences.GREETINGS_MENU), stop_on=ANY), Wait(None)]

    def on(self, event: SessionEvent) -> list[Command]:
        return self._steps[self.state](self, event)

    def _choosing(self, event: SessionEvent) -> list[Command]:
        if isinstance(event, Played):
            return [Wait(NO_KEY)]
        if isinstance(event, Timeout) or (isinstance(event, Digit) and event.digit in "*#"):
            self.done = True
            return []
        if not isinstance(event, Digit):
            return []
        if event.digit not in "12345678":
            return self.begin(INVALID)
        self.name = greetings.NAME if event.digit == "8" else PRESENCES[int(event.digit) - 1].value
        return self._announce()

    def _announce(self) -> list[Command]:
        self.state = "announcing"
        which = sentences.NAME_FOLLOWS if self.name == greetings.NAME else sentences.GREETING_OF[Presence(self.name)]
        return [Play((which, sentences.RECORD_NOW, *BEEP)), Wait(None)]

    def _announcing(self, event: SessionEvent) -> list[Command]:
        if not isinstance(event, Played):
            return []
        self.state = "recording"
        return [RecordSound(limit=greetings.LONGEST.get(self.name, greetings.LONGEST_GREETING))]

    def _recording(self, event: SessionEvent) -> list[Command]:
        if not isinstance(event, Kept):
            return []
        if event.why == "failed" or event.seconds < 0.5:
            return [Discard(), *self.begin(FAILED if event.why == "failed" else ("vm-tooshort",))]
        self.state = "deciding"
        return [PlayBack(after=(sentences.KEEP_OR_AGAIN,), stop_on=ANY), Wait(None)]

    def _deciding(self, event: SessionEvent) -> list[Command]:
        if isinstance(event, Played):
            return [Wait(NO_KEY)]
        if isinstance(event, Timeout):
            return [PlayBack(after=(sentences.KEEP_OR_AGAIN,), stop_on=ANY), Wait(None)]
        if not isinstance(event, Digit):
            return []
        if event.digit == "1":
            self.state = "keeping"
            return [KeepSound(name=greetings.sound(self.user_id, self.name)), Wait(None)]
        if event.digit == "2":
            return [Discard(), *self._announce()]
        if event.digit in "*#":
            return [Discard(), *self.begin()]
        return [Play((*INVALID, sentences.KEEP_OR_AGAIN), stop_on=ANY), Wait(None)]

    def _keeping(self, event: SessionEvent) -> list[Command]:
        return self.begin(SAVED if event.ok else FAILED) if isinstance(event, SoundKept) else []
