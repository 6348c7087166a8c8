"""Index of this menu's models, for Django."""

from portal.phone_system.auto_attendants.models import AutoAttendant, AutoAttendantUserGrant
from portal.phone_system.call_queues.models import CallQueue, CallQueueUserGrant
from portal.phone_system.did_blocks.models import DidBlock, DidNumber, DidRoutingPlan
from portal.phone_system.emergency.models import EmergencyProof, EmergencySettings
from portal.phone_system.emergency_cid.models import EmergencyCallerId
from portal.phone_system.extensions.models import CallRoute, ConnectionAttempt, Destination, Extension
from portal.phone_system.handsets.models import CallAppearance, Handset
from portal.phone_system.outside_lines.models import OutsideLine

__all__ = [
    "AutoAttendant",
    "AutoAttendantUserGrant",
    "CallAppearance",
    "CallQueue",
    "CallQueueUserGrant",
    "CallRoute",
    "ConnectionAttempt",
    "Destination",
    "DidBlock",
    "DidNumber",
    "DidRoutingPlan",
    "EmergencyCallerId",
    "EmergencyProof",
    "EmergencySettings",
    "Extension",
    "Handset",
    "OutsideLine",
]
