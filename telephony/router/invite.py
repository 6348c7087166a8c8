"""What a decision knows: the INVITE, and the live state it may ask about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from telephony.messages.snapshot import Presence

InviteKind = Literal["phone", "worker", "line"]


@dataclass(frozen=True, slots=True)
class Invite:
    """One INVITE as decided about; the switch has already authenticated `station` or `line_id`."""

    call_id: str
    kind: InviteKind
    dialled: str
    station: str = ""  # kind phone
    acting: str = ""  # kind worker: the extension whose rights and identity the token carries
    line_id: int | None = None  # kind line
    called: str = ""  # kind line: user part of To, where a carrier writes the number that was called (S22-07)
    from_number: str = ""  # as sent; believed only from an outside line
    from_name: str = ""
    source: str = ""  # ip:port
    within: bool = False  # chosen in an application of ours: the digits are a number of the office, also from a line
    anonymous: bool = False  # kind line: the caller hides his number (S13-100)
    rights: str = ""  # the station whose dialing privileges count, where that is not `station` (a call sent on)
    bridged: bool = False  # asked once more by the worker that holds the call: who is on the far side


class Live(Protocol):
    """The moving part of a decision."""

    def busy(self, station: str) -> bool:
        """Every key of the appearance is in use (S18-16); an appearance has one key."""

    def contacts(self, station: str) -> int:
        """Registered contacts; each one costs a branch."""

    def presence(self, user_id: int) -> Presence: ...

    def line_calls(self, line_id: int) -> int: ...

    def audit_pin(self, pin: str) -> str | None:
        """The description of an audit PIN code; None: there is no such code."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A `Live` made of plain values, for tests and for "what would happen if"."""

    registered: Mapping[str, int] = field(default_factory=dict)  # station -> contacts
    in_use: frozenset[str] = frozenset()
    presences: Mapping[int, Presence] = field(default_factory=dict)
    on_lines: Mapping[int, int] = field(default_factory=dict)
    audit_pins: Mapping[str, str] = field(default_factory=dict)

    def busy(self, station: str) -> bool:
        return station in self.in_use

    def contacts(self, station: str) -> int:
        return self.registered.get(station, 0)

    def presence(self, user_id: int) -> Presence:
        return self.presences.get(user_id, Presence.IN_OFFICE)

    def line_calls(self, line_id: int) -> int:
        return self.on_lines.get(line_id, 0)

    def audit_pin(self, pin: str) -> str | None:
        return self.audit_pins.get(pin)
