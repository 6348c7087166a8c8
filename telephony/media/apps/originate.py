"""Call two phones and connect them: the portal's "call this number" (first the user's own phone rings).

The first leg's answer starts the second; until that one answers the first hears ringback, or what the second
sends early. Either end, or EndSession, ends both.
"""

from __future__ import annotations

from typing import Literal

from telephony.calls.session import (
    Begun,
    Command,
    Dial,
    Finish,
    HangUp,
    Play,
    Report,
    SessionEvent,
    Timeout,
    Tone,
    Wait,
)  # fmt: skip
from telephony.media.apps.pair import Conversation, Pair
from telephony.media.port import Answered, EarlyMedia, Ended, Held, Played, Ringing
from telephony.messages.workers import OriginateApp

FIRST_WITHIN = 60.0  # seconds the user has to lift his own phone
SECOND_WITHIN = 180.0  # the called side's route (attempts, voicemail) has its own, shorter times
FIRST, SECOND = "first", "second"


class Originate:
    def __init__(self, app: OriginateApp) -> None:
        self.app = app
        self.alive: set[str] = set()
        self.answered: set[str] = set()
        self.pair = Pair(FIRST, SECOND)
        self.talk: Conversation | None = None
        self.over = False

    def on(self, event: SessionEvent, now: float) -> list[Command]:
        if self.over:
            return []
        if self.talk is not None:
            return self._talking(event)
        match event:
            case Begun():
                self.alive.add(FIRST)
                return [Dial(leg=FIRST, user=self.app.first, token=self.app.first_token), Wait(FIRST_WITHIN)]
            case Ringing():
                return [Report(_part(event.leg), "ringing", event.code)]
            case EarlyMedia(leg="second"):
                return self.pair.connect()
            case Answered(leg="first"):
                self.answered.add(FIRST)
                self.alive.add(SECOND)
                return [
                    Report("first", "answered", 200),
                    Tone("ringback", FIRST),
                    Dial(leg=SECOND, user=self.app.second, token=self.app.second_token),
                    Wait(SECOND_WITHIN),
                ]
            case Answered(leg="second"):
                self.answered.add(SECOND)
                self.talk = Conversation(self.pair, self.alive)
                return [Report("second", "answered", 200), *self.pair.connect(), Wait(None)]
            case Held():
                self.pair.hold(event)
                return []  # while the second rings the first hears what it heard
            case Ended():
                return self._ended(event)
            case Played():  # the apology to the first was said
                return [HangUp(FIRST)]
            case Timeout():
                return [HangUp(SECOND if SECOND in self.alive else FIRST)]
        return []

    def _talking(self, event: SessionEvent) -> list[Command]:
        assert self.talk is not None
        commands = self.talk.on(event)
        if isinstance(event, Ended) and event.leg in (FIRST, SECOND):
            commands.insert(0, Report(_part(event.leg), "ended", event.code))
        if self.talk.over:
            self.over = True
            commands.append(Finish(f"{event.code} {event.reason}".strip() if isinstance(event, Ended) else ""))
        return commands

    def _ended(self, event: Ended) -> list[Command]:
        self.alive.discard(event.leg)
        report = Report(_part(event.leg), "ended", event.code)
        if not self.alive:
            self.over = True
            return [report, Finish(f"{event.code} {event.reason}".strip())]
        if event.leg == SECOND and SECOND not in self.answered:
            # the user listens to his own phone: he must hear that nobody is there
            return [report, Play((_apology(event.code),), leg=FIRST), Wait(None)]
        return [report, HangUp(FIRST), HangUp(SECOND), Wait(None)]


def _part(leg: str) -> Literal["first", "second"]:
    return "first" if leg == FIRST else "second"


def _apology(code: int) -> str:
    return "vm-isonphone" if code in (486, 600) else "cannot-complete-as-dialed" if code == 404 else "vm-isunavail"
