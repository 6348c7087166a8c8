"""The caller of an application goes on to somebody: the router is asked, the far leg dialled, both are connected.

    asking -> calling -> talking -> over
       |          |
       +----------+--> not reached: the application says so and goes on

The caller was answered already, so he hears ringback here, or what the far side sends before it answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from telephony.calls.session import (
    CALLER,
    AskCall,
    CallAnswer,
    Command,
    Dial,
    Hush,
    Play,
    Report,
    SessionEvent,
    Sound,
    Timeout,
    Tone,
    Wait,
)  # fmt: skip
from telephony.media.apps.pair import Conversation, Pair
from telephony.media.port import Answered, EarlyMedia, Ended, Held, Played, Ringing
from telephony.messages.workers import AttendantApp

FAR: Final = "far"
ANSWER_WITHIN = 4.0  # seconds for the router's answer
CONNECTING: tuple[Sound, ...] = ("pls-hold-while-try",)
BUSY = frozenset({486, 600})


@dataclass(slots=True)
class NotReached:
    """`code` of the far side; 0: the router was not there to ask; 403: it said no."""

    code: int


@dataclass(slots=True)
class Onward:
    """`failed` and `attendant` say how an attempt ended that connected nobody; who reads them clears them."""

    state: str = ""  # "", "asking", "calling", "talking"
    early: bool = False
    failed: NotReached | None = None
    attendant: AttendantApp | None = None  # go on as this one instead
    pair: Pair = field(default_factory=lambda: Pair(CALLER, FAR))
    talk: Conversation | None = None

    @property
    def dialled(self) -> bool:
        """There is a far leg that nobody answered yet."""
        return self.state == "calling"

    @property
    def over(self) -> bool:
        """They talked, and every leg has ended."""
        return self.talk is not None and self.talk.over

    def begin(self, digits: str) -> list[Command]:
        self.state, self.early = "asking", False
        self.pair = Pair(CALLER, FAR)
        return [Hush(), AskCall(digits=digits), Wait(ANSWER_WITHIN)]

    def on(self, event: SessionEvent) -> list[Command]:
        match self.state:
            case "asking":
                return self._asking(event)
            case "calling":
                return self._calling(event)
        return self.talk.on(event) if self.talk is not None else []

    def take_failure(self) -> NotReached | None:
        failed, self.failed = self.failed, None
        return failed

    def take_attendant(self) -> AttendantApp | None:
        found, self.attendant = self.attendant, None
        return found

    def _fail(self, code: int) -> list[Command]:
        self.state, self.failed = "", NotReached(code)
        return [Wait(None)]

    def _asking(self, event: SessionEvent) -> list[Command]:
        if isinstance(event, Timeout):
            return self._fail(0)
        if not isinstance(event, CallAnswer):
            return []
        granted = event.granted
        if granted is None:
            return self._fail(0)
        if granted.attendant is not None:
            self.state, self.attendant = "", granted.attendant
            return [Wait(None)]
        if not granted.token:
            return self._fail(403)
        self.state = "calling"
        return [Dial(leg=FAR, user=granted.to, token=granted.token), Play(CONNECTING), Wait(None)]

    def _calling(self, event: SessionEvent) -> list[Command]:
        match event:
            case Ringing():
                return [Report(FAR, "ringing", event.code)]
            case Played():
                return [] if self.early else [Tone("ringback")]
            case EarlyMedia():
                self.early = True
                return self.pair.connect()
            case Answered(leg="far"):
                self.state, self.talk = "talking", Conversation.of(self.pair)
                return [*self.pair.connect(), Report(FAR, "answered", 200)]
            case Held():
                self.pair.hold(event)  # remembered until they talk
            case Ended(leg="far"):
                return self._fail(event.code or 480)
        return []
