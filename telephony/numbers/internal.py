"""The internal dial plan in Normal and in Extension Mode (S07-16..S07-21): dialled digits -> Meaning.

Total: every text has a meaning, at worst `Unknown` with a sentence. The order matters and is the
safety rule of the house: emergency first, always; then exact and extension numbers; then functions by
their leading digit. Only digits of the plan are used, so a function moves with its digit (S07-21). Extension Mode has
the same functions behind a star (S07-18, AMB-15).
"""

from __future__ import annotations

from telephony.messages.snapshot import DialPlan, Emergency
from telephony.numbers.meaning import (
    AuditPinCall,
    AutoAttendant,
    EmergencyCall,
    Enterprise,
    Extension,
    External,
    LeaveVoicemail,
    Meaning,
    MessageCenter,
    NotYet,
    Operator,
    PickUp,
    SpeedDial,
    Station,
    Unknown,
)
from telephony.numbers.speed_dial import entry_of

EXTERNAL_DIGITS = 24  # "9 then 1-24 digits", internal_dial_plan.csv
_DIGITS = frozenset("0123456789")  # str.isdigit() would let other scripts' digits through
_SEPARATORS = str.maketrans("", "", " -().\t")


def clean(dialled: str) -> str:
    """The dialled text without the separators people write; "+" and "*" stay."""
    return dialled.translate(_SEPARATORS)


def digits_only(text: str) -> bool:
    return bool(text) and _DIGITS.issuperset(text)


def is_extension(text: str, plan: DialPlan) -> bool:
    """Whether the text has the form of a user or system extension (S07-17, S07-18)."""
    if len(text) != plan.extension_digits or not digits_only(text):
        return False
    if plan.mode == "extension":
        return text[0] not in (plan.operator, plan.external)
    return text[0] in plan.extension_leading


def is_speed_dial(text: str, plan: DialPlan) -> bool:
    """Whether the text has the form of a system speed dial number (S18-27)."""
    prefix = plan.star + plan.speed_dial
    return text.startswith(prefix) and entry_of(text[len(prefix) :]) is not None


def emergency_number(dialled: str, plan: DialPlan, emergency: Emergency) -> str:
    """The emergency number meant by the digits, or "" (S23-01)."""
    for number in emergency.numbers:
        if not number:
            continue
        if dialled == plan.external + number or (emergency.direct_dial and dialled == number):
            return number
    return ""


def meaning(dialled: str, plan: DialPlan, emergency: Emergency) -> Meaning:
    number = clean(dialled)
    if found := emergency_number(number, plan, emergency):
        return EmergencyCall(found)
    if number.startswith("+") and digits_only(number[1:]) and len(number) <= EXTERNAL_DIGITS + 1:
        return External(number)
    if not number:
        return Unknown(dialled, "No number was dialled.")
    starred = bool(plan.star) and number.startswith(plan.star)
    digits = number[1:] if starred else number
    if not digits_only(digits):
        return Unknown(dialled, f"{dialled!r} is not a telephone number.")
    if not starred:
        if number == plan.operator:
            return Operator()
        if is_extension(number, plan):
            return Extension(number)
        if number[0] == plan.external and 1 <= len(number) - 1 <= EXTERNAL_DIGITS:
            return External(number[1:])
    found_function = _function(digits, plan) if starred or not plan.star else None
    return found_function or Unknown(dialled, f"{number} is not a number of this office.")


def _function(digits: str, plan: DialPlan) -> Meaning | None:
    """Without the star. Rows that share a digit are told apart by length and second digit (S07-20)."""
    first, rest = digits[0], digits[1:]
    if first == plan.station and len(rest) == 3:
        return Station(plan.star + digits)
    if is_extension(rest, plan):
        if first == plan.leave_voicemail:
            return LeaveVoicemail(rest)
        if first == plan.message_center:
            return MessageCenter(rest)
        if first == plan.call_functions:
            return PickUp(rest)
    found: Meaning | None = None
    if first == plan.speed_dial and (entry := entry_of(rest)) is not None:
        found = SpeedDial(plan.star + digits, entry)
    if found is None and first == plan.call_functions:
        found = _call_function(rest)
    if found is None and first == plan.pbx_functions:
        found = _pbx_function(rest, plan)
    if found is not None:
        return found
    if first == plan.enterprise and rest:
        return Enterprise(rest)
    return None


def _call_function(rest: str) -> Meaning | None:
    if rest == "00":
        return NotYet("call park")
    if len(rest) == 2 and rest[0] == "0":
        return NotYet("call retrieve", rest)
    if rest[0:1] == "8" and len(rest) > 2:
        return AuditPinCall(rest[1:])
    return None


_PBX: dict[str, NotYet | AutoAttendant | MessageCenter] = {
    "00": AutoAttendant(),
    "03": NotYet("the door release relay"),
    "04": MessageCenter(),
    "08": NotYet("the conference center"),
}


def _pbx_function(rest: str, plan: DialPlan) -> Meaning | None:
    if rest in _PBX:
        return _PBX[rest]
    if len(rest) == 2:
        if rest[0] == "2":
            return NotYet("do not disturb", rest[1])
        if rest[0] == "3" and rest[1] != "0":  # 430 is not assigned
            return AutoAttendant(int(rest[1]))
        if rest[0] == "6":
            return NotYet("a paging zone", rest[1])
    if len(rest) == 3:
        if rest[0] == "4" and rest[1] in "01":
            return NotYet("a call queue", rest[2])
        if "800" <= rest <= "949":
            return NotYet("a multi-site parking orbit", rest)
        if "950" <= rest <= "999":
            return NotYet("call retrieve", rest)
    if rest[0:1] == "5" and is_extension(rest[1:], plan):
        return NotYet("call forwarding", rest[1:])
    return None
