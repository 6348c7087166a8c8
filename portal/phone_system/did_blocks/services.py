"""What is done with DID blocks and routing plans. Raises ValidationError (field → sentences), Conflict or Refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse

from portal.phone_system.did_blocks.models import DidBlock, DidLanguage, DidNumber, DidRoutingPlan
from portal.phone_system.outside_lines.models import OutsideLine
from portal.publish.change import By, Change, change
from portal.publish.errors import Reason, Refused
from telephony.numbers.did import LONGEST, MOST_BLOCKS, MOST_NUMBERS, digits_of, holds, overlap, plain

BLOCK_FIELDS = ("first", "count")
PLAN_FIELDS = ("description", "default_extension", "default_language")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedNumber:
    """One named number of a plan, as somebody typed it."""

    number: str
    extension: str = ""
    dnis: str = ""
    language: str = DidLanguage.SOURCE


def add_block(
    values: Mapping[str, Any], *, lines: Collection[OutsideLine] = (), plan: DidRoutingPlan | None = None, by: By
) -> tuple[DidBlock, Change]:
    """Without a plan it gets one of its own (S22-04)."""
    block = DidBlock()
    _fill(block, values)
    with change(by, f"Add DID block {block}") as work:
        if plan is None:
            plan = DidRoutingPlan(description=f"Numbers from {block.first}")
            work.add(plan)
        block.plan = plan
        _check_lines(block, lines)
        work.add(block)
        block.lines.set(lines)
        if lines:
            work.note(block, "lines", "", _names(lines))
    return block, work


def modify_block(
    block: DidBlock,
    values: Mapping[str, Any],
    *,
    lines: Collection[OutsideLine] | None = None,
    plan: DidRoutingPlan | None = None,
    by: By,
    seen: int | None = None,
) -> Change:
    """`lines` or `plan` None: as they are."""
    with change(by, f"Modify DID block {block}") as work:
        block = work.lock(block, seen=seen, mine=values)
        _fill(block, values)
        if plan is not None:
            block.plan = plan
        before = list(block.lines.all())
        wanted = before if lines is None else list(lines)
        _check_lines(block, wanted)
        saved = work.save(block)
        if {line.pk for line in before} != {line.pk for line in wanted}:
            block.lines.set(wanted)
            work.note(block, "lines", _names(before), _names(wanted))
            if not saved:
                work.touch(block)
    return work


def delete_block(block: DidBlock, *, by: By, seen: int | None = None) -> Change:
    """Its plan stays: other blocks may use it, and its numbers were typed by somebody."""
    with change(by, f"Delete DID block {block}") as work:
        work.delete(work.lock(block, seen=seen))
    return work


def modify_plan(
    plan: DidRoutingPlan,
    values: Mapping[str, Any],
    *,
    numbers: Sequence[NamedNumber] | None = None,
    by: By,
    seen: int | None = None,
) -> Change:
    """`numbers`: all that are named from now on; None: as they are."""
    if unknown := values.keys() - set(PLAN_FIELDS):
        raise ValueError(f"not a setting of a routing plan: {sorted(unknown)}")
    with change(by, f"Modify DID routing plan {plan}") as work:
        plan = work.lock(plan, seen=seen, mine=values)
        for name, value in values.items():
            setattr(plan, name, value.strip())
        if not plan.description:
            raise ValidationError({"description": ["Describe the plan, so that it is found again."]})
        if plan.default_extension and not plan.default_extension.isdecimal():
            raise ValidationError({"default_extension": ["Give the number of an extension, or nothing."]})
        saved = work.save(plan)
        if numbers is not None and _save_numbers(work, plan, numbers) and not saved:
            work.touch(plan)
    return work


def delete_plan(plan: DidRoutingPlan, *, by: By, seen: int | None = None) -> Change:
    """Refused while a block uses it."""
    with change(by, f"Delete DID routing plan {plan}") as work:
        plan = work.lock(plan, seen=seen)
        used = [
            Reason(f"The DID block {block} uses it.", reverse("phone_system.did_blocks.modify", args=[block.pk]))
            for block in plan.blocks.all()
        ]
        if used:
            raise Refused(used)
        work.delete(plan)
    return work


def _fill(block: DidBlock, values: Mapping[str, Any]) -> None:
    if unknown := values.keys() - set(BLOCK_FIELDS):
        raise ValueError(f"not a setting of a DID block: {sorted(unknown)}")
    if "first" in values:
        block.first = digits_of(values["first"])
    if "count" in values:
        block.count = values["count"]
    if not block.first or len(block.first) > LONGEST:
        raise ValidationError({"first": [f"Give a telephone number of 1 to {LONGEST} digits."]})
    if not 1 <= block.count <= MOST_NUMBERS:
        raise ValidationError({"count": [f"A block has 1 to {MOST_NUMBERS} numbers."]})
    if len(block.last) > len(block.first):
        raise ValidationError({"count": [f"{block.count} numbers from {block.first} on need more digits than it has."]})


def _check_lines(block: DidBlock, lines: Iterable[OutsideLine]) -> None:
    """S22-03, S22-08: inside the door, so that nobody adds another block meanwhile."""
    for line in lines:
        others = list(line.did_blocks.exclude(pk=block.pk))
        if len(others) >= MOST_BLOCKS:
            raise ValidationError(
                {
                    "lines": [
                        f"{line} has {MOST_BLOCKS} DID blocks already. Larger blocks with unused numbers are better."
                    ]
                }
            )
        for other in others:
            if overlap((block.first, block.count), (other.first, other.count)):
                raise ValidationError({"lines": [f"On {line} the numbers of block {other} would be in two blocks."]})


def _save_numbers(work: Change, plan: DidRoutingPlan, numbers: Sequence[NamedNumber]) -> bool:
    """Whether anything changed. Sentences are for the rows, in order."""
    wanted: dict[str, NamedNumber] = {}
    blocks = list(plan.blocks.all())
    for typed in numbers:
        digits = _as_in_block(typed.number, blocks)
        if not digits:
            raise ValidationError({"numbers": [f"{typed.number[:40]} is no telephone number."]})
        if digits in wanted:
            raise ValidationError({"numbers": [f"{digits} is named twice."]})
        if blocks and not any(holds(block.first, block.count, digits) for block in blocks):
            raise ValidationError({"numbers": [f"{digits} lies in no block of this plan."]})
        if typed.extension and not typed.extension.isdecimal():
            raise ValidationError({"numbers": [f"{digits}: give the number of an extension."]})
        if typed.language not in DidLanguage.values:
            raise ValidationError({"numbers": [f"{digits}: there is no language {typed.language[:20]}."]})
        wanted[digits] = typed
    known = {row.number: row for row in plan.numbers.all()}
    changed = False
    for number in known.keys() - wanted.keys():
        work.delete(known[number])
        changed = True
    for number, typed in wanted.items():
        if (row := known.get(number)) is None:
            work.add(
                DidNumber(plan=plan, number=number, extension=typed.extension, dnis=typed.dnis, language=typed.language)
            )
            changed = True
            continue
        row = work.lock(row)
        row.extension, row.dnis, row.language = typed.extension, typed.dnis, typed.language
        changed |= work.save(row)
    return changed


def _as_in_block(number: str, blocks: Iterable[DidBlock]) -> str:
    """Digits as the plan's blocks write them: the last digits are enough where only one block fits."""
    digits = plain(number)
    if not digits or len(digits) > LONGEST:
        return ""
    fitting = set()
    for block in blocks:
        first = plain(block.first)
        whole = first[: len(first) - len(digits)] + digits if len(digits) < len(first) else digits
        if holds(block.first, block.count, whole):
            fitting.add(whole)
    return fitting.pop() if len(fitting) == 1 else digits


def _names(lines: Iterable[OutsideLine]) -> str:
    return ", ".join(sorted(str(line) for line in lines))
