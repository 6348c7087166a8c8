"""Can everybody call for help? (S14-05, S23)"""

from __future__ import annotations

from collections.abc import Iterator

from portal.publish.findings import Finding, Severity
from telephony.messages.snapshot import Emergency, Snapshot
from telephony.numbers.internal import meaning
from telephony.numbers.meaning import Extension, External, Unknown

PAGE = "/phone-system/dial-plan/emergency/"


def emergency(snapshot: Snapshot) -> Iterator[Finding]:
    numbers = snapshot.emergency.numbers
    if not any(line.emergency for line in snapshot.outside_lines):
        yield Finding(
            "emergency.no_line",
            Severity.ERROR,
            f"No outside line carries emergency calls: nobody can reach {', '.join(numbers)} from this system.",
            refuses=False,
        )
    for number in numbers:
        yield from _collision(snapshot, number)
    if snapshot.emergency.direct_dial is False:
        spoken = ", ".join(snapshot.dial_plan.external + number for number in numbers)
        yield Finding(
            "emergency.not_direct",
            Severity.WARNING,
            f"Emergency numbers work only with the outside line digit ({spoken}). Somebody in need may not know it, "
            "and in the United States the law wants direct dialling.",
            PAGE,
            field="direct_dial",
        )


def _collision(snapshot: Snapshot, number: str) -> Iterator[Finding]:
    """S14-05: an emergency number is matched before everything, so what collides with it cannot be reached."""
    ways = [snapshot.dial_plan.external + number, *([number] if snapshot.emergency.direct_dial else [])]
    taken = {entry.number: entry.link for entry in snapshot.extensions}
    taken.update({entry.station: entry.link for entry in snapshot.appearances})
    for dialled in ways:
        for other, link in taken.items():
            if other.startswith(dialled):
                yield Finding(
                    f"emergency.collision.{dialled}.{other}",
                    Severity.ERROR,
                    f"The emergency number {dialled} and {other} of this office begin alike: emergency calls would be "
                    f"made by people who dial {other}, or {other} could not be reached.",
                    link or PAGE,
                    field="numbers",
                    at=(PAGE,),
                )
        found = meaning(dialled, snapshot.dial_plan, Emergency(numbers=()))
        if not isinstance(found, Unknown | External | Extension):
            yield Finding(
                f"emergency.function.{dialled}",
                Severity.ERROR,
                f"The emergency number {dialled} is also a function of the internal dial plan, which could not be "
                "reached any more.",
                PAGE,
                field="numbers",
            )
