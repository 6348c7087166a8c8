"""What a dialled number can mean (S07-19). One frozen value per row of the internal dial plan."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class EmergencyCall:
    """An emergency number, with or without the access digit (S23-01)."""

    number: str  # as it goes to the outside line: "911", never "9911"


@dataclass(frozen=True, slots=True)
class Operator:
    pass


@dataclass(frozen=True, slots=True)
class Extension:
    number: str


@dataclass(frozen=True, slots=True)
class Station:
    """A line appearance called directly (5nnn)."""

    station: str


@dataclass(frozen=True, slots=True)
class LeaveVoicemail:
    extension: str


@dataclass(frozen=True, slots=True)
class MessageCenter:
    """Extension "": asks for extension and PIN; else for the PIN only."""

    extension: str = ""


@dataclass(frozen=True, slots=True)
class AutoAttendant:
    """431 to 439, and 400: the default one (S26-01)."""

    number: int | None = None  # None: the default attendant


@dataclass(frozen=True, slots=True)
class PickUp:
    """Answer a call that rings at that extension."""

    extension: str


@dataclass(frozen=True, slots=True)
class External:
    """Digits after the access digit, 1 to 24 of them; or a number in "+" form."""

    number: str


@dataclass(frozen=True, slots=True)
class AuditPinCall:
    """78 + PIN + number (S14-34); where one ends and the other begins, the configured length says. Never repeated: the
    digits hold a PIN."""

    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SpeedDial:
    """A system speed dial (S18-27): what it dials is configured."""

    dialled: str
    entry: int


@dataclass(frozen=True, slots=True)
class Enterprise:
    """8 + number: a number of the enterprise, known to its server (S13-60)."""

    number: str


@dataclass(frozen=True, slots=True)
class NotYet:
    """A function of the dial plan that this version does not have."""

    function: str  # as a person calls it: "call park"
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    dialled: str
    reason: str  # a sentence


Meaning = (
    EmergencyCall
    | Operator
    | Extension
    | Station
    | LeaveVoicemail
    | MessageCenter
    | AutoAttendant
    | PickUp
    | External
    | AuditPinCall
    | SpeedDial
    | Enterprise
    | NotYet
    | Unknown
)
