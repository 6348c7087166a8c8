"""Say something to a caller and hang up."""

from __future__ import annotations

from telephony.calls.session import Answer, Begun, Command, Finish, HangUp, Play, SessionEvent
from telephony.media.port import Answered, Ended, Played
from telephony.messages.workers import Announcement


class Announce:
    def __init__(self, app: Announcement) -> None:
        self.app = app

    def on(self, event: SessionEvent, now: float) -> list[Command]:
        match event:
            case Begun():
                return [Answer()]
            case Answered():
                return [Play(self.app.prompts)]
            case Played():
                return [HangUp()]
            case Ended():
                return [Finish("the caller hung up" if event.code == 200 else f"{event.code} {event.reason}".strip())]
        return []
