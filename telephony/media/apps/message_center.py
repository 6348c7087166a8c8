"""The Message Center (A-010, A-011): log in with extension and PIN, hear, save and delete messages.

Works with the database and Redis away: PINs are checked by the router, messages lie in the Maildir.
Keys while messages are heard (the recorded prompts name them): 1 or 5 replay, 4 previous, 6 next, 7 delete,
9 save, * help, 0 the main menu, # leave. The main menu follows after the last message: 1 messages, 3 presence,
8 PIN (new_pin.py), 9 greetings (menus.py). Who must change his PIN hears nothing before he has (A-021).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime

from telephony.calls.session import (
    Answer,
    AskPin,
    Begun,
    Command,
    Fetch,
    Fetched,
    Finish,
    HangUp,
    Hush,
    LookUp,
    MailboxSeen,
    MarkHeard,
    PinAnswer,
    Play,
    Remove,
    SessionEvent,
    Sound,
    Timeout,
    Wait,
)  # fmt: skip
from telephony.mailbox import Message
from telephony.media.apps import speech
from telephony.media.apps.menus import GreetingsMenu, Menu, PresenceMenu
from telephony.media.apps.new_pin import NewPin
from telephony.media.port import Answered, Digit, Ended, Played
from telephony.messages.workers import MessageCenter
from telephony.voice import sentences

TRIES = 3  # wrong entries before we hang up; the router's lock-out counts across calls
ENTRY_PAUSE = 3.0  # seconds after the last digit that complete an entry without "#"
FIRST_DIGIT = 8.0  # seconds to wait for the first digit, or for a key after the menu
REPEATS = 2  # times the menu is said again before we hang up
PIN_WITHIN = 4.0  # seconds for the router's answer
ENTRY_LENGTH = 24  # digits kept of one entry; nobody's PIN is longer

ANY = "0123456789*#"
ASK_EXTENSION: tuple[Sound, ...] = ("vm-extension", "vm-then-pound")
ASK_PIN: tuple[Sound, ...] = ("agent-pass",)
WRONG: tuple[Sound, ...] = ("vm-incorrect",)
GOODBYE: tuple[Sound, ...] = ("vm-goodbye",)
SORRY: tuple[Sound, ...] = ("sorry-youre-having-problems",)
LATER: tuple[Sound, ...] = ("please-try-call-later", "vm-goodbye")
MENU: tuple[Sound, ...] = ("vm-repeat", "vm-next", "vm-delete", "vm-savemessage", "vm-helpexit")
MENUS: dict[str, Callable[[int], Menu]] = {"3": PresenceMenu, "8": NewPin, "9": GreetingsMenu}


class HearMessages:
    def __init__(self, app: MessageCenter) -> None:
        self.app = app
        self.state = "new"
        self.extension = app.extension
        self.entry = ""
        self.tries = 0
        self.idle = 0
        self.user_id = 0
        self.messages: list[Message] = []
        self.at = 0  # index of the current message
        self.menu: Menu | None = None
        self.new_pin: NewPin | None = None  # one that has to be chosen before anything else

    def on(self, event: SessionEvent, now: float) -> list[Command]:
        if isinstance(event, Ended):
            self.state = "over"
            return [Finish("the caller hung up")]
        step = self._steps.get(self.state)
        return step(self, event, now) if step is not None else []

    def _new(self, event: SessionEvent, now: float) -> list[Command]:
        if isinstance(event, Begun):
            return [Answer()]
        return self._ask() if isinstance(event, Answered) else []

    # -- logging in --------------------------------------------------------------------------------
    def _ask(self, before: tuple[Sound, ...] = ()) -> list[Command]:
        self.entry = ""
        self.state = "pin" if self.extension else "extension"
        prompt = ASK_PIN if self.extension else ASK_EXTENSION
        return [Play((*before, *prompt), stop_on=ANY), Wait(None)]

    def _entering(self, event: SessionEvent, now: float) -> list[Command]:
        if isinstance(event, Played):
            return [Wait(FIRST_DIGIT)]
        if isinstance(event, Timeout):
            return self._entered() if self.entry else self._wrong(())
        if not isinstance(event, Digit):
            return []
        if event.digit == "#":
            return self._entered() if self.entry else []
        if event.digit == "*":
            return self._ask()  # a mistyped entry begins anew
        self.entry = (self.entry + event.digit)[:ENTRY_LENGTH]
        if self.state == "extension" and len(self.entry) == self.app.extension_digits:
            return self._entered()
        return [Wait(ENTRY_PAUSE)]

    def _entered(self) -> list[Command]:
        entry, self.entry = self.entry, ""
        if self.state == "extension":
            self.extension = entry
            return self._ask()
        self.state = "checking"
        return [Hush(), AskPin(extension=self.extension, pin=entry), Wait(PIN_WITHIN)]

    def _checking(self, event: SessionEvent, now: float) -> list[Command]:
        if isinstance(event, Timeout):
            return self._goodbye(LATER)
        if not isinstance(event, PinAnswer):
            return []
        checked = event.checked
        if checked is None:
            return self._goodbye(LATER)
        if checked.locked:
            return self._goodbye((*WRONG, *SORRY))
        if not checked.ok:
            return self._wrong(WRONG)
        self.user_id = checked.user_id
        if checked.require_change:  # S08-08: nothing is heard before
            self.new_pin = NewPin(self.user_id)
            self.state = "renewing"
            return self.new_pin.begin()
        return self._look()

    def _renewing(self, event: SessionEvent, now: float) -> list[Command]:
        assert self.new_pin is not None
        commands = self.new_pin.on(event)
        if not self.new_pin.done:
            return commands
        return self._look() if self.new_pin.changed else self._goodbye(GOODBYE)

    def _look(self) -> list[Command]:
        self.state = "looking"
        return [LookUp(user_id=self.user_id), Wait(PIN_WITHIN)]

    def _wrong(self, say: tuple[Sound, ...]) -> list[Command]:
        self.tries += 1
        if self.tries >= TRIES:
            return self._goodbye((*say, *SORRY))
        self.extension = self.app.extension
        return self._ask(say)

    # -- the messages ------------------------------------------------------------------------------
    def _looking(self, event: SessionEvent, now: float) -> list[Command]:
        if isinstance(event, Timeout):
            return self._goodbye(LATER)
        if not isinstance(event, MailboxSeen):
            return []
        new = [message for message in event.messages if message.new]
        old = [message for message in event.messages if not message.new]
        self.messages = [*new, *old]
        self.at = 0
        if not self.messages:
            return self._main(("vm-youhave", "vm-no", "vm-messages"))
        self.state = "counting"
        return [Play(counted(len(new), len(old)), stop_on=ANY), Wait(None)]

    def _counting(self, event: SessionEvent, now: float) -> list[Command]:
        if isinstance(event, Played):
            return self._fetch()
        if isinstance(event, Digit):
            return self._goodbye(GOODBYE) if event.digit == "#" else self._fetch()
        return []

    def _fetch(self, before: tuple[Sound, ...] = ()) -> list[Command]:
        """Bring the current message; `before` was said about the one just left."""
        if not 0 <= self.at < len(self.messages):
            return self._main((*before, "vm-nomore"))
        self.state = "fetching"
        self.before = before
        return [Fetch(user_id=self.user_id, message_id=self.messages[self.at].id), Wait(FIRST_DIGIT)]

    def _fetching(self, event: SessionEvent, now: float) -> list[Command]:
        if isinstance(event, Timeout):
            return self._goodbye(LATER)
        if not isinstance(event, Fetched):
            return []
        if event.file is None:  # deleted meanwhile by browser or mail program
            del self.messages[self.at]
            return self._fetch(self.before)
        self.idle = 0
        self.state = "hearing"
        message = self.messages[self.at]
        sounds: list[Sound] = [*self.before, *self._place(), *envelope(message, now), event.file]
        heard = MarkHeard(user_id=self.user_id, message_id=message.id)
        return [Play(tuple(sounds), stop_on=ANY), Wait(None), *([heard] if message.new else [])]

    def _place(self) -> tuple[Sound, ...]:
        if len(self.messages) == 1:
            return ()
        if self.at == 0:
            return ("vm-first", "vm-message")
        return ("vm-last", "vm-message") if self.at == len(self.messages) - 1 else ()

    def _hearing(self, event: SessionEvent, now: float) -> list[Command]:
        """While a message or the menu is played, and while a key is awaited."""
        if isinstance(event, Played) and self.state == "hearing":
            self.state = "menu"
            return [Play(MENU, stop_on=ANY), Wait(None)]
        if isinstance(event, Played):
            return [Wait(FIRST_DIGIT)]
        if isinstance(event, Timeout):
            self.idle += 1
            return self._goodbye(GOODBYE) if self.idle > REPEATS else [Play(MENU, stop_on=ANY), Wait(None)]
        return self._key(event.digit) if isinstance(event, Digit) else []

    def _key(self, key: str) -> list[Command]:
        if key in "15":
            return self._fetch()
        if key == "6":
            return self._next()
        if key == "9":
            return self._next(("vm-message", "vm-saved"))
        if key == "4":
            self.at = max(0, self.at - 1)
            return self._fetch()
        if key == "7":
            gone = self.messages.pop(self.at)
            return [Remove(user_id=self.user_id, message_id=gone.id), *self._fetch(("vm-deleted",))]
        if key == "#":
            return self._goodbye(GOODBYE)
        if key == "0":
            return self._main()
        self.state = "menu"
        wrong: tuple[Sound, ...] = () if key == "*" else ("pm-invalid-option",)
        return [Play((*wrong, *MENU), stop_on=ANY), Wait(None)]

    def _next(self, before: tuple[Sound, ...] = ()) -> list[Command]:
        self.at += 1
        return self._fetch(before)

    # -- the main menu and what it leads to ----------------------------------------------------------
    def _main(self, before: tuple[Sound, ...] = ()) -> list[Command]:
        self.state = "main"
        return [Play((*before, sentences.MAIN_MENU), stop_on=ANY), Wait(None)]

    def _choosing(self, event: SessionEvent, now: float) -> list[Command]:
        if isinstance(event, Played):
            return [Wait(FIRST_DIGIT)]
        if isinstance(event, Timeout):
            self.idle += 1
            return self._goodbye(GOODBYE) if self.idle > REPEATS else self._main()
        if not isinstance(event, Digit):
            return []
        self.idle = 0
        if event.digit == "#":
            return self._goodbye(GOODBYE)
        if event.digit == "1":
            self.state = "looking"
            return [Hush(), LookUp(user_id=self.user_id), Wait(PIN_WITHIN)]
        if event.digit in MENUS:
            self.menu = MENUS[event.digit](self.user_id)
            self.state = "within"
            return self.menu.begin()
        return self._main(() if event.digit == "*" else ("pm-invalid-option",))

    def _within(self, event: SessionEvent, now: float) -> list[Command]:
        assert self.menu is not None
        commands = self.menu.on(event)
        if not self.menu.done:
            return commands
        self.menu = None
        said = next((command.sounds for command in commands if isinstance(command, Play)), ())
        return [*(one for one in commands if not isinstance(one, Play)), *self._main(said)]

    def _goodbye(self, sounds: tuple[Sound, ...]) -> list[Command]:
        self.state = "leaving"
        return [Wait(None), Play(sounds)]

    def _leaving(self, event: SessionEvent, now: float) -> list[Command]:
        return [HangUp()] if isinstance(event, Played) else []

    before: tuple[Sound, ...] = ()
    _steps: dict[str, Callable[[HearMessages, SessionEvent, float], list[Command]]] = {
        "new": _new,
        "extension": _entering,
        "pin": _entering,
        "checking": _checking,
        "renewing": _renewing,
        "looking": _looking,
        "counting": _counting,
        "fetching": _fetching,
        "hearing": _hearing,
        "menu": _hearing,
        "main": _choosing,
        "within": _within,
        "leaving": _leaving,
    }


def counted(new: int, old: int) -> tuple[Sound, ...]:
    """ "You have 2 new and 1 old messages." """
    parts: list[Sound] = ["vm-youhave"]
    if new:
        parts += [*speech.number(new), "vm-INBOX"]
    if new and old:
        parts.append("vm-and")
    if old:
        parts += [*speech.number(old), "vm-Old"]
    parts.append("vm-message" if (old or new) == 1 else "vm-messages")
    return tuple(parts)


def envelope(message: Message, now: float) -> tuple[Sound, ...]:
    """Who called, and when, in the box's time zone."""
    sounds = list(speech.caller(message.from_number))
    with contextlib.suppress(ValueError, OverflowError):  # a date that no clock shows is not said
        local = message.received.astimezone()
        sounds += ["vm-received", *speech.date_and_time(local, datetime.fromtimestamp(now).astimezone())]
    return tuple(sounds)
