"""The members of every service group, as the engines know them."""

from __future__ import annotations

from collections import defaultdict

from portal.phone_system.outside_lines.models import OutsideLine
from portal.phone_system.service_groups.models import ServiceGroup, ServiceGroupLine
from telephony.messages.dialing import ServiceGroup as Group

Kind, Key = OutsideLine.Kind, ServiceGroup.Key
KINDS: dict[str, frozenset[str]] = {  # which lines a built-in group has
    Key.DIGITAL: frozenset({Kind.DIGITAL}),
    Key.DIGITAL_ANALOG: frozenset({Kind.DIGITAL, Kind.ANALOG}),
    Key.DIGITAL_ANALOG_GATEWAYS: frozenset({Kind.DIGITAL, Kind.ANALOG, Kind.SIP_GATEWAY}),
    Key.GATEWAYS: frozenset({Kind.SIP_GATEWAY}),
    Key.PROXIES: frozenset({Kind.SIP_PROXY}),
    Key.TRUNKS: frozenset({Kind.DIGITAL, Kind.ANALOG, Kind.SIP_GATEWAY, Kind.SIP_PROXY}),
    Key.NONE: frozenset(),
}
# Within a built-in group whose order nobody chose: what an office rather uses first
_RANK = {Kind.DIGITAL: 0, Kind.ANALOG: 1, Kind.SIP_GATEWAY: 2, Kind.SIP_PROXY: 3, Kind.REMOTE_SITE: 4}


def members() -> dict[int, tuple[int, ...]]:
    """Service group -> its lines, top first."""
    placed: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for group, line, position in ServiceGroupLine.objects.values_list("group_id", "line_id", "position"):
        placed[group][line] = position
    lines = list(OutsideLine.objects.order_by("pk").values_list("pk", "kind"))
    found: dict[int, tuple[int, ...]] = {}
    for pk, key in ServiceGroup.objects.order_by("pk").values_list("pk", "key"):
        place = placed[pk]
        if not key:
            found[pk] = tuple(sorted(place, key=lambda line: place[line]))
            continue
        mine = [(line, kind) for line, kind in lines if kind in KINDS[key]]
        mine.sort(key=lambda one: (place.get(one[0], len(lines)), _RANK[Kind(one[1])], one[0]))
        found[pk] = tuple(line for line, _ in mine)
    return found


def groups() -> tuple[Group, ...]:
    lines = members()
    page = "/phone-system/dial-plan/service-groups/"
    rows = ServiceGroup.objects.order_by("pk").values_list("pk", "description")
    return tuple(Group(group_id=pk, description=text, line_ids=lines[pk], link=f"{page}{pk}/") for pk, text in rows)


def trunks() -> int:
    """All Trunk Devices: what counts where no service group was chosen."""
    return ServiceGroup.objects.values_list("pk", flat=True).get(key=Key.TRUNKS)
