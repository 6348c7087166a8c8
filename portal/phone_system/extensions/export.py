"""What the engines know of extensions: their routes. Four flat reads, put together here."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

from portal.phone_system.extensions.models import CallRoute, ConnectionAttempt, Destination, Extension
from telephony.messages.snapshot import Attempt, DestinationKind, ExtensionEntry, Finally, FinallyKind, Presence, Route
from telephony.messages.snapshot import Destination as Target

# 250 users have 1750 routes, nearly all alike, and a save waits for this: equal parts are made once. They are
# immutable, so they may be shared, also between versions.
_target = lru_cache(maxsize=2000)(lambda kind, value: Target(kind=DestinationKind(kind), value=value))
_finally = lru_cache(maxsize=2000)(lambda kind, value: Finally(kind=FinallyKind(kind), value=value))
_attempt = lru_cache(maxsize=2000)(
    lambda targets, rings, ring_tone: Attempt(destinations=targets, rings=rings, ring_tone=ring_tone)
)
_route = lru_cache(maxsize=20_000)(
    lambda attempts, last, busy, link: Route(attempts=attempts, finally_=last, on_busy=busy, link=link)
)


def extensions() -> tuple[ExtensionEntry, ...]:
    routes = _routes()
    rows = Extension.objects.order_by("number").values_list("pk", "number", "user_id", "description")
    return tuple(
        ExtensionEntry(
            number=number,
            user_id=user_id,
            description=description,
            routes=routes[pk],
            link=f"/phone-system/extensions/{pk}/",
        )
        for pk, number, user_id, description in rows
    )


def _routes() -> dict[int, dict[Presence, Route]]:
    """Extension id → its routes."""
    destinations: dict[int, tuple[Target, ...]] = defaultdict(tuple)
    for attempt_id, kind, value in Destination.objects.order_by("attempt_id", "id").values_list(
        "attempt_id", "kind", "value"
    ):
        destinations[attempt_id] += (_target(kind, value),)

    attempts: dict[int, tuple[Attempt, ...]] = defaultdict(tuple)
    for pk, route_id, rings, ring_tone in ConnectionAttempt.objects.order_by("route_id", "position").values_list(
        "pk", "route_id", "rings", "ring_tone"
    ):
        attempts[route_id] += (_attempt(destinations[pk], rings, ring_tone),)

    routes: dict[int, dict[Presence, Route]] = defaultdict(dict)
    for pk, extension_id, presence, kind, value, busy_kind, busy_value in CallRoute.objects.order_by(
        "extension_id", "id"
    ).values_list("pk", "extension_id", "presence", "finally_kind", "finally_value", "busy_kind", "busy_value"):
        routes[extension_id][Presence(presence)] = _route(
            attempts[pk],
            _finally(kind, value),
            _finally(busy_kind, busy_value) if busy_kind else None,
            f"/phone-system/extensions/{extension_id}/routes/{presence}/",
        )
    return routes
