"""Pick-up (7 + extension): the picker and the call that rings meet in a worker (engine-calls 4).

The picker's INVITE goes to a worker; when the worker has it, the switch gives the ringing INVITE one more branch to
the same worker, with the same lease. The worker's answer wins against the phones, which are told "Call completed
elsewhere". The picker's leg belongs to the call it picked up: one record.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from telephony.messages.plan import RoutePlan
from telephony.messages.workers import LegState
from telephony.router.busy import lamps_of
from telephony.router.draft import Draft, explanation
from telephony.router.index import SnapshotIndex
from telephony.router.live import Call, Leg
from telephony.router.server import RpcFailed

if TYPE_CHECKING:
    from telephony.router.router import Router

log = logging.getLogger(__name__)

PICK_UP = "pick_up"  # application of both legs; question "pick_up/102"
PICKER: Final = "picker"


def oldest_ringing(calls: Iterable[Call], index: SnapshotIndex, extension: str, picker: str) -> Leg | None:
    """The leg to answer: of the oldest call whose lamp at `extension` shows that it rings, and that is neither the
    picker's own nor being picked up. An emergency call or a test rings for nobody else."""
    for call in sorted(calls, key=lambda one: one.at):
        if call.answered or call.ended_by or call.kind in ("emergency", "test"):
            continue
        if any(leg.station == picker or leg.role == PICKER for leg in call.legs.values()):
            continue
        lamp = lamps_of(call, index).get(extension)
        if lamp is None or lamp.state != "early" or lamp.direction != "recipient":
            continue
        for leg in call.legs.values():
            if leg.ringing and not leg.talking:
                return leg
    return None


class PickUps:
    def __init__(self, router: Router) -> None:
        self.router = router

    def begin(self, leg: Leg, made: Draft, extension: str) -> RoutePlan | None:
        """Move the picker's leg into the call it picks up; the plan to answer with, whose step is the question for a
        worker. None when nothing rings there: `made` says so then."""
        router = self.router
        found = oldest_ringing(router.live.calls.values(), made.index, extension, leg.station)
        if found is None:
            made.steps.clear()
            made.refusal(480, f"No call rings at extension {extension}.")
            return None
        call = found.call
        router.live.move_leg(leg, call)
        leg.role, leg.application = PICKER, PICK_UP
        found.picker = leg
        who = f"{made.caller.name} ({made.caller.number})" if made.caller.name else made.caller.number
        router.ledger.explain(call, [explanation(f"{who} picked it up with {made.invite.dialled}.", "")])
        plan = made.plan()
        return plan.model_copy(
            update={
                "call_id": call.call_id,
                "callee_number": str(call.facts.get("from_number", "")),
                "callee_name": str(call.facts.get("from_name", "")),
            }
        )

    def worker_is_ready(self, state: LegState) -> None:
        """The worker has the picker's INVITE: now it becomes one more phone of the ringing call."""
        router = self.router
        grant = router.media.pool.grants.get(state.lease)
        if grant is None or grant.app != PICK_UP or state.state != "ringing":
            return
        legs = router.live.calls[grant.call_id].legs.values() if grant.call_id in router.live.calls else ()
        ringing = next((one for one in legs if one.picker is not None and one.picker.lease == state.lease), None)
        worker = router.media.pool.workers.get(grant.worker)
        if ringing is None or ringing.talking or worker is None or router.control is None:
            router.media.end(state.lease)
            return
        router.spawn(self._join(ringing, state.lease, worker.address))

    async def _join(self, leg: Leg, lease: str, address: str) -> None:
        control = self.router.control
        assert control is not None
        try:
            await control.add_branch(leg.index, leg.label, lease=lease, uri=f"sip:{PICK_UP}@{address}")
        except RpcFailed as error:  # the worker gives up by itself in a moment
            log.warning("pickup.failed call=%s error=%s", leg.call.call_id, error)


__all__ = ["PICKER", "PICK_UP", "PickUps", "oldest_ringing"]
