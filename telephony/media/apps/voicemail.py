"""A caller leaves a message (A-009, S09-07..S09-12): greeting, tone, recording, thanks.

    looking -> greeting -> tone -> recording -> keeping -> goodbye
       |           |        |          |          |
       |           +--- 0 --+----------+----------+--> the operator (onward.py)
       +---- mailbox full, disk full -> apology

The caller may hang up in any state. What he said so far is kept if it is long enough to be a message, also when he
presses 0 for the operator (S09-11). A presence may take no message (S09-30): then the greeting is all there is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from telephony.calls.session import (
    Answer,
    Begun,
    Command,
    Deliver,
    Delivered,
    Discard,
    Finish,
    HangUp,
    Kept,
    LookUp,
    MailboxSeen,
    Play,
    Record,
    SessionEvent,
    Sound,
    Timeout,
    Wait,
)  # fmt: skip
from telephony.mailbox import Voicemail
from telephony.media.apps import speech
from telephony.media.apps.onward import FAR, Onward
from telephony.media.port import Answered, Digit, Ended, Played
from telephony.messages.workers import TakeMessage
from telephony.voice import greetings

log = logging.getLogger(__name__)

LEAST_SECONDS = 1.0  # of audio; less is somebody who hung up at the tone
LEAST_VOICE = 0.3  # seconds of voice, where the end of a message is found by silence
SILENCE = 5.0  # seconds without voice that end a message
FIRST_WORD = 8.0  # seconds a caller may think before he speaks
TAIL = 0.5  # seconds kept after the last word
LOOK_WITHIN = 3.0  # seconds to look into the mailbox before we take the message without knowing

SKIP = "#"  # ends the greeting, and ends the message
OPERATOR = "0"
BEEP: tuple[Sound, ...] = ("beep",)
FULL: tuple[Sound, ...] = ("vm-mailboxfull", "vm-goodbye")
THANKS: tuple[Sound, ...] = ("auth-thankyou", "vm-goodbye")
NOBODY: tuple[Sound, ...] = ("vm-nobodyavail",)
TOO_SHORT: tuple[Sound, ...] = ("vm-tooshort", "vm-goodbye")


class LeaveMessage:
    def __init__(self, app: TakeMessage, call_id: str) -> None:
        self.app, self.call_id = app, call_id
        self.state = "new"
        self.full = False
        self.gone = False  # the caller hung up
        self.failed = False
        self.kept = False
        self.recorded: frozenset[str] = frozenset()
        self.to_operator = False  # 0 was pressed while recording
        self.onward = Onward()

    def on(self, event: SessionEvent, now: float) -> list[Command]:
        if self.onward.talk is not None:
            commands = self.onward.on(event)
            return [*commands, *self._finish("the conversation ended")] if self.onward.over else commands
        if isinstance(event, Ended):
            if event.leg == FAR:
                return self._operator(event, now)
            self.gone = True
            if self.onward.dialled:
                self.state = "ending"
                return [HangUp(FAR)]
            # a recording is closed before its leg ends, so nothing is on its way but a delivery
            return [] if self.state == "keeping" else self._finish("the caller hung up")
        step = self._steps.get(self.state)
        return step(self, event, now) if step is not None else []

    def _new(self, event: SessionEvent, now: float) -> list[Command]:
        if not isinstance(event, Begun):
            return []
        self.state = "looking"
        return [LookUp(user_id=self.app.user_id, headers=False), Wait(LOOK_WITHIN)]

    def _looking(self, event: SessionEvent, now: float) -> list[Command]:
        if isinstance(event, MailboxSeen):
            self.recorded = event.recorded
            self.full = not event.room or event.total >= self.app.mailbox.max_messages
        elif not isinstance(event, Timeout):
            return []
        self.state = "answering"
        return [Answer(), Wait(None)]

    def _answering(self, event: SessionEvent, now: float) -> list[Command]:
        if not isinstance(event, Answered):
            return []
        if self.full:
            return self._goodbye(FULL)
        if self.app.presence in self.app.mailbox.no_message_in:
            self.state = "telling"
            return [Play((*greeting(self.app, self.recorded, leave=False), "vm-goodbye"), stop_on=self._keys())]
        self.state = "greeting"
        return [Play(greeting(self.app, self.recorded), stop_on=self._keys(SKIP))]

    def _keys(self, others: str = "") -> str:
        return others + (OPERATOR if self.app.mailbox.operator_extension else "")

    def _for_operator(self, event: SessionEvent) -> bool:
        return isinstance(event, Digit) and event.digit == OPERATOR and bool(self.app.mailbox.operator_extension)

    def _telling(self, event: SessionEvent, now: float) -> list[Command]:
        """This presence takes no message."""
        if self._for_operator(event):
            return self._call_operator()
        return [HangUp()] if isinstance(event, Played) else []

    def _greeting(self, event: SessionEvent, now: float) -> list[Command]:
        if self._for_operator(event):
            return self._call_operator()
        if isinstance(event, Played) or (isinstance(event, Digit) and event.digit == SKIP):
            self.state = "tone"
            return [Play(BEEP)]
        return []

    def _tone(self, event: SessionEvent, now: float) -> list[Command]:
        if self._for_operator(event):
            return self._call_operator()
        if not isinstance(event, Played):
            return []
        self.state = "recording"
        by_silence = self.app.mailbox.end_by_silence
        return [
            Record(
                voicemail=self._voicemail(now),
                limit=float(self.app.mailbox.max_message_seconds),
                silence=SILENCE if by_silence else 0.0,
                first_word=FIRST_WORD if by_silence else 0.0,
                stop_on=self._keys(SKIP),
            )
        ]

    def _recording(self, event: SessionEvent, now: float) -> list[Command]:
        if self._for_operator(event):
            self.to_operator = True  # it ends the recording, whose end is told next
            return []
        if not isinstance(event, Kept):
            return []
        self.gone = event.why == "hangup"
        if event.why == "failed":
            self.failed = True
            return [Discard(), *self._goodbye(FULL)]
        quiet = self.app.mailbox.end_by_silence and event.voiced < LEAST_VOICE
        if event.seconds < LEAST_SECONDS or quiet:
            return [Discard(), *(self._call_operator() if self.to_operator else self._goodbye(TOO_SHORT))]
        self.state = "keeping"
        keep = event.voice_until + TAIL if event.why == "silence" else event.seconds
        return [Deliver(keep=min(keep, event.seconds), retry=self.gone)]

    def _keeping(self, event: SessionEvent, now: float) -> list[Command]:
        if not isinstance(event, Delivered):
            return []
        self.failed, self.kept = not event.ok, event.ok
        if self.to_operator and not self.gone:
            return self._call_operator()
        return self._goodbye(THANKS if event.ok else FULL)

    # -- the operator ------------------------------------------------------------------------------
    def _call_operator(self) -> list[Command]:
        self.state, self.to_operator = "operator", False
        return self.onward.begin(self.app.mailbox.operator_extension)

    def _operator(self, event: SessionEvent, now: float) -> list[Command]:
        """Not reached: whoever has left no message yet may do so."""
        if self.state == "ending":
            return self._finish("the caller hung up")
        commands = self.onward.on(event)
        if self.onward.take_failure() is None:
            return commands
        if self.kept or self.full or self.app.presence in self.app.mailbox.no_message_in:
            return [*commands, *self._goodbye((*NOBODY, "vm-goodbye"))]
        self.state = "greeting"
        return [*commands, Play((*NOBODY, "vm-intro"), stop_on=self._keys(SKIP))]

    def _leaving(self, event: SessionEvent, now: float) -> list[Command]:
        return [HangUp()] if isinstance(event, Played) else []

    def _goodbye(self, sounds: tuple[Sound, ...]) -> list[Command]:
        if self.gone:
            return self._finish("the caller hung up")
        self.state = "leaving"
        return [Play(sounds)]

    def _finish(self, reason: str) -> list[Command]:
        self.state = "over"
        return [Finish("the message could not be stored" if self.failed else reason)]

    def _voicemail(self, now: float) -> Voicemail:
        return Voicemail(
            user_id=self.app.user_id,
            user_name=self.app.user_name,
            extension=self.app.extension,
            from_number=self.app.from_number,
            from_name=self.app.from_name,
            received=datetime.fromtimestamp(now, UTC),
            seconds=0,
            call_id=self.call_id,
        )

    _steps: dict[str, Callable[[LeaveMessage, SessionEvent, float], list[Command]]] = {
        "new": _new,
        "looking": _looking,
        "answering": _answering,
        "greeting": _greeting,
        "tone": _tone,
        "recording": _recording,
        "keeping": _keeping,
        "telling": _telling,
        "operator": _operator,
        "leaving": _leaving,
    }


def greeting(app: TakeMessage, recorded: frozenset[str] = frozenset(), *, leave: bool = True) -> tuple[Sound, ...]:
    """What the owner recorded for this presence; else "The person at extension 1 0 2 is unavailable. Please leave your
    message after the tone ...", with the spoken name when there is one."""
    if app.presence in recorded:
        return (greetings.sound(app.user_id, app.presence),)
    away = "vm-isonphone" if app.busy or app.presence == "busy" else "vm-isunavail"
    who: tuple[Sound, ...] = ("vm-theperson", *speech.digits(app.extension))
    if greetings.NAME in recorded:
        who = (greetings.sound(app.user_id, greetings.NAME),)
    return (*who, away, *(("vm-intro",) if leave else ()))
