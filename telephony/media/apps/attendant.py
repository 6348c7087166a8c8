"""An auto attendant (S26-01..S26-20): greeting, custom message and choices; the caller's keys; the connection.

    greeting -> menu <-> by name / directory / offer
                  |  ^
                  v  | nobody there
               connecting (onward.py) -> talking

The caller is answered at once and reaches people through the router and the switch: the far leg rings phones, ends
in a mailbox or goes to a queue as if its extension had been dialled. `*` says the choices again without the greeting
(S26-09), eight seconds without a key lead to the default extension (S26-05). Killed with its worker, the caller's call
ends; a person he talks to hears the end as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from telephony.calls.session import (
    CALLER,
    Answer,
    Begun,
    Command,
    Finish,
    HangUp,
    Play,
    Prepare,
    SessionEvent,
    Sound,
    Timeout,
    Wait,
)  # fmt: skip
from telephony.media.apps import onward, speech
from telephony.media.apps.onward import FAR, Onward
from telephony.media.port import Answered, Digit, Ended, Played
from telephony.messages.workers import AttendantApp, Listed
from telephony.numbers.attendant import Reading, Sense, read, spelled
from telephony.voice import Spoken, sentences

NO_KEY = 8.0  # seconds after the last prompt until the default extension is called (S26-05)
PAUSE = 3.0  # seconds that complete an entry (S26-20)
MISTAKES = 3  # wrong entries before the default extension, or the end (S26-20)
ROUNDS = 3  # times the choices are said to somebody who does nothing: once, and twice again (S26-05)
MOST_OFFERED = 8  # people of the same keys that are read out as a numbered choice
DIRECTORY_LIMIT = 50  # people; with more the directory is off (S26-04)
LONGEST_ENTRY = 24

ANY = "0123456789*#"
INVALID: tuple[Sound, ...] = ("pbx-invalid",)
GOODBYE: tuple[Sound, ...] = ("vm-goodbye",)
SORRY: tuple[Sound, ...] = ("sorry-youre-having-problems", "vm-goodbye")
LATER: tuple[Sound, ...] = ("please-try-call-later", "vm-goodbye")
NO_SUCH_NAME: tuple[Sound, ...] = ("dir-nomatch",)
OFFER: tuple[Sound, ...] = ("dir-instr",)  # "... press 1 now; otherwise press star now"
BUSY: tuple[Sound, ...] = ("vm-isonphone",)
NOBODY: tuple[Sound, ...] = ("vm-nobodyavail",)


class Attend:
    def __init__(self, app: AttendantApp) -> None:
        self.app = app
        self.state = "new"
        self.entry = ""
        self.rounds = 0
        self.mistakes = 0
        self.onward = Onward()
        self.offered: tuple[Listed, ...] = ()

    def on(self, event: SessionEvent, now: float) -> list[Command]:
        if self.onward.talk is not None:
            commands = self.onward.on(event)
            return [*commands, *self._over("the conversation ended")] if self.onward.over else commands
        if isinstance(event, Ended) and event.leg == CALLER:
            if self.onward.dialled:
                self.state = "ending"
                return [HangUp(FAR)]
            return self._over("the caller hung up")
        step = self._steps.get(self.state)
        return step(self, event, now) if step is not None else []

    def _over(self, reason: str) -> list[Command]:
        self.state = "over"
        return [Finish(reason)]

    # -- the beginning -------------------------------------------------------------------------------
    def _new(self, event: SessionEvent, now: float) -> list[Command]:
        if isinstance(event, Begun):
            return [Prepare(spoken_texts(self.app)), Answer()]
        return self._welcome() if isinstance(event, Answered) else []

    def _welcome(self) -> list[Command]:
        self.rounds = 1
        return self._say((*greeting(self.app), *choices(self.app)))

    def _say(self, sounds: Iterable[Sound]) -> list[Command]:
        """Play something in the menu; keys count from its first word."""
        self.state, self.entry = "menu", ""
        return [Play(tuple(sounds), stop_on=ANY), Wait(None)]

    # -- the menu ------------------------------------------------------------------------------------
    def _menu(self, event: SessionEvent, now: float) -> list[Command]:
        if isinstance(event, Played):
            return [Wait(NO_KEY)]
        if isinstance(event, Timeout):
            return self._complete() if self.entry else self._nothing_pressed()
        if not isinstance(event, Digit):
            return []
        return self._pressed(event.digit)

    def _pressed(self, key: str) -> list[Command]:
        if self.entry == "#":
            self.entry = ""
            return self._pound(key)
        if key == "#":
            if self.entry:
                return self._complete()
            self.entry = "#"
            return [Wait(PAUSE)]
        if key == "*":
            return self._say(choices(self.app))
        self.entry = (self.entry + key)[:LONGEST_ENTRY]
        found = self._read()
        if found.sense is Sense.READY:
            return self._connect(found.dial)
        if found.sense is Sense.WRONG:
            return self._end_or_wrong()
        return [Wait(PAUSE)]

    def _read(self) -> Reading:
        return read(self.entry, self.app.plan, self.app.shortcuts, speed_dials=self.app.speed_dials)

    def _pound(self, key: str) -> list[Command]:
        if key == "1" and by_name_on(self.app):
            return self._ask_name()
        if key == "2" and directory_on(self.app):
            return self._directory()
        return self._wrong()

    def _complete(self) -> list[Command]:
        """A pause, or #, after some keys."""
        if self.entry == "#":
            return self._wrong()
        found = self._read()
        if found.sense is Sense.PERHAPS:
            return self._connect(found.dial)
        return self._end_or_wrong()

    def _end_or_wrong(self) -> list[Command]:
        return self._leave(GOODBYE) if self.entry == "9" else self._wrong()

    def _wrong(self) -> list[Command]:
        self.mistakes += 1
        if self.mistakes >= MISTAKES:
            return self._give_up(SORRY)
        return self._say((*INVALID, *choices(self.app)))

    def _nothing_pressed(self) -> list[Command]:
        if self.app.default_extension:
            return self._connect(self.app.default_extension)
        if self.rounds < ROUNDS:
            self.rounds += 1
            return self._say(choices(self.app))
        return self._leave(GOODBYE)

    def _give_up(self, say: tuple[Sound, ...]) -> list[Command]:
        default, self.mistakes = self.app.default_extension, 0
        return self._connect(default) if default else self._leave(say)

    # -- dial by name (S26-08 #1) --------------------------------------------------------------------
    def _ask_name(self) -> list[Command]:
        self.state, self.entry = "name", ""
        which = {"first_or_last": "dir-firstlast", "last": "dir-last", "first": "dir-first"}[self.app.spell_by]
        return [Play(("dir-welcome", "dir-pls-enter", "digits/3", which, "dir-usingkeypad"), stop_on=ANY), Wait(None)]

    def _name(self, event: SessionEvent, now: float) -> list[Command]:
        if isinstance(event, Played):
            return [Wait(NO_KEY)]
        if isinstance(event, Timeout):
            return self._names() if self.entry else self._nothing_pressed()
        if not isinstance(event, Digit):
            return []
        if event.digit == "*":
            return self._say(choices(self.app))
        if event.digit == "#":
            return self._names() if self.entry else [Wait(NO_KEY)]
        self.entry = (self.entry + event.digit)[:LONGEST_ENTRY]
        return [Wait(PAUSE)] if self._found() else self._nobody_of_that_name()

    def _nobody_of_that_name(self) -> list[Command]:
        """Whoever spells on while this is said shall not be taken to have chosen something else."""
        self.mistakes += 1
        if self.mistakes >= MISTAKES:
            return self._give_up((*NO_SUCH_NAME, *SORRY))
        self.state = "unfound"
        return [Play(NO_SUCH_NAME), Wait(None)]

    def _unfound(self, event: SessionEvent, now: float) -> list[Command]:
        return self._ask_name() if isinstance(event, Played) else []

    def _found(self) -> tuple[Listed, ...]:
        return tuple(one for one in self.app.people if spelled(self.entry, names(one, self.app.spell_by)))

    def _names(self) -> list[Command]:
        """One person is offered; several as a numbered choice."""
        found = self._found()
        self.offered, self.entry = found[:MOST_OFFERED], ""
        self.state = "offer"
        if len(self.offered) == 1:
            return [Play((*person(self.offered[0]), *OFFER), stop_on=ANY), Wait(None)]
        sounds: list[Sound] = []
        for number, one in enumerate(self.offered, start=1):
            sounds += ["dir-multi1", f"digits/{number}", "dir-multi2", *person(one)]
        return [Play(tuple(sounds), stop_on=ANY), Wait(None)]

    def _offer(self, event: SessionEvent, now: float) -> list[Command]:
        if isinstance(event, Played):
            return [Wait(NO_KEY)]
        if isinstance(event, Timeout):
            return self._nothing_pressed()
        if not isinstance(event, Digit):
            return []
        if event.digit.isdigit() and 1 <= int(event.digit) <= len(self.offered):
            return self._connect(self.offered[int(event.digit) - 1].extension)
        return self._ask_name() if event.digit in "*#" else self._wrong()

    # -- the directory (S26-08 #2) -------------------------------------------------------------------
    def _directory(self) -> list[Command]:
        """Read out everybody; an extension may be entered at any time, as in the menu."""
        if not self.app.people:
            return self._say((sentences.NOT_IN_LIST, *choices(self.app)))
        sounds: list[Sound] = [sentences.DIRECTORY]
        for one in self.app.people:
            sounds += person(one)
        return self._say(sounds)

    # -- the connection ------------------------------------------------------------------------------
    def _connect(self, digits: str) -> list[Command]:
        self.state, self.entry = "connecting", ""
        return self.onward.begin(digits)

    def _connecting(self, event: SessionEvent, now: float) -> list[Command]:
        commands = self.onward.on(event)
        if (other := self.onward.take_attendant()) is not None:
            self.app, self.mistakes = other, 0
            return [*commands, Prepare(spoken_texts(self.app)), *self._welcome()]
        if (failed := self.onward.take_failure()) is None:
            return commands
        if failed.code == 0:
            return [*commands, *self._leave(LATER)]
        if failed.code == 403:
            return [*commands, *self._wrong()]
        return [*commands, *self._say((*(BUSY if failed.code in onward.BUSY else NOBODY), *choices(self.app)))]

    # -- the end -------------------------------------------------------------------------------------
    def _ending(self, event: SessionEvent, now: float) -> list[Command]:
        """The caller is gone; the far leg is being hung up."""
        return self._over("the caller hung up") if isinstance(event, Ended) else []

    def _leave(self, sounds: tuple[Sound, ...]) -> list[Command]:
        self.state = "leaving"
        return [Wait(None), Play(sounds)]

    def _leaving(self, event: SessionEvent, now: float) -> list[Command]:
        return [HangUp()] if isinstance(event, Played) else []

    _steps: dict[str, Callable[[Attend, SessionEvent, float], list[Command]]] = {
        "new": _new,
        "menu": _menu,
        "name": _name,
        "unfound": _unfound,
        "offer": _offer,
        "connecting": _connecting,
        "ending": _ending,
        "leaving": _leaving,
    }


