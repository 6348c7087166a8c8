"""What is wrong with a configuration: pure functions of a snapshot.

An error that a change introduces refuses the change (`refuse_new_errors`); what was wrong before stays a red line
on Home and blocks nothing. One finding never refuses by itself: "no outside line carries emergency calls", because a
fresh box must be able to add handsets; a change that *takes* a handset's emergency path is refused separately: the
emergency proof is run for every handset before and after (telephony/ask/proof.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from portal.publish.checks.did import inbound
from portal.publish.checks.emergency import emergency
from portal.publish.checks.mailboxes import mailboxes, pins
from portal.publish.checks.schedules import schedules
from portal.publish.errors import Reason, Refused
from portal.publish.findings import Finding, Severity
from telephony.ask.proof import reaching
from telephony.messages.snapshot import (
    Credentials,
    DestinationKind,
    ExtensionEntry,
    Finally,
    FinallyKind,
    Route,
    Snapshot,
)


@dataclass(frozen=True, slots=True)
class Linted:
    """A snapshot with its findings, errors first."""

    snapshot: Snapshot
    findings: tuple[Finding, ...]
    reaching: frozenset[str]  # stations from which help is reached, however it is dialled


def lint(snapshot: Snapshot, credentials: Credentials | None = None) -> Linted:
    """Without credentials nothing is said of PINs."""
    found = [
        *emergency(snapshot),
        *_routes(snapshot),
        *_loops(snapshot),
        *_dead_ends(snapshot),
        *inbound(snapshot),
        *schedules(snapshot),
        *mailboxes(snapshot),
        *(pins(snapshot, credentials) if credentials else ()),
    ]
    found.sort(key=lambda found: (found.severity is not Severity.ERROR, found.key))
    return Linted(snapshot, tuple(found), reaching(snapshot))


def refuse_new_errors(after: Linted, before: Callable[[], Linted]) -> None:
    """Raises Refused. `before` is asked only when something is wrong after the change."""
    errors = [finding for finding in after.findings if finding.severity is Severity.ERROR]
    stations = _stations(after.snapshot)
    if not errors and after.reaching == stations:
        return
    old = before()
    known = {finding.key for finding in old.findings}
    reasons = [Reason(error.text, error.link) for error in errors if error.refuses and error.key not in known]
    appearances = after.snapshot.appearances
    lost = (old.reaching - after.reaching) & stations
    if lost:
        names = ", ".join(f"{a.description} ({a.station})" for a in appearances if a.station in sorted(lost)[:3])
        more = f" and {len(lost) - 3} more" if len(lost) > 3 else ""
        reasons.append(
            Reason(
                f"This would leave {names}{more} without an outside line for emergency calls. Give them another first."
            )
        )
    if reasons:
        raise Refused(reasons)


def _stations(snapshot: Snapshot) -> frozenset[str]:
    return frozenset(entry.station for entry in snapshot.appearances)


def _routes(snapshot: Snapshot) -> Iterator[Finding]:
    """Every number a route names must exist."""
    stations = _stations(snapshot)
    extensions = {entry.number: entry for entry in snapshot.extensions}
    voicemail = {user.user_id: user.mailbox.enabled for user in snapshot.users}
    for entry in snapshot.extensions:
        for presence, route in entry.routes.items():
            where = f"{entry.number}.{presence.value}"
            for attempt in route.attempts:
                for target in attempt.destinations:
                    if target.kind is DestinationKind.APPEARANCE and target.value not in stations:
                        yield _nowhere(where, entry, f"rings handset {target.value}, which does not exist", route)
                    elif target.kind is DestinationKind.EXTENSION and target.value not in extensions:
                        yield _nowhere(where, entry, f"rings extension {target.value}, which does not exist", route)
            for last in _finallies(route):
                if last.kind in (FinallyKind.EXTENSION, FinallyKind.VOICEMAIL) and last.value not in extensions:
                    yield _nowhere(where, entry, f"ends at extension {last.value}, which does not exist", route)
                elif last.kind is FinallyKind.VOICEMAIL:
                    owner = extensions[last.value].user_id
                    if owner is None or owner not in voicemail:
                        what = f"ends in the voicemail of extension {last.value}, which belongs to nobody"
                        yield _nowhere(where, entry, what, route)
                    elif not voicemail[owner]:
                        yield Finding(
                            f"route.voicemail_off.{where}.{last.value}",
                            Severity.WARNING,
                            f"Extension {entry.number} ends in the voicemail of {last.value}, which is switched off.",
                            route.link,
                        )


def _finallies(route: Route) -> tuple[Finally, ...]:
    return (route.finally_, route.on_busy) if route.on_busy else (route.finally_,)


def _nowhere(where: str, entry: ExtensionEntry, what: str, route: Route) -> Finding:
    return Finding(
        f"route.nowhere.{where}.{what.rsplit(', ')[0]}",
        Severity.ERROR,
        f"The call route of extension {entry.number} {what}.",
        route.link,
    )


def _loops(snapshot: Snapshot) -> Iterator[Finding]:
    """Extensions that send their calls round in a circle: each presence may meet any other's, so all count.
    One finding per knot of extensions that reach one another."""
    links = {entry.number: entry.link for entry in snapshot.extensions}
    following = {entry.number: set(_next(entry)) & links.keys() for entry in snapshot.extensions}
    following = {number: numbers for number, numbers in following.items() if numbers}
    reach = {number: _reachable(number, following) for number in following}  # few extensions point at another
    told: set[str] = set()
    for number in sorted(reach):
        if number not in reach[number] or number in told:
            continue
        knot = sorted(other for other in reach[number] if number in reach.get(other, ()))
        told.update(knot)
        if len(knot) == 1:
            text = f"Extension {number} sends its calls back to itself."
        else:
            text = f"Extensions {', '.join(knot)} send their calls round in a circle."
        yield Finding(f"route.loop.{'.'.join(knot)}", Severity.ERROR, text, links[number])


def _reachable(start: str, following: dict[str, set[str]]) -> set[str]:
    """What can be reached by at least one step."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for after in following.get(waiting.pop(), ()):
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return seen


def _next(entry: ExtensionEntry) -> Iterator[str]:
    for route in entry.routes.values():
        for attempt in route.attempts:
            for target in attempt.destinations:
                if target.kind is DestinationKind.EXTENSION:
                    yield target.value
        for last in _finallies(route):
            if last.kind is FinallyKind.EXTENSION:
                yield last.value


def _dead_ends(snapshot: Snapshot) -> Iterator[Finding]:
    """Extensions that ring nobody and then hang up."""
    owners = {entry.owner_id for entry in snapshot.appearances} - {None}
    for entry in snapshot.extensions:
        for presence, route in entry.routes.items():
            rings = any(
                target.kind is not DestinationKind.OWNER_HANDSETS or entry.user_id in owners
                for attempt in route.attempts
                for target in attempt.destinations
            )
            if not rings and route.finally_.kind is FinallyKind.HANG_UP:
                when = f" at presence {presence.value.replace('_', ' ')}" if entry.user_id is not None else ""
                yield Finding(
                    f"route.dead_end.{entry.number}.{presence.value}",
                    Severity.WARNING,
                    f"Extension {entry.number} is a dead end{when}: it rings no phone and hangs up.",
                    route.link,
                )
            for number, attempt in enumerate(route.attempts, start=1):
                if not attempt.destinations:
                    yield Finding(
                        f"route.unreachable.{entry.number}.{presence.value}.{number}",
                        Severity.WARNING,
                        f"Attempt {number} of extension {entry.number} rings nobody, so it is passed over.",
                        route.link,
                    )
