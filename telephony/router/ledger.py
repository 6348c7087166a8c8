"""Calls as the world hears of them: every change of a call's state, with its event.

`questions` and `progress` tell it what the switch said; it keeps `LiveState` and the `Journal` in step, so
that each call has one CallStarted, one CallEnded, and sequence numbers without gaps.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from telephony.messages.plan import Explanation
from telephony.router.draft import BRIDGE, Draft
from telephony.router.journal import Journal
from telephony.router.live import Call, Leg, LiveState, Side
from telephony.router.outcome import outcome

log = logging.getLogger(__name__)


class Ledger:
    def __init__(self, live: LiveState, journal: Journal) -> None:
        self.live = live
        self.journal = journal
        self.changed: Callable[[Call], None] = _nobody_looks  # after every change that a busy lamp may show

    def start(self, call: Call, made: Draft) -> None:
        """The decision stands. Later legs of the same call add only their explanation."""
        if call.started:
            self.explain(call, made.why)
            return
        call.started = True
        call.why = list(made.why)
        call.language = made.language
        call.facts = {
            "from_number": made.caller.number,
            "from_name": made.caller.name,
            "from_station": made.invite.station,
            "from_user": made.caller.user_id,
            "to_number": made.callee_number,
            "to_name": made.callee_name,
            "to_user": made.callee_user,
            "dialled": made.shown_dialled or made.invite.dialled,
            "audit_pin": made.audit_pin,
            "call_kind": made.kind,
            "mode": made.mode.value,
            "anchor_reason": made.anchor_reason,
            "version": made.index.version,
        }
        self.journal.call("call.started", call, at=call.at, **call.facts, why=call.why)
        self.changed(call)

    def explain(self, call: Call, why: list[Explanation]) -> None:
        new = [line for line in why if line not in call.why]
        if new:
            call.why.extend(new)
            self.journal.call("call.explained", call, why=new)

    def ring(self, leg: Leg, station: str) -> None:
        if leg.talking or not self.live.ring(leg, station):
            return
        self._tell_ringing(leg.call)

    def _tell_ringing(self, call: Call) -> None:
        stations = tuple(sorted({station for leg in call.legs.values() for station in leg.ringing}))
        if stations != call.ringing:
            call.ringing = stations
            self.journal.call("call.ringing", call, stations=stations)
            self.changed(call)

    def stop_ringing(self, leg: Leg) -> None:
        """The attempt is over; what rings next is told by its own 180."""
        self.live.stop_ringing(leg)
        self.changed(leg.call)

    def stop_ringing_at(self, leg: Leg, station: str) -> None:
        """One phone is out of it; the others ring on."""
        self.live.stop_ringing_at(leg, station)
        self._tell_ringing(leg.call)

    def answer(self, leg: Leg, by: str, name: str) -> None:
        if leg.talking:
            return
        self.live.answer(leg, by)
        call = leg.call
        call.ringing = ()
        self.changed(call)
        if leg.role in ("first", "picker") or leg.application == BRIDGE or call.answered:
            return  # a call that a worker connects is answered when the called side answers
        call.answered, call.answered_by, call.answered_name = time.time(), by, name
        self.journal.call("call.answered", call, by=by, by_name=name)

    def hold(self, leg: Leg, by: Side, on: bool) -> None:
        if (by in leg.held) == on:
            return
        if on:
            leg.held.add(by)
        else:
            leg.held.discard(by)
        self.journal.call("call.held" if on else "call.resumed", leg.call, by=by)

    def end_leg(self, leg: Leg, *, code: int = 0, reason: str = "", canceled: bool = False) -> None:
        """The leg is over; the call is, when nothing else keeps it alive."""
        call = leg.call
        repeats = leg.application == BRIDGE and call.code and not canceled  # what the far side said was handed on
        if not leg.talking and not call.answered and not repeats and leg.role != "picker":
            call.code, call.reason = code, reason
            call.canceled = canceled
        self.live.end_leg(leg)
        self.changed(call)
        self.settle(call)

    def end_session(self, call: Call, lease: str, reason: str) -> None:
        call.sessions.discard(lease)
        if reason and not call.answered and not call.code:
            call.reason = reason
        self.settle(call)

    def settle(self, call: Call) -> None:
        if call.alive or call.ended:
            return
        call.ended = True
        self.live.calls.pop(call.call_id, None)
        if not call.started:
            return  # nobody heard of it
        how = outcome(call)
        code = 0 if call.answered else call.code
        self.journal.call("call.ended", call, outcome=how, code=code, reason=call.reason)
        log.debug("call.ended call=%s outcome=%s", call.call_id, how)


def _nobody_looks(call: Call) -> None: ...
