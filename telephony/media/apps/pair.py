"""Two legs that talk to one another, and what either hears while the other one holds."""

from __future__ import annotations

from dataclasses import dataclass, field

from telephony.calls.session import Bridge, Command, Music
from telephony.media.port import Held


@dataclass(slots=True)
class Pair:
    one: str
    other: str
    held: set[str] = field(default_factory=set)  # by these legs

    def connect(self) -> list[Command]:
        """The sound as it should be now: connected, or music for whoever was put on hold."""
        if not self.held:
            return [Bridge(self.one, self.other)]
        waiting = [leg for leg, by in ((self.one, self.other), (self.other, self.one)) if by in self.held]
        return [Music(leg) for leg in waiting if leg not in self.held]  # who holds as well can hear nothing

    def hold(self, event: Held) -> list[Command]:
        """A leg holds or resumes; before both talk it is only remembered."""
        if event.on:
            self.held.add(event.leg)
        else:
            self.held.discard(event.leg)
        return self.connect()
