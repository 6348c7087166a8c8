"""Index of this menu's models, for Django."""

from portal.phone_system.audit_pin_codes.models import AuditPinCode, AuditPinSettings
from portal.phone_system.auto_attendants.models import AutoAttendant, AutoAttendantUserGrant
from portal.phone_system.call_queues.models import CallQueue, CallQueueUserGrant
from portal.phone_system.dialing_privileges_groups.models import DialingPrivilegesGroup
from portal.phone_system.did_blocks.models import DidBlock, DidNumber, DidRoutingPlan
from portal.phone_system.emergency.models import EmergencyProof, EmergencySettings
from portal.phone_system.emergency_cid.models import EmergencyCallerId
from portal.phone_system.extensions.models import CallRoute, ConnectionAttempt, Destination, Extension
from portal.phone_system.external_dialing.models import ExternalDialing, ExternalRule
from portal.phone_system.handsets.models import CallAppearance, Handset
from portal.phone_system.outside_lines.models import AnonymousCalls, OutsideLine
from portal.phone_system.service_groups.models import ServiceGroup, ServiceGroupLine
from portal.phone_system.speed_dial.models import SpeedDialNumber

__all__ = [
    "AnonymousCalls",
    "AuditPinCode",
    "AuditPinSettings",
    "AutoAttendant",
    "AutoAttendantUserGrant",
    "CallAppearance",
    "CallQueue",
    "CallQueueUserGrant",
    "CallRoute",
    "ConnectionAttempt",
    "Destination",
    "DialingPrivilegesGroup",
    "DidBlock",
    "DidNumber",
    "DidRoutingPlan",
    "EmergencyCallerId",
    "EmergencyProof",
    "EmergencySettings",
    "Extension",
    "ExternalDialing",
    "ExternalRule",
    "Handset",
    "OutsideLine",
    "ServiceGroup",
    "ServiceGroupLine",
    "SpeedDialNumber",
]
