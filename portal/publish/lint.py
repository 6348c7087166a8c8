"""What is wrong with a configuration: pure functions of a snapshot.

An error that a change introduces refuses the change (`refuse_new_errors`); what was wrong before stays a red line
on Home and blocks nothing. One finding never refuses by itself: "no outside line carries emergency calls", because a
fresh box must be able to add handsets; a change that *takes* a handset's emergency path is refused separately.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from portal.publish.errors import Reason, Refused
from telephony.messages.snapshot import DestinationKind, ExtensionEntry, Finally, FinallyKind, Route, Snapshot


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    key: str  # the same for the same thing in every version
    severity: Severity
    text: str
    link: str = ""
    refuses: bool = True  # an error that a change may not introduce


@dataclass(frozen=True, slots=True)
class Linted:
    """A snapshot with its findings, errors first."""

    snapshot: Snapshot
    findings: tuple[Finding, ...]


def lint(snapshot: Snapshot) -> Linted:
    found = [*_emergency(snapshot), *_routes(snapshot), *_loops(snapshot), *_mailboxes(snapshot)]
    return Linted(snapshot, tuple(sorted(found, key=lambda found: (found.severity is not Severity.ERROR, found.key))))


def refuse_new_errors(after: Linted, before: Callable[[], Linted]) -> None:
    """Raises Refused. `before` is asked only when something is wrong after the change."""
    errors = [finding for finding in after.findings if finding.severity is Severity.ERROR]
    if not errors:
        return
    old = before()
    known = {finding.key for finding in old.findings}
    reasons = [Reason(error.text, error.link) for error in errors if error.refuses and error.key not in known]
    appearances = after.snapshot.appearances
    lost = stations_with_emergency_path(old.snapshot) - stations_with_emergency_path(after.snapshot)
    lost &= _stations(after.snapshot)
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


def stations_with_emergency_path(snapshot: Snapshot) -> frozenset[str]:
    """Every handset may use every outside line that carries emergency calls."""
    return _stations(snapshot) if any(line.emergency for line in snapshot.outside_lines) else frozenset()


def _stations(snapshot: Snapshot) -> frozenset[str]:
    return frozenset(entry.station for entry in snapshot.appearances)


def _emergency(snapshot: Snapshot) -> Iterator[Finding]:
    if not any(line.emergency for line in snapshot.outside_lines):
        numbers = ", ".join(snapshot.emergency.numbers)
        yield Finding(
            "emergency.no_line",
            Severity.ERROR,
            f"No outside line carries emergency calls: nobody can reach {numbers} from this system.",
            refuses=False,
        )


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


def _mailboxes(snapshot: Snapshot) -> Iterator[Finding]:
    numbers = {entry.number for entry in snapshot.extensions}
    owners = {entry.owner_id for entry in snapshot.appearances}
    for user in snapshot.users:
        operator = user.mailbox.operator_extension
        if operator and operator not in numbers:
            yield Finding(
                f"mailbox.operator.{user.user_id}",
                Severity.ERROR,
                f"The operator extension {operator} of {user.name}'s voicemail does not exist.",
                user.link,
            )
        if user.extension and user.user_id not in owners and not user.mailbox.enabled:
            yield Finding(
                f"user.unreachable.{user.user_id}",
                Severity.WARNING,
                f"{user.name} has neither a handset nor voicemail: calls to {user.extension} reach nobody.",
                user.link,
            )
