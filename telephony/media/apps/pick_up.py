"""Answering a call that rings elsewhere (engine-calls 4). Two INVITEs come with the same lease: the picker's, then the
ringing call's, for which this worker is one more phone. Its 200 stops the others; both are connected here.

    the picker waits --the call comes--> answered --acknowledged--> the picker is answered: talking
        |                                    |
        +--- nothing came, or somebody else answered: the picker is told
"""

from __future__ import annotations

from typing import Final

from telephony.calls.session import (
    CALLER,
    Answer,
    Begun,
    Command,
    Finish,
    HangUp,
    Joined,
    Report,
    SessionEvent,
    Timeout,
    Wait,
)  # fmt: skip
from telephony.media.apps.pair import Conversation, Pair
from telephony.media.port import Answered, Ended, Held

RINGING: Final = "second"  # the leg of the call that is picked up
WITHIN = 4.0  # seconds; the call is there within milliseconds or it is gone
TOO_LATE = (480, "Nothing rings there any more")


class PickedUp:
    def __init__(self) -> None:
        self.alive = {CALLER}
        self.answered: set[str] = set()
        self.pair = Pair(CALLER, RINGING)
        self.talk: Conversation | None = None

    def on(self, event: SessionEvent, now: float) -> list[Command]:
        if self.talk is not None:
            commands = self.talk.on(event)
            return [*commands, Finish("the conversation ended")] if self.talk.over else commands
        match event:
            case Begun():
                return [Report("first", "ringing", 180), Wait(WITHIN)]
            case Joined():
                self.alive.add(RINGING)
                return [Answer(RINGING)]
            case Answered(leg="second"):
                self.answered.add(RINGING)
                return [Answer(), Wait(None)]
            case Answered():
                self.answered.add(CALLER)
                if RINGING not in self.alive:
                    return []
                self.talk = Conversation(self.pair, self.alive)
                return self.pair.connect()
            case Held():
                return self.pair.hold(event)
            case Timeout():
                return [HangUp(CALLER, *TOO_LATE), HangUp(RINGING)]
            case Ended():
                return self._ended(event)
        return []

    def _ended(self, event: Ended) -> list[Command]:
        self.alive.discard(event.leg)
        if not self.alive:
            return [Finish(f"{event.code} {event.reason}".strip())]
        if event.leg == CALLER:
            return [HangUp(RINGING)]
        return [HangUp(CALLER)] if RINGING in self.answered else [HangUp(CALLER, *TOO_LATE)]
