"""A caller chose a number in an application of ours (an auto attendant): may it be called, and how?

The worker gets a token for a leg that is decided as if the caller had dialled the number inside the office, or the
settings of the other attendant it shall go on as. What leads outside, or to somebody's messages, is never granted: an
outside caller must not telephone at the office's expense.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from telephony.messages.workers import AskCall, CallGranted
from telephony.numbers.internal import clean, meaning
from telephony.numbers.meaning import AutoAttendant, Extension, LeaveVoicemail, Operator
from telephony.router.applications import attendant
from telephony.router.invite import Invite, InviteKind
from telephony.router.leases import Grant
from telephony.router.live import Leg

if TYPE_CHECKING:
    from telephony.router.router import Router

CALLABLE = (Extension, Operator, LeaveVoicemail)


def grant_call(router: Router, ask: AskCall, grant: Grant | None) -> CallGranted:
    call = router.live.calls.get(grant.call_id) if grant else None
    if grant is None or call is None:
        return CallGranted(ask=ask.ask, reason="The call is not known.")
    index, number = call.index, clean(ask.digits)
    found = meaning(number, index.dial_plan, index.emergency)
    if isinstance(found, AutoAttendant):
        wanted = index.snapshot.default_attendant if found.number is None else found.number
        entry = index.attendants.get(wanted)
        if entry is None:
            return CallGranted(ask=ask.ask, reason=f"There is no auto attendant {wanted}.")
        setting = router.schedules.setting(index, entry.schedule_id, time.time())
        return CallGranted(ask=ask.ask, attendant=attendant(index, entry, setting))
    if not isinstance(found, CALLABLE):
        return CallGranted(ask=ask.ask, reason=f"{number} is not a number callers may choose.")
    if isinstance(found, Extension) and number not in index.extensions:
        return CallGranted(ask=ask.ask, reason=f"There is no extension {number}.")
    leg = next((one for one in call.legs.values() if one.lease == grant.lease), None)
    origin = Invite(
        call_id=call.call_id,
        kind=_kind(leg),
        dialled=number,
        station=leg.station if leg else "",
        line_id=leg.line_id if leg else None,
        from_number=str(call.facts.get("from_number", "")),
        from_name=str(call.facts.get("from_name", "")),
        source=leg.source if leg else "",
        within=True,
        bridged=True,
    )
    now = asyncio.get_running_loop().time()
    token = router.tokens.mint(call_id=call.call_id, role="far", now=now, origin=origin)
    return CallGranted(ask=ask.ask, to=number, token=token)


def _kind(leg: Leg | None) -> InviteKind:
    """After our own restart little is known of the leg: its caller is then shown as nobody's."""
    return "phone" if leg is not None and leg.station else "line"
