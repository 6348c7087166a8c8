"""What the engines know of dialing privileges groups."""

from __future__ import annotations

from collections import defaultdict

from portal.phone_system.dialing_privileges_groups.models import DialingPrivilegesGroup
from portal.phone_system.service_groups.export import trunks
from telephony.messages.dialing import PrivilegesGroup


def privileges() -> tuple[PrivilegesGroup, ...]:
    every = trunks()
    lines: defaultdict[int, list[int]] = defaultdict(list)
    chosen = DialingPrivilegesGroup.lines.through.objects.order_by("pk")
    for group, line in chosen.values_list("dialingprivilegesgroup_id", "outsideline_id"):
        lines[group].append(line)
    return tuple(
        PrivilegesGroup(
            group_id=row.pk,
            description=row.description,
            selection=row.selection,
            line_ids=tuple(lines[row.pk]),
            emergency_group=row.emergency_group_id or every,
            blocked=tuple(row.blocked.split()),
            exceptions=tuple(row.exceptions.split()),
            default=row.is_default,
            link=f"/phone-system/dial-plan/privileges/{row.pk}/",
        )
        for row in DialingPrivilegesGroup.objects.order_by("pk")
    )
