"""What the engines know of extensions: their routes. Four flat reads, put together here."""

from __future__ import annotations

from collections import defaultdict

from portal.phone_system.extensions.models import CallRoute, ConnectionAttempt, Destination, Extension
from telephony.messages.snapshot import Attempt, DestinationKind, ExtensionEntry, Finally, FinallyKind, Presence, Route
from telephony.messages.snapshot import Destination as Target


def extensions() -> tuple[ExtensionEntry, ...]:
    routes = _routes()
    rows = Extension.objects.order_by("number").values_list("pk", "number", "user_id", "description")
    return tuple(
        ExtensionEntry.model_construct(
            number=number,
            user_id=user_id,
            description=description,
            routes=routes[pk],
            link=f"/phone-system/extensions/{pk}/",
        )
        for pk, number, user_id, description in rows
    )


def _routes() -> dict[int, dict[Presence, Route]]:
    """Extension id → its routes. Values come from our own columns with choices, so they are not validated again:
    250 users have 1750 routes, and a save waits for this."""
    destinations: dict[int, list[Target]] = defaultdict(list)
    for attempt_id, kind, value in Destination.objects.order_by("attempt_id", "id").values_list(
        "attempt_id", "kind", "value"
    ):
        destinations[attempt_id].append(Target.model_construct(kind=DestinationKind(kind), value=value))

    attempts: dict[int, list[Attempt]] = defaultdict(list)
    for pk, route_id, rings, ring_tone in ConnectionAttempt.objects.order_by("route_id", "position").values_list(
        "pk", "route_id", "rings", "ring_tone"
    ):
        attempts[route_id].append(
            Attempt.model_construct(destinations=tuple(destinations[pk]), rings=rings, ring_tone=ring_tone)
        )

    routes: dict[int, dict[Presence, Route]] = defaultdict(dict)
    for pk, extension_id, presence, kind, value, busy_kind, busy_value in CallRoute.objects.order_by(
        "extension_id", "id"
    ).values_list("pk", "extension_id", "presence", "finally_kind", "finally_value", "busy_kind", "busy_value"):
        routes[extension_id][Presence(presence)] = Route.model_construct(
            attempts=tuple(attempts[pk]),
            finally_=Finally.model_construct(kind=FinallyKind(kind), value=value),
            on_busy=Finally.model_construct(kind=FinallyKind(busy_kind), value=busy_value) if busy_kind else None,
            link=f"/phone-system/extensions/{extension_id}/routes/{presence}/",
        )
    return routes
