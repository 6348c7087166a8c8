"""The whole state in one event (`state.reported`), for the hub to reconcile with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telephony.router.live import Call

if TYPE_CHECKING:
    from telephony.router.router import Router


def report(router: Router) -> dict[str, Any]:
    """The fields of a StateReported. Lists the router cannot vouch for are left out."""
    fields: dict[str, Any] = {
        "version": router.index.version,
        "engines": [
            {"part": "switch", "up": router.link is not None},
            *(
                {"part": f"media {worker.number}", "up": True}
                for worker in sorted(router.media.pool.workers.values(), key=lambda one: one.number)
            ),
        ],
    }
    if not router.resync.known:
        return fields
    fields["calls"] = [_call(call) for call in router.live.calls.values() if call.started and not call.ended]
    fields["registrations"] = [
        {
            "station": station,
            "expires": found.expires,
            "contact": found.contact,
            "source": found.source,
            "user_agent": found.user_agent,
        }
        for station, found in router.live.registrations.items()
    ]
    fields["bans"] = [
        {"source": source, "reason": ban.reason, "until": ban.until} for source, ban in router.live.bans.items()
    ]
    return fields


def _call(call: Call) -> dict[str, Any]:
    return {
        "call_id": call.call_id,
        "seq": call.seq,
        "started": call.at,
        **call.facts,
        "why": call.why,
        "stations": call.ringing,
        "answered": call.answered,
        "answered_by": call.answered_by,
        "answered_by_name": call.answered_name,
        "held_by": call.held_by(),
    }
