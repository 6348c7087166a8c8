"""The applications of a media worker: each a pure session, chosen here by what the lease asks for."""

from __future__ import annotations

from telephony.calls.session import Session
from telephony.media.apps.announcement import Announce
from telephony.media.apps.attendant import Attend
from telephony.media.apps.bridge import AnchoredCall
from telephony.media.apps.message_center import HearMessages
from telephony.media.apps.originate import Originate
from telephony.media.apps.pick_up import PickedUp
from telephony.media.apps.test_ring import RingTest
from telephony.media.apps.voicemail import LeaveMessage
from telephony.messages.workers import (
    Announcement,
    AnyApp,
    AttendantApp,
    BridgeApp,
    MessageCenter,
    OriginateApp,
    PickUpApp,
    TakeMessage,
    TestRing,
)


def session_for(app: AnyApp, call_id: str) -> Session:
    match app:
        case TakeMessage():
            return LeaveMessage(app, call_id)
        case MessageCenter():
            return HearMessages(app)
        case OriginateApp():
            return Originate(app)
        case BridgeApp():
            return AnchoredCall(app)
        case PickUpApp():
            return PickedUp()
        case TestRing():
            return RingTest(app)
        case AttendantApp():
            return Attend(app)
        case Announcement():
            return Announce(app)


def takes_a_second(app: AnyApp) -> bool:
    """True for sessions whose lease brings two INVITEs."""
    return isinstance(app, PickUpApp)


def begins_by_itself(app: AnyApp) -> bool:
    """True for sessions that dial; the others wait for the INVITE that carries their lease."""
    return isinstance(app, OriginateApp | TestRing)
