"""What the engines know of DID blocks and routing plans."""

from __future__ import annotations

from collections import defaultdict

from portal.phone_system.did_blocks.models import DidBlock, DidNumber, DidRoutingPlan
from telephony.messages.snapshot import DidBlock as Block
from telephony.messages.snapshot import DidNumber as Number
from telephony.messages.snapshot import DidPlan


def did_blocks() -> tuple[Block, ...]:
    lines: defaultdict[int, list[int]] = defaultdict(list)
    for block, line in DidBlock.lines.through.objects.order_by("pk").values_list("didblock_id", "outsideline_id"):
        lines[block].append(line)
    rows = DidBlock.objects.order_by("pk").values_list("pk", "first", "count", "plan_id")
    return tuple(
        Block(
            block_id=pk,
            first=first,
            count=count,
            plan_id=plan,
            line_ids=tuple(sorted(lines[pk])),
            link=f"/phone-system/did-blocks/{pk}/",
        )
        for pk, first, count, plan in rows
    )


def did_plans() -> tuple[DidPlan, ...]:
    numbers: defaultdict[int, list[Number]] = defaultdict(list)
    rows = DidNumber.objects.order_by("plan_id", "number").values_list(
        "plan_id", "number", "extension", "dnis", "language"
    )
    for plan, number, extension, dnis, language in rows:
        numbers[plan].append(Number(number=number, extension=extension, dnis=dnis, language=language))
    plans = DidRoutingPlan.objects.order_by("pk").values_list(
        "pk", "description", "default_extension", "default_language"
    )
    return tuple(
        DidPlan(
            plan_id=pk,
            description=description,
            default_extension=extension,
            default_language=language,
            numbers=tuple(numbers[pk]),
            link=f"/phone-system/did-routing-plans/{pk}/",
        )
        for pk, description, extension, language in plans
    )
