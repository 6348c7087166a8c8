"""Emergency proof: every handset x every way to dial help, through `decide()`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from telephony.messages.snapshot import AppearanceEntry, Snapshot
from telephony.router.decide import decide
from telephony.router.index import SnapshotIndex, build
from telephony.router.invite import Facts, Invite


@dataclass(frozen=True, slots=True)
class Proven:
    """One handset and one way to dial. `lines`: in the order they are tried; none: it reaches nobody."""

    station: str
    handset: str
    owner: str
    dialled: str
    lines: tuple[str, ...]
    caller_id: str  # as the first line shows it
    location: str
    why: str = ""  # a sentence, when there is no line
    link: str = ""  # the handset's page

    @property
    def reached(self) -> bool:
        return bool(self.lines)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "lines": list(self.lines)}


def diallings(index: SnapshotIndex) -> tuple[str, ...]:
    """S23-01: with the access digit always, without it when direct dialling is on."""
    found: list[str] = []
    for number in index.emergency.numbers:
        if number and index.emergency.direct_dial:
            found.append(number)
        if number:
            found.append(index.dial_plan.external + number)
    return tuple(found)


def prove(snapshot: Snapshot) -> tuple[Proven, ...]:
    index = build(snapshot)
    ways = diallings(index)
    return tuple(_one(index, entry, dialled) for entry in snapshot.appearances for dialled in ways)


def reaching(snapshot: Snapshot) -> frozenset[str]:
    """Stations from which every way to dial help leads to an outside line that is meant for it: marked for emergency
    calls, or named by the handset's caller ID. The switch uses no others when it must do without the router, so a line
    that a service group merely adds as a last resort does not count."""
    rows = prove(snapshot)
    lost = {row.station for row in rows if not row.reached}
    marked = any(line.emergency for line in snapshot.outside_lines)
    named = {entry.number for entry in snapshot.emergency.caller_ids if entry.line_ids}
    return frozenset(
        entry.station
        for entry in snapshot.appearances
        if entry.station not in lost and (marked or entry.emergency_caller_id in named)
    )


def _one(index: SnapshotIndex, entry: AppearanceEntry, dialled: str) -> Proven:
    invite = Invite(call_id="proof", kind="phone", dialled=dialled, station=entry.station)
    plan = decide(index, Facts(registered={entry.station: 1}), invite)
    on_lines = [step for step in plan.steps if step.line_id is not None] if plan.kind == "emergency" else []
    owner = index.owner(entry.station)
    caller_id = on_lines[0].caller_number if on_lines else ""
    place = index.emergency_caller_ids.get(entry.emergency_caller_id)
    why = ""
    if not on_lines:
        last = plan.why[-1].text if plan.why else ""
        why = last if plan.kind == "emergency" else f"{dialled} is not an emergency call: {last}"
    return Proven(
        station=entry.station,
        handset=entry.description,
        owner=owner.name if owner else "",
        dialled=dialled,
        lines=tuple(index.lines[step.line_id].description for step in on_lines if step.line_id in index.lines),
        caller_id=caller_id,
        location=place.location if place and caller_id == place.number else "",
        why=why,
        link=entry.link,
    )
