"""A new PIN by telephone, said twice: because it must be changed (S08-08, A-021) or because its owner wants to.

new PIN --8 digits or #--> again --the same--> asked of the router --yes--> done, `changed`
   ^  not 4 to 8 digits      |  another one          | the old one, or the one every new user has
   +-------------------------+-----------------------+    (three tries in all)
"""

from __future__ import annotations

from dataclasses import dataclass

from telephony.calls.session import ChangePin, Command, Hush, PinChanged, Play, SessionEvent, Sound, Timeout, Wait
from telephony.media.port import Digit, Played
from telephony.numbers import pin
from telephony.voice import sentences

ANY = "0123456789*#"
TRIES = 3
PAUSE = 4.0  # seconds after the last digit that complete an entry
FIRST_DIGIT = 10.0
ANSWER_WITHIN = 4.0  # seconds for the router
NEW: tuple[Sound, ...] = ("vm-newpassword",)
AGAIN: tuple[Sound, ...] = ("vm-reenterpassword",)
MISMATCH: tuple[Sound, ...] = ("vm-mismatch",)
INVALID: tuple[Sound, ...] = ("vm-invalid-password",)
LATER: tuple[Sound, ...] = ("please-try-call-later",)
DONE: tuple[Sound, ...] = (sentences.PIN_CHANGED,)


@dataclass(slots=True)
class NewPin:
    user_id: int
    done: bool = False
    changed: bool = False
    state: str = "new"
    entry: str = ""
    first: str = ""
    tries: int = 0

    def begin(self) -> list[Command]:
        return self._ask()

    def _ask(self, before: tuple[Sound, ...] = ()) -> list[Command]:
        self.state, self.entry, self.first = "new", "", ""
        return [Play((*before, *NEW), stop_on=ANY), Wait(None)]

    def on(self, event: SessionEvent) -> list[Command]:
        match self.state:
            case "new" | "again":
                return self._entering(event)
            case "asking":
                return self._answer(event)
        if isinstance(event, Played):  # "ending": the last sentence was said
            self.done = True
        return []

    def _entering(self, event: SessionEvent) -> list[Command]:
        if isinstance(event, Played):
            return [Wait(FIRST_DIGIT)]
        if isinstance(event, Timeout):
            return self._entered()
        if not isinstance(event, Digit):
            return []
        if event.digit == "#":
            return self._entered()
        if event.digit == "*":
            return self._ask()
        self.entry = (self.entry + event.digit)[: pin.LONGEST + 1]
        return [Wait(PAUSE)]

    def _entered(self) -> list[Command]:
        entry, self.entry = self.entry, ""
        if self.state == "new":
            if not pin.fits(entry):
                return self._wrong(INVALID)
            self.state, self.first = "again", entry
            return [Play(AGAIN, stop_on=ANY), Wait(None)]
        if entry != self.first:
            return self._wrong(MISMATCH)
        self.state = "asking"
        return [Hush(), ChangePin(pin=entry), Wait(ANSWER_WITHIN)]

    def _wrong(self, said: tuple[Sound, ...]) -> list[Command]:
        self.tries += 1
        return self._end(said) if self.tries >= TRIES else self._ask(said)

    def _answer(self, event: SessionEvent) -> list[Command]:
        if isinstance(event, Timeout) or (isinstance(event, PinChanged) and event.answer is None):
            return self._end(LATER)
        if not isinstance(event, PinChanged) or event.answer is None:
            return []
        if not event.answer.ok:
            return self._wrong(INVALID)
        self.changed = True
        return self._end(DONE)

    def _end(self, said: tuple[Sound, ...]) -> list[Command]:
        self.state = "ending"
        return [Play(said), Wait(None)]
