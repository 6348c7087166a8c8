"""A line appearance called directly: 5nnn (S07-19). It rings that phone only and follows no route."""

from __future__ import annotations

from telephony.router.draft import Draft

RING_MS = 60_000


def call_station(made: Draft, station: str) -> None:
    appearance = made.index.appearances.get(station)
    if appearance is None:
        made.refusal(404, f"No handset has the station number {station}.")
        return
    owner = made.index.owner(station)
    made.callee(station, owner.name if owner else appearance.description, owner.user_id if owner else None)
    if station == made.invite.station or made.live.busy(station):
        made.explain(f"Station {station} is in use.", appearance.link)
        made.refuse(486, "Busy")
        return
    made.explain(f"Station {station} was dialled directly.", appearance.link)
    made.ring([station], RING_MS)
    made.refuse(480, "Nobody answered")
    last = len(made.steps)
    made.refuse(486, "Busy")
    made.jump(0, busy=last)
