"""`decide(snapshot, live, invite) -> RoutePlan`: where one INVITE goes, and why. Pure.

Emergency is matched first, always (inside `numbers.meaning`). Calls with an outside line are anchored: the plan is
a question for a worker, and the worker's own leg is decided once more with `Invite.bridged`.
"""

from __future__ import annotations

from typing import assert_never

from telephony.messages.plan import MAX_BRANCHES, RoutePlan
from telephony.numbers.internal import meaning
from telephony.numbers.meaning import (
    AuditPinCall,
    AutoAttendant,
    EmergencyCall,
    Enterprise,
    Extension,
    External,
    LeaveVoicemail,
    Meaning,
    MessageCenter,
    NotYet,
    Operator,
    PickUp,
    SpeedDial,
    Station,
    Unknown,
)
from telephony.router.draft import Caller, Draft
from telephony.router.index import SnapshotIndex
from telephony.router.invite import Invite, Live
from telephony.router.steps.attendant import call_attendant
from telephony.router.steps.audit_pin import call_with_pin
from telephony.router.steps.emergency import call_emergency
from telephony.router.steps.extension import call_extension, call_operator
from telephony.router.steps.external import call_enterprise, call_from_outside, call_outside
from telephony.router.steps.message_center import open_message_center
from telephony.router.steps.pick_up import pick_up
from telephony.router.steps.refusal import not_yet, refuse_unknown
from telephony.router.steps.speed_dial import behind
from telephony.router.steps.station import call_station
from telephony.router.steps.voicemail import leave_voicemail


def identify(index: SnapshotIndex, invite: Invite) -> Caller:
    """Who calls, as the other side shall see it."""
    if invite.kind == "line":
        return Caller(invite.from_number, invite.from_name)
    if invite.kind == "worker":
        user = index.user_of_extension.get(invite.acting)
        return Caller(invite.acting, user.name, user.user_id) if user else Caller(invite.acting, "")
    appearance = index.appearances.get(invite.station)
    if appearance is None:
        return Caller(invite.station, invite.from_name)
    owner = index.owner(invite.station)
    if owner is None:
        return Caller(invite.station, appearance.description)
    return Caller(owner.extension or invite.station, owner.name, owner.user_id)


def decide(index: SnapshotIndex, live: Live, invite: Invite, *, budget: int = MAX_BRANCHES) -> RoutePlan:
    return draft(index, live, invite, budget=budget).plan()


def draft(index: SnapshotIndex, live: Live, invite: Invite, *, budget: int = MAX_BRANCHES) -> Draft:
    """As `decide`, with what the plan itself does not carry (caller's and callee's user)."""
    made = Draft(index=index, live=live, invite=invite, caller=identify(index, invite), budget=budget)
    made.callee(invite.dialled, "")
    if invite.kind == "line" and not invite.within:
        call_from_outside(made, index.lines.get(invite.line_id or 0))
    else:
        _carry_out(made, meaning(invite.dialled, index.dial_plan, index.emergency))
    made.anchor()
    return made


def _carry_out(made: Draft, found: Meaning) -> None:
    match found:
        case EmergencyCall(number):
            call_emergency(made, number)
        case Operator():
            call_operator(made)
        case Extension(number):
            call_extension(made, number)
        case Station(station):
            call_station(made, station)
        case LeaveVoicemail(extension):
            leave_voicemail(made, extension)
        case MessageCenter(extension):
            open_message_center(made, extension)
        case AutoAttendant(number):
            call_attendant(made, number)
        case External(number):
            call_outside(made, number)
        case AuditPinCall(digits):
            call_with_pin(made, digits)
        case Enterprise(number):
            call_enterprise(made, number)
        case SpeedDial():
            _carry_out(made, behind(made, found))
        case PickUp(extension):
            pick_up(made, extension)
        case NotYet(function):
            not_yet(made, function)
        case Unknown(_, reason):
            refuse_unknown(made, reason)
        case _:
            assert_never(found)
