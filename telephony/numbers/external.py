"""External dialling (chapter 14): what a person dials after the access digit -> the digits that leave the house, and
the service group they leave by. Pure.

Two steps, and they never mix: the *rule* (S14-20..S14-27) looks at what was dialled; the *line* that takes the call
then writes the digits as its carrier wants them (S13-32, S13-33, S13-38, S13-45; AMB-60). Privileges are asked about
what was dialled, before any rule (AMB-51), so no rule widens them.

Rules are compiled once per snapshot: a look-up per leading length, however many rules there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from telephony.messages.dialing import EVERY_LINE, ExternalDialing, ExternalRule, PrivilegesGroup
from telephony.messages.snapshot import OutsideLine

MOST_DIGITS = 24
PAUSE = "P"  # one second, in inserted and appended digits
INSERTABLE = frozenset("0123456789#*" + PAUSE)
_DIGITS = frozenset("0123456789")
SERVICE_NUMBERS = tuple(f"{digit}11" for digit in "2345678")
NANPA_TRUNK = "1"
NANPA_LENGTH = 11
NANPA_INTERNATIONAL = "011"
OTHER_INTERNATIONAL = "00"  # ITU-T E.164 recommends it; outside North America


class CallType(StrEnum):
    """Rows of the services table, in its order."""

    SERVICE = "service"
    OPERATOR = "operator"
    LONG_DISTANCE = "long_distance"
    INTERNATIONAL = "international"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Routed:
    """What the rules make of a number. `later` are the digits after the first pause: they follow when it is answered,
    because a SIP request has no pauses."""

    digits: str
    later: str
    group: int
    text: str
    link: str


@dataclass(frozen=True, slots=True)
class ExternalIndex:
    dialing: ExternalDialing
    operator: str
    rules: dict[tuple[str, int], ExternalRule]
    longest: int  # leading digits of any rule
    groups: dict[int, tuple[int, ...]]

    @classmethod
    def of(cls, dialing: ExternalDialing, *, operator: str = "0") -> ExternalIndex:
        return cls(
            dialing=dialing,
            operator=operator,
            rules={(rule.leading, rule.total): rule for rule in dialing.rules},
            longest=max((len(rule.leading) for rule in dialing.rules), default=0),
            groups={group.group_id: group.line_ids for group in dialing.groups},
        )

    # -- what was dialled -----------------------------------------------------------------------------
    def as_digits(self, number: str) -> str:
        """A number in + form as somebody would dial it: privileges and rules see one form only."""
        if not number.startswith("+"):
            return number
        digits = number[1:]
        if self.dialing.nanpa and len(digits) == NANPA_LENGTH and digits.startswith(NANPA_TRUNK):
            return digits
        return (NANPA_INTERNATIONAL if self.dialing.nanpa else OTHER_INTERNATIONAL) + digits

    def rule(self, digits: str) -> ExternalRule | None:
        """Longest leading digits with the right total; empty ones match last (AMB-46)."""
        for length in range(min(self.longest, len(digits)), -1, -1):
            if (found := self.rules.get((digits[:length], len(digits)))) is not None:
                return found
        return None

    def call_type(self, digits: str) -> CallType:
        if not self.dialing.nanpa:
            return CallType.OTHER
        if digits in SERVICE_NUMBERS:
            return CallType.SERVICE
        if digits == self.operator:
            return CallType.OPERATOR
        if len(digits) == NANPA_LENGTH and digits.startswith(NANPA_TRUNK):
            return CallType.LONG_DISTANCE
        if digits.startswith(NANPA_INTERNATIONAL) and len(digits) > len(NANPA_INTERNATIONAL):
            return CallType.INTERNATIONAL
        return CallType.OTHER

    def route(self, number: str) -> Routed:
        digits = self.as_digits(number)
        if (rule := self.rule(digits)) is not None:
            made, _, later = apply(rule, digits).partition(PAUSE)
            leading = rule.leading or "any"
            text = f"Dialing rule: leading digits {leading}, {rule.total} digits in all."
            return Routed(made, later, rule.group, text, rule.link)
        kind = self.call_type(digits)
        group: int = getattr(self.dialing, kind.value)
        return Routed(digits, "", group, _TYPE_TEXT[kind], self.dialing.link)

    def complete(self, digits: str) -> bool:
        """No digit more can follow: dialling begins without a pause (S14-03)."""
        wanted = self.total(digits)
        return wanted is not None and len(digits) >= wanted

    def total(self, digits: str) -> int | None:
        """How many digits the number begun with has in all; None while that is open: longer leading digits may still
        follow, or the same ones have several totals."""
        if self.dialing.nanpa and digits:
            if digits[0] == NANPA_TRUNK:
                return NANPA_LENGTH
            if digits in SERVICE_NUMBERS:
                return 3
        if any(len(leading) > len(digits) and leading.startswith(digits) for leading, _ in self.rules):
            return None
        for length in range(min(self.longest, len(digits)), -1, -1):
            totals = {total for leading, total in self.rules if leading == digits[:length]}
            if totals:
                return totals.pop() if len(totals) == 1 else None
        return None

    # -- lines ----------------------------------------------------------------------------------------
    def lines(self, group: int, all_lines: Iterable[int]) -> tuple[int, ...]:
        """The lines of a service group, top first. A group that does not exist has none: a call then goes nowhere
        rather than anywhere."""
        return tuple(all_lines) if group == EVERY_LINE else self.groups.get(group, ())

    def on_line(self, line: OutsideLine, digits: str) -> str:
        """The digits as this line's carrier gets them."""
        number = digits if line.as_dialed else self._national(digits)
        if line.e164 and not line.as_dialed:
            number = self._e164(number)
        if line.digits_sent:
            number = number[-line.digits_sent :]
        return line.prefix + number

    def _national(self, digits: str) -> str:
        """The eleven digits of North America, where that is what the number lacks (S13-32, S14-06)."""
        if not self.dialing.nanpa or not _DIGITS.issuperset(digits):
            return digits
        if len(digits) == 7 and self.dialing.home_area_code:
            return NANPA_TRUNK + self.dialing.home_area_code + digits
        if len(digits) == 10 and digits[0] not in "01":
            return NANPA_TRUNK + digits
        return digits

    def _e164(self, digits: str) -> str:
        if not _DIGITS.issuperset(digits):
            return digits
        prefix = NANPA_INTERNATIONAL if self.dialing.nanpa else OTHER_INTERNATIONAL
        if self.dialing.nanpa and len(digits) == NANPA_LENGTH and digits.startswith(NANPA_TRUNK):
            return "+" + digits
        if digits.startswith(prefix) and len(digits) > len(prefix):
            return "+" + digits[len(prefix) :]
        return digits


