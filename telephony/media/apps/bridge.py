"""An anchored call (engine-calls 1): the caller's leg waits here unanswered while the far side is dialled, and both
are connected in this worker for as long as the call lasts.

    dialling --180--> ringing --183 with SDP--> early --200--> talking
        |                |                        |               |
        +--- the far side refuses: its code to the caller         +--- either hangs up: the other one, too
        +--- the caller gives up: CANCEL to the far side

The caller is answered only when the far side is, so nobody pays for a call that nobody took. Who is called is the
router's and the switch's affair: the far leg may ring twenty phones, end in a mailbox or go out on a line.
"""

from __future__ import annotations

from typing import Final

from telephony.calls.session import (
    CALLER,
    Answer,
    Begun,
    Command,
    Dial,
    Early,
    Finish,
    HangUp,
    Report,
    Ring,
    SessionEvent,
)  # fmt: skip
from telephony.media.apps.pair import Conversation, Pair
from telephony.media.port import Answered, EarlyMedia, Ended, Held, Ringing
from telephony.messages.workers import BridgeApp

FAR: Final = "far"
NOBODY = 480
# What says something about our own leg to the far side, not about the called person. The caller would misread it:
# ask his phone for a password, or send it elsewhere.
_OURS = frozenset({401, 407, 408, 481, 487})


class AnchoredCall:
    def __init__(self, app: BridgeApp) -> None:
        self.app = app
        self.alive = {CALLER}
        self.answered: set[str] = set()
        self.progress = ""  # what the caller was told: "", "ringing", "early"
        self.pair = Pair(CALLER, FAR)
        self.talk: Conversation | None = None
        self.over = False

    def on(self, event: SessionEvent, now: float) -> list[Command]:
        if self.over:
            return []
        if self.talk is not None:
            return self._talking(event)
        match event:
            case Begun():
                self.alive.add(FAR)
                return [Dial(leg=FAR, user=self.app.to, token=self.app.token)]
            case Ringing():
                if self.progress:
                    return []
                self.progress = "ringing"
                return [Ring(), Report(FAR, "ringing", event.code)]
            case EarlyMedia():
                if self.progress == "early" or FAR in self.answered:
                    return []
                self.progress = "early"
                return [Early(), *self.pair.connect()]
            case Answered(leg="far"):
                self.answered.add(FAR)
                return [Answer(), *self.pair.connect(), Report(FAR, "answered", 200)]
            case Answered(leg="caller"):
                self.answered.add(CALLER)
                self.talk = Conversation(self.pair, self.alive)
                return self.pair.connect()
            case Held():
                return self.pair.hold(event)
            case Ended():
                return self._ended(event)
        return []

    def _talking(self, event: SessionEvent) -> list[Command]:
        assert self.talk is not None
        commands = self.talk.on(event)
        if self.talk.over:
            self.over = True
            reason = f"{event.code} {event.reason}".strip() if isinstance(event, Ended) else ""
            return [*commands, Finish(reason)]
        return commands

    def _ended(self, event: Ended) -> list[Command]:
        self.alive.discard(event.leg)
        if not self.alive:
            self.over = True
            return [Finish(f"{event.code} {event.reason}".strip())]
        if event.leg == CALLER:
            return [HangUp(FAR)]
        if FAR in self.answered:
            return [HangUp()]
        return [HangUp(CALLER, *refusal(event.code, event.reason))]


def refusal(code: int, reason: str) -> tuple[int, str]:
    """What the caller is told when the far side ended with `code` before it was answered."""
    if code in _OURS or not 400 <= code < 700:
        return NOBODY, "Nobody answered"
    return code, reason
