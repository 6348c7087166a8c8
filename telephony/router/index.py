"""A snapshot prepared for questions: every look-up a decision needs is one dict access.

Built once per snapshot (a few ms for 250 users), then never changed: a call keeps the index it began with.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from telephony.messages.dialing import PrivilegesGroup, SpeedDialEntry
from telephony.messages.snapshot import (
    AppearanceEntry,
    AttendantEntry,
    DialPlan,
    Emergency,
    EmergencyCallerId,
    ExtensionEntry,
    OutsideLine,
    ScheduleEntry,
    Snapshot,
    UserEntry,
)
from telephony.numbers.did import DidIndex
from telephony.numbers.external import ExternalIndex

log = logging.getLogger(__name__)
ANYTHING = PrivilegesGroup(group_id=0, description="", default=True)  # while no group is configured


@dataclass(frozen=True, slots=True)
class SnapshotIndex:
    snapshot: Snapshot
    users: dict[int, UserEntry]
    user_of_extension: dict[str, UserEntry]
    extensions: dict[str, ExtensionEntry]
    appearances: dict[str, AppearanceEntry]  # by station
    stations_of: dict[int, tuple[str, ...]]  # user id -> stations, in the order of handset and line
    lines: dict[int, OutsideLine]
    emergency_lines: tuple[OutsideLine, ...]
    emergency_caller_ids: dict[str, EmergencyCallerId]  # by number
    dids: DidIndex
    external: ExternalIndex
    privileges: dict[int, PrivilegesGroup]
    default_privileges: PrivilegesGroup
    speed_dials: dict[int, SpeedDialEntry]  # by entry
    schedules: dict[int, ScheduleEntry]  # by id
    attendants: dict[int, AttendantEntry]  # by number
    zone: ZoneInfo  # whose wall clock they follow

    @property
    def version(self) -> int:
        return self.snapshot.version

    @property
    def dial_plan(self) -> DialPlan:
        return self.snapshot.dial_plan

    @property
    def emergency(self) -> Emergency:
        return self.snapshot.emergency

    def privileges_of(self, station: str) -> PrivilegesGroup:
        """Of a call appearance; a group that is gone leaves it the default one."""
        appearance = self.appearances.get(station)
        return self.privileges.get(appearance.privileges if appearance else 0, self.default_privileges)

    def owner(self, station: str) -> UserEntry | None:
        appearance = self.appearances.get(station)
        if appearance is None or appearance.owner_id is None:
            return None
        return self.users.get(appearance.owner_id)


def build(snapshot: Snapshot) -> SnapshotIndex:
    stations: defaultdict[int, list[str]] = defaultdict(list)
    for entry in sorted(snapshot.appearances, key=lambda one: (one.handset_id, one.line)):
        if entry.owner_id is not None:
            stations[entry.owner_id].append(entry.station)
    users = {user.user_id: user for user in snapshot.users}
    user_of_extension = {user.extension: user for user in snapshot.users if user.extension}
    for extension in snapshot.extensions:  # the extension's own word counts when the two differ
        if extension.user_id is not None and extension.user_id in users:
            user_of_extension[extension.number] = users[extension.user_id]
    return SnapshotIndex(
        snapshot=snapshot,
        users=users,
        user_of_extension=user_of_extension,
        extensions={extension.number: extension for extension in snapshot.extensions},
        appearances={entry.station: entry for entry in snapshot.appearances},
        stations_of={user_id: tuple(found) for user_id, found in stations.items()},
        lines={line.line_id: line for line in snapshot.outside_lines},
        emergency_lines=tuple(line for line in snapshot.outside_lines if line.emergency),
        emergency_caller_ids={entry.number: entry for entry in snapshot.emergency.caller_ids},
        dids=DidIndex.of(snapshot),
        external=ExternalIndex.of(snapshot.external, operator=snapshot.dial_plan.operator),
        privileges={group.group_id: group for group in snapshot.privileges},
        default_privileges=next((one for one in snapshot.privileges if one.default), ANYTHING),
        speed_dials={one.entry: one for one in snapshot.speed_dials},
        schedules={schedule.schedule_id: schedule for schedule in snapshot.schedules},
        attendants={attendant.number: attendant for attendant in snapshot.attendants},
        zone=_zone(snapshot.time_zone),
    )


def empty() -> SnapshotIndex:
    """Before the first configuration arrives: nobody can be called, nothing is broken."""
    return build(Snapshot(version=0, at="", realm=""))


def _zone(name: str) -> ZoneInfo:
    """UTC, and a line in the log, when this machine does not know the zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        log.error("index.unknown_zone name=%s", name)
        return ZoneInfo("UTC")
