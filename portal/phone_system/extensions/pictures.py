"""An extension's call routes as pictures: each presence's route as a time line of attempts that ends in its Finally."""

from __future__ import annotations

from dataclasses import dataclass

from portal.phone_system.extensions.models import CallRoute, ConnectionAttempt, Destination, Extension
from portal.phone_system.handsets.models import CallAppearance
from telephony.messages.snapshot import DestinationKind, FinallyKind, Presence, Snapshot

RING_SECONDS = Snapshot.model_fields["ring_seconds"].default


@dataclass(frozen=True, slots=True)
class Ringing:
    """One connection attempt: when it begins after the call came in, how long it rings, and whom."""

    starts: int  # seconds
    seconds: int
    rings: int
    whom: tuple[str, ...]

    @property
    def bar(self) -> int:
        """Length of its bar, 1 to 6."""
        return min(6, max(1, self.rings))


@dataclass(frozen=True, slots=True)
class Picture:
    presence: str
    title: str
    now: bool  # whether the user is in this presence at the moment
    attempts: tuple[Ringing, ...]
    ends: int  # seconds until the Finally
    finally_text: str
    busy_text: str  # "" when busy is treated as no answer (S18-16)


def handsets_of(extension: Extension) -> tuple[str, ...]:
    """The lines of its user's handsets."""
    owned = CallAppearance.objects.select_related("handset").filter(owner=extension.user_id, owner__isnull=False)
    return tuple(str(line) for line in owned)


def pictures_of(extension: Extension, *, presence: str) -> list[Picture]:
    """In Office first. `presence`: of its user at the moment."""
    handsets, names = handsets_of(extension), _names()
    routes = {route.presence: route for route in extension.routes.all()}
    return [
        _picture(routes[kind.value], handsets, names, now=bool(extension.user_id) and kind.value == presence)
        for kind in Presence
        if kind.value in routes
    ]


def _names() -> dict[str, str]:
    """ "102 Bob" by extension number."""
    people = Extension.objects.values_list("number", "description", "user__first_name", "user__last_name")
    return {
        number: " ".join(part for part in (number, first, last) if part)
        if first or last
        else f"{number} {text}".strip()
        for number, text, first, last in people
    }


def _picture(route: CallRoute, handsets: tuple[str, ...], names: dict[str, str], *, now: bool) -> Picture:
    at = 0
    attempts = []
    for attempt in route.attempts.all():
        seconds = round(attempt.rings * RING_SECONDS)
        attempts.append(Ringing(at, seconds, attempt.rings, _whom(attempt, handsets, names)))
        at += seconds
    return Picture(
        presence=route.presence,
        title=Presence(route.presence).value.replace("_", " ").title(),
        now=now,
        attempts=tuple(attempts),
        ends=at,
        finally_text=_last(route.finally_kind, route.finally_value, names),
        busy_text=_last(route.busy_kind, route.busy_value, names) if route.busy_kind else "",
    )


def _whom(attempt: ConnectionAttempt, handsets: tuple[str, ...], names: dict[str, str]) -> tuple[str, ...]:
    return tuple(_one(destination, handsets, names) for destination in attempt.destinations.all())


def _one(destination: Destination, handsets: tuple[str, ...], names: dict[str, str]) -> str:
    if destination.kind == DestinationKind.OWNER_HANDSETS:
        return f"the user's handsets: {', '.join(handsets)}" if handsets else "the user's handsets (none yet)"
    if destination.kind == DestinationKind.EXTENSION:
        return f"extension {names.get(destination.value, destination.value)}"
    return f"handset {destination.value}"


def _last(kind: str, value: str, names: dict[str, str]) -> str:
    if kind == FinallyKind.VOICEMAIL:
        return f"voicemail of {names.get(value, value)}"
    if kind == FinallyKind.EXTENSION:
        return f"extension {names.get(value, value)}"
    return "hang up"
