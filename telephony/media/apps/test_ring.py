"""Test ring of a station (S11-08): it rings for a while; whoever answers hears a sentence."""

from __future__ import annotations

from telephony.calls.session import Begun, Command, Dial, Finish, HangUp, Play, Report, SessionEvent, Timeout, Wait
from telephony.media.port import Answered, Ended, Played, Ringing
from telephony.messages.workers import TestRing

FIRST = "first"
ANSWERED = ("vm-extension", "activated", "vm-goodbye")


class RingTest:
    def __init__(self, app: TestRing) -> None:
        self.app = app

    def on(self, event: SessionEvent, now: float) -> list[Command]:
        match event:
            case Begun():
                return [Dial(leg=FIRST, user=self.app.station, token=self.app.token), Wait(float(self.app.seconds))]
            case Ringing():
                return [Report("first", "ringing", event.code)]
            case Answered():
                return [Report("first", "answered", 200), Play(ANSWERED, leg=FIRST), Wait(None)]
            case Played() | Timeout():
                return [HangUp(FIRST)]
            case Ended():
                return [Report("first", "ended", event.code), Finish(f"{event.code} {event.reason}".strip())]
        return []
