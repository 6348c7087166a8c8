"""Direct inward dialling (S22): the number a caller from outside called -> block, plan and mapping. Pure.

Numbers compare as digits (S22-08). A carrier may write 585-421-3850 as 5854213850, 15854213850 or +15854213850: a
leading 1 of eleven digits is the North American country code and is not looked at, on either side.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from telephony.messages.snapshot import DidBlock, DidNumber, DidPlan, Snapshot

MOST_BLOCKS = 128  # per line (S22-03)
MOST_NUMBERS = 10_000  # of one block
LONGEST = 15  # digits of a number (E.164)
_DIGITS = frozenset("0123456789")


def digits_of(text: str) -> str:
    return "".join(one for one in text if one in _DIGITS)


def plain(text: str) -> str:
    """The digits that count."""
    digits = digits_of(text)
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits


def span(first: str, count: int) -> tuple[int, int, int]:
    """(length, lowest, highest) of a block, as `plain` numbers."""
    start = plain(first)
    return len(start), int(start or 0), int(start or 0) + count - 1


def overlap(one: tuple[str, int], other: tuple[str, int]) -> bool:
    """Whether two blocks (first, count) share a number."""
    length, low, high = span(*one)
    other_length, other_low, other_high = span(*other)
    return length == other_length and low <= other_high and other_low <= high


def holds(first: str, count: int, number: str) -> bool:
    length, low, high = span(first, count)
    called = plain(number)
    return len(called) == length and bool(called) and low <= int(called) <= high


@dataclass(frozen=True, slots=True)
class DidFound:
    number: str  # as the block writes it
    block: DidBlock
    plan: DidPlan
    mapping: DidNumber | None  # None: an unassigned number


@dataclass(frozen=True, slots=True)
class DidIndex:
    """One bisection per question."""

    lines: dict[int, tuple[tuple[int, int, int, DidBlock], ...]]  # line -> (length, lowest, highest, block), in order
    plans: dict[int, DidPlan]
    numbers: dict[tuple[int, str], DidNumber]  # (plan, plain number)

    @classmethod
    def of(cls, snapshot: Snapshot) -> DidIndex:
        lines: defaultdict[int, list[tuple[int, int, int, DidBlock]]] = defaultdict(list)
        for block in snapshot.did_blocks:
            for line in block.line_ids:
                lines[line].append((*span(block.first, block.count), block))
        return cls(
            lines={line: tuple(sorted(found, key=lambda one: one[:3])) for line, found in lines.items()},
            plans={plan.plan_id: plan for plan in snapshot.did_plans},
            numbers={(plan.plan_id, plain(one.number)): one for plan in snapshot.did_plans for one in plan.numbers},
        )

    def find(self, line_id: int, called: Iterable[str]) -> DidFound | None:
        """The first of the numbers that lies in a block of the line."""
        spans = self.lines.get(line_id, ())
        for text in called if spans else ():
            digits = plain(text)
            if not digits or len(digits) > LONGEST:
                continue
            value = int(digits)
            at = bisect_right(spans, (len(digits), value), key=lambda one: one[:2]) - 1
            if at < 0:
                continue
            length, _, high, block = spans[at]
            plan = self.plans.get(block.plan_id)
            if length == len(digits) and value <= high and plan is not None:
                return DidFound(digits, block, plan, self.numbers.get((plan.plan_id, digits)))
        return None
