"""Numbers that are called from outside: DID blocks, routing plans, and the lines' own routes (S22)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from portal.publish.findings import Finding, Severity
from telephony.messages.snapshot import DidPlan, OutsideLine, Snapshot
from telephony.numbers.did import holds
from telephony.numbers.internal import meaning
from telephony.numbers.meaning import AutoAttendant


def inbound(snapshot: Snapshot) -> Iterator[Finding]:
    exists = _reachable(snapshot)
    for line in snapshot.outside_lines:
        yield from _line(line, exists)
    for plan in snapshot.did_plans:
        yield from _plan(snapshot, plan, exists)
    for block in snapshot.did_blocks:
        if not block.line_ids:
            yield Finding(
                f"did.no_line.{block.block_id}",
                Severity.WARNING,
                f"The DID block that begins with {block.first} is used by no outside line: nobody can call it.",
                block.link,
                field="lines",
            )


def _reachable(snapshot: Snapshot) -> Callable[[str], bool]:
    extensions = {entry.number for entry in snapshot.extensions}
    attendants = {entry.number for entry in snapshot.attendants}

    def exists(number: str) -> bool:
        if number in extensions:
            return True
        found = meaning(number, snapshot.dial_plan, snapshot.emergency)
        if not isinstance(found, AutoAttendant):
            return False
        return (snapshot.default_attendant if found.number is None else found.number) in attendants

    return exists


def _line(line: OutsideLine, exists: Callable[[str], bool]) -> Iterator[Finding]:
    if line.destination and not exists(line.destination):
        yield Finding(
            f"line.nowhere.{line.line_id}",
            Severity.ERROR,
            f"Calls on outside line {line.description} go to {line.destination}, which does not exist.",
            line.link,
            field="destination",
        )
    if line.voicemail and not exists(line.voicemail):
        yield Finding(
            f"line.no_mailbox.{line.line_id}",
            Severity.ERROR,
            f"Calls on outside line {line.description} end in the mailbox of {line.voicemail}, which does not exist.",
            line.link,
            field="destination",
        )


def _plan(snapshot: Snapshot, plan: DidPlan, exists: Callable[[str], bool]) -> Iterator[Finding]:
    blocks = [block for block in snapshot.did_blocks if block.plan_id == plan.plan_id]
    if plan.default_extension and not exists(plan.default_extension):
        yield Finding(
            f"did.nowhere.{plan.plan_id}.default",
            Severity.ERROR,
            f"The default extension {plan.default_extension} of DID routing plan {plan.description} does not exist.",
            plan.link,
            field="default_extension",
        )
    if not plan.default_extension and blocks:
        yield Finding(
            f"did.no_default.{plan.plan_id}",
            Severity.WARNING,
            f"The DID routing plan {plan.description} has no default extension: numbers it does not name take the "
            "route of their line.",
            plan.link,
            field="default_extension",
        )
    for number in plan.numbers:
        if number.extension and not exists(number.extension):
            yield Finding(
                f"did.nowhere.{plan.plan_id}.{number.number}",
                Severity.ERROR,
                f"The DID number {number.number} goes to extension {number.extension}, which does not exist.",
                plan.link,
            )
        if not any(holds(block.first, block.count, number.number) for block in blocks):
            yield Finding(
                f"did.unreachable.{plan.plan_id}.{number.number}",
                Severity.WARNING,
                f"The DID number {number.number} lies in no block of the routing plan {plan.description}: nobody can "
                "call it.",
                plan.link,
            )