_TYPE_TEXT = {
    CallType.SERVICE: "A service number of the North American plan.",
    CallType.OPERATOR: "The operator of the North American plan.",
    CallType.LONG_DISTANCE: "An eleven-digit number of the North American plan.",
    CallType.INTERNATIONAL: "An international number.",
    CallType.OTHER: "No dialing rule knows the number: it is sent as dialed.",
}


def apply(rule: ExternalRule, digits: str) -> str:
    """Delete, insert, append, in this order (S14-27)."""
    return rule.insert + digits[rule.delete :] + rule.append


# -- privileges ------------------------------------------------------------------------------------------
def allowed(group: PrivilegesGroup, digits: str) -> bool:
    """Toll restrictions: an exception beats a block, even the very same one (S14-46). What was dialled counts."""
    if any(digits.startswith(exception) for exception in group.exceptions if exception):
        return True
    return not any(digits.startswith(blocked) for blocked in group.blocked if blocked)


def permitted(group: PrivilegesGroup, line_ids: Iterable[int]) -> tuple[int, ...]:
    """The lines the group's Outside Line Selection Method leaves, in their order (S14-50, AMB-50)."""
    if group.selection == "none":
        return ()
    if group.selection == "chosen":
        return tuple(one for one in line_ids if one in group.line_ids)
    return tuple(line_ids)


# -- what the North American plan reserves (S14-15, S14-16) ----------------------------------------------
def reserved_by_nanpa(leading: str, total: int, *, operator: str, emergency: Iterable[str]) -> str:
    """Why such a rule cannot exist while NANPA is on; "" when it can."""
    if leading in SERVICE_NUMBERS and total == 3:
        return f"{leading} is a service number of the North American plan, which has its own rule."
    if leading == operator and total == 1:
        return "The operator has a rule of the North American plan."
    if any(number and leading.startswith(number) for number in emergency):
        return "Rules that begin with the emergency number are not possible."
    if leading.startswith(NANPA_TRUNK) and total != NANPA_LENGTH:
        return f"Rules that begin with 1 have {NANPA_LENGTH} digits in all while NANPA is on."
    return ""


def wrong_with(rule: ExternalRule) -> dict[str, str]:
    """What is wrong with a rule's own values, by field (S14-21..S14-27)."""
    wrong: dict[str, str] = {}
    if rule.leading and not _DIGITS.issuperset(rule.leading):
        wrong["leading"] = "Leading digits are digits 0 to 9."
    if not 1 <= rule.total <= MOST_DIGITS:
        wrong["total"] = f"A number has 1 to {MOST_DIGITS} digits in all."
    elif len(rule.leading) > rule.total:
        wrong["leading"] = f"These are more than the {rule.total} digits of the whole number."
    if not 0 <= rule.delete <= MOST_DIGITS:
        wrong["delete"] = f"0 to {MOST_DIGITS} digits can be deleted."
    elif rule.delete > rule.total >= 1:
        wrong["delete"] = f"The whole number has {rule.total} digits: no more can be deleted."
    for name, text in (("insert", rule.insert), ("append", rule.append)):
        if len(text) > MOST_DIGITS:
            wrong[name] = f"At most {MOST_DIGITS} characters."
        elif not INSERTABLE.issuperset(text):
            wrong[name] = "Digits 0 to 9, #, * and P (a pause of one second)."
    if not wrong and not apply(rule, "0" * rule.total).partition(PAUSE)[0]:
        wrong["delete"] = "Nothing would be left to call before the first pause."
    return wrong
