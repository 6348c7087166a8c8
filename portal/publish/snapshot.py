"""Collect what the engines must know: every slice's `export.py`, written out. Flat reads, no model instances.

A new slice with something to tell the engines adds its line here and its field in telephony/messages/snapshot.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from portal.access.secrets import pin_key
from portal.business.schedules import export as schedules
from portal.business.users import export as users
from portal.maintenance.time.export import time_zone
from portal.phone_system.audit_pin_codes import export as audit_pin_codes
from portal.phone_system.auto_attendants import export as auto_attendants
from portal.phone_system.dialing_privileges_groups import export as dialing_privileges_groups
from portal.phone_system.did_blocks import export as did_blocks
from portal.phone_system.emergency import export as emergency
from portal.phone_system.extensions import export as extensions
from portal.phone_system.external_dialing import export as external_dialing
from portal.phone_system.handsets import export as handsets
from portal.phone_system.outside_lines import export as outside_lines
from portal.phone_system.speed_dial import export as speed_dial
from telephony.messages.snapshot import Credentials, Snapshot


@dataclass(frozen=True, slots=True)
class Collected:
    """Numbered 0 and without a time: `versions.py` puts them in."""

    snapshot: Snapshot
    credentials: Credentials


def collect() -> Collected:
    realm = settings.INSTANCE.realm
    snapshot = Snapshot(
        version=0,
        at="",
        realm=realm,
        users=users.users(),
        appearances=handsets.appearances(),
        extensions=extensions.extensions(),
        outside_lines=outside_lines.outside_lines(),
        external=external_dialing.external_dialing(),
        privileges=dialing_privileges_groups.privileges(),
        audit_pins=audit_pin_codes.audit_pins(),
        speed_dials=speed_dial.speed_dials(),
        anonymous_destination=outside_lines.anonymous_destination(),
        did_blocks=did_blocks.did_blocks(),
        did_plans=did_blocks.did_plans(),
        emergency=emergency.emergency(),
        time_zone=time_zone(),
        schedules=schedules.schedules(),
        attendants=auto_attendants.attendants(),
        default_attendant=auto_attendants.default_attendant(),
        greetings=schedules.greetings(),
    )
    credentials = Credentials(
        version=0,
        sip=handsets.sip_credentials(realm),
        pins=users.pins(),
        pin_key=pin_key(),
        lines=outside_lines.passwords(),
        audit_pins=audit_pin_codes.codes(),
    )
    return Collected(snapshot, credentials)