# -- what is said ----------------------------------------------------------------------------------
def by_name_on(app: AttendantApp) -> bool:
    return app.dial_by_name


def directory_on(app: AttendantApp) -> bool:
    return app.directory and len(app.people) <= DIRECTORY_LIMIT


def recording(app: AttendantApp, name: str) -> str:
    return f"attendants/{app.number}/{name}"


def greeting(app: AttendantApp) -> tuple[Sound, ...]:
    """The schedule's greeting as recorded for this attendant, else the built-in one (S26-10)."""
    if str(app.greeting) in app.recordings:
        return (recording(app, str(app.greeting)),)
    return (sentences.WELCOME if app.open else sentences.WELCOME_CLOSED,)


def choices(app: AttendantApp) -> tuple[Sound, ...]:
    """Custom message and the selected prompts, in the order of the catalog (S26-09)."""
    said: list[Sound] = [recording(app, "c")] if "c" in app.recordings else []
    if app.dial_now_prompt:
        said.append(sentences.DIAL_IT_NOW)
    if by_name_on(app) and app.dial_by_name_prompt:
        said.append(sentences.DIAL_BY_NAME)
    if directory_on(app) and app.directory_prompt:
        said.append(sentences.DIAL_BY_DIRECTORY)
    if app.repeat_prompt:
        said.append(sentences.REPEAT_OPTIONS)
    if app.end_call_prompt and "9" not in app.shortcuts:  # S26-Q02
        said.append(sentences.END_CALL)
    return tuple(said)


def person(one: Listed) -> tuple[Sound, ...]:
    """ "Ann Meyer, extension 1 0 1." """
    return (Spoken(full_name(one)), "extension", *speech.digits(one.extension))


def full_name(one: Listed) -> str:
    return f"{one.first_name} {one.last_name}".strip() or one.extension


def names(one: Listed, spell_by: str) -> tuple[str, ...]:
    """What callers may spell: "Brown" and "Brown Tom" for the last name, the same the other way round for the first."""
    first, last = one.first_name, one.last_name
    by_last, by_first = (last + first,) if last else (), (first + last,) if first else ()
    return {"last": by_last, "first": by_first, "first_or_last": by_last + by_first}[spell_by]


def spoken_texts(app: AttendantApp) -> tuple[Spoken, ...]:
    """What the machine's voice may have to say in this attendant, most urgent first."""
    said = [sound for sound in (*greeting(app), *choices(app)) if isinstance(sound, Spoken)]
    listed = app.people if by_name_on(app) or directory_on(app) else ()
    return (*said, sentences.DIRECTORY, sentences.NOT_IN_LIST, *(Spoken(full_name(one)) for one in listed))
