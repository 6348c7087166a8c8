"""An extension by the route of its owner's presence (S18-03..S18-17).

Steps of one extension lie in the order: its attempts, its Finally, its On Busy Finally. A Finally always
ends the plan (an answer, a mailbox, or another extension's steps), so "the following step" is right for
no answer, and only busy needs a jump.
"""

from __future__ import annotations

from telephony.messages.snapshot import (
    Destination,
    DestinationKind,
    ExtensionEntry,
    Finally,
    FinallyKind,
    Presence,
    Route,
)
from telephony.router.draft import Draft
from telephony.router.steps.voicemail import finally_voicemail

MAX_HOPS = 5  # routes that lead to extensions whose routes lead on (S18-30)
MAX_INSIDE = 50  # extensions inside one attempt; with 24 branches more could not ring anyway

_SPOKEN: dict[Presence, str] = {
    Presence.IN_OFFICE: "In Office",
    Presence.AT_A_MEETING: "At A Meeting",
    Presence.ON_VACATION: "On Vacation",
    Presence.ON_BUSINESS_TRIP: "On Business Trip",
    Presence.AT_HOME: "At Home",
    Presence.AWAY: "Away",
    Presence.BUSY: "Busy",
}


def call_operator(made: Draft) -> None:
    number = made.index.dial_plan.operator
    if number not in made.index.extensions:
        made.refusal(404, "No operator is set up: there is no extension for the operator's digit.")
        return
    call_extension(made, number)


def call_extension(made: Draft, number: str) -> None:
    entry = made.index.extensions.get(number)
    if entry is None:
        made.refusal(404, f"There is no extension {number}.")
        return
    user = made.index.users.get(entry.user_id) if entry.user_id is not None else None
    made.callee(number, user.name if user else entry.description, user.user_id if user else None)
    if user is not None and user.user_id == made.caller.user_id:
        made.explain(f"{user.name} called the own extension.", entry.link)
    _follow(made, entry, hops=0)


def active_route(made: Draft, entry: ExtensionEntry) -> tuple[Presence, Route | None]:
    presence = made.live.presence(entry.user_id) if entry.user_id is not None else Presence.IN_OFFICE
    route = entry.routes.get(presence)
    if route is None:  # a presence never saved follows In Office
        return Presence.IN_OFFICE, entry.routes.get(Presence.IN_OFFICE)
    return presence, route


def _follow(made: Draft, entry: ExtensionEntry, *, hops: int) -> None:
    presence, route = active_route(made, entry)
    if route is None:
        made.explain(f"Extension {entry.number} has no call route.", entry.link)
        made.refuse(480, "No call route")
        return
    text = f"Call route of extension {entry.number}"
    made.explain(f"{text}, presence {_SPOKEN[presence]}." if entry.user_id is not None else f"{text}.", route.link)
    rung: list[int] = []
    was_busy = False
    for attempt in route.attempts:
        wanted = _stations(made, attempt.destinations, entry, seen={entry.number})
        free = [station for station in wanted if station != made.invite.station and not made.live.busy(station)]
        if wanted and not free:
            was_busy = True
            made.explain(f"Every phone of extension {entry.number} is in use.", entry.link)
            if route.on_busy is not None:
                break
            continue
        if free and not any(made.live.contacts(station) for station in free):
            made.explain(f"No phone of extension {entry.number} is registered.", entry.link)
        ring_ms = max(1, round(attempt.rings * made.index.snapshot.ring_seconds * 1000))
        step = made.ring(free, ring_ms, _alert(attempt.ring_tone)) if free and made.room() else None
        if step is not None:
            rung.append(step)
    if was_busy and route.on_busy is not None:
        _finish(made, route.on_busy, route.link, busy=True, hops=hops)
    else:
        _finish(made, route.finally_, route.link, busy=was_busy and not rung, hops=hops)
    if rung:
        _busy_path(made, route, rung, hops=hops)


def _busy_path(made: Draft, route: Route, rung: list[int], *, hops: int) -> None:
    """Where the phones' own 486 leads: the On Busy route from every attempt; without one, a route that
    hangs up says "busy" to the caller after its last attempt."""
    start = len(made.steps)
    if route.on_busy is not None:
        if not made.room():
            return
        _finish(made, route.on_busy, route.link, busy=True, hops=hops)
        for step in rung:
            made.jump(step, busy=start)
    elif route.finally_.kind is FinallyKind.HANG_UP:
        made.refuse(486, "Busy")
        made.jump(rung[-1], busy=start)


def _finish(made: Draft, end: Finally, link: str, *, busy: bool, hops: int) -> None:
    match end.kind:
        case FinallyKind.HANG_UP:
            made.refuse(*((486, "Busy") if busy else (480, "Nobody answered")))
        case FinallyKind.VOICEMAIL:
            finally_voicemail(made, end.value, link, busy=busy)
        case FinallyKind.EXTENSION:
            target = made.index.extensions.get(end.value)
            if target is None:
                made.explain(f"The route ends in extension {end.value}, which does not exist.", link)
                made.refuse(480, f"There is no extension {end.value}")
            elif hops >= MAX_HOPS or not made.room():
                made.explain(f"The call was passed on {MAX_HOPS} times; it goes no further.", link)
                made.refuse(482, "Passed on too often")
            else:
                _follow(made, target, hops=hops + 1)


def _stations(
    made: Draft, destinations: tuple[Destination, ...], entry: ExtensionEntry, *, seen: set[str]
) -> list[str]:
    """The appearances of an attempt, each once, in order. An extension as destination stands for the first
    attempt of its own route; `seen` makes every extension count once, so loops and diamonds are harmless."""
    found: dict[str, None] = {}
    for one in destinations:
        match one.kind:
            case DestinationKind.OWNER_HANDSETS:
                if entry.user_id is not None:
                    found.update(dict.fromkeys(made.index.stations_of.get(entry.user_id, ())))
            case DestinationKind.APPEARANCE:
                if one.value in made.index.appearances:
                    found[one.value] = None
            case DestinationKind.EXTENSION:
                other = made.index.extensions.get(one.value)
                if other is None or one.value in seen or len(seen) > MAX_INSIDE:
                    continue
                seen.add(one.value)
                _, route = active_route(made, other)
                if route is not None and route.attempts:
                    first = route.attempts[0].destinations
                    found.update(dict.fromkeys(_stations(made, first, other, seen=seen)))
    return list(found)


def _alert(tone: str) -> tuple[str, ...]:
    """Distinctive ringing of an attempt (S18-11). Only a plain word may enter a header."""
    if not tone or not tone.replace("-", "").replace("_", "").isalnum() or not tone.isascii():
        return ()
    return (f"Alert-Info: <http://switchroom.invalid/{tone}>;info={tone}",)
