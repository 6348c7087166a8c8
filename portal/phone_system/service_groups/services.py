"""What is done with service groups (S14-09..S14-14). Raises ValidationError, Conflict or Refused; then nothing was
saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError

from portal.phone_system.audit_pin_codes.models import AuditPinSettings
from portal.phone_system.dialing_privileges_groups.models import DialingPrivilegesGroup
from portal.phone_system.external_dialing.models import ExternalDialing, ExternalRule
from portal.phone_system.outside_lines.models import OutsideLine
from portal.phone_system.service_groups.export import members
from portal.phone_system.service_groups.models import ServiceGroup, ServiceGroupLine
from portal.publish.change import By, Change, change

BUILT_IN = "A built-in group has the lines of its kind: their order can be chosen, nothing else."


def lines_of(group: ServiceGroup) -> list[OutsideLine]:
    """Its lines, the one tried first on top."""
    order = members()[group.pk]
    lines = OutsideLine.objects.in_bulk(order)
    return [lines[pk] for pk in order]


def users_of(group: ServiceGroup) -> list[str]:
    """Sentences about what uses it."""
    found = [f"The dialing rule {rule} sends calls to it." for rule in ExternalRule.objects.filter(group=group)]
    kinds = [field for field in ExternalDialing._meta.fields if field.related_model is ServiceGroup]
    for field in kinds:
        if ExternalDialing.objects.filter(**{field.name: group}).exists():
            found.append(f"External dialing sends these calls to it: {field.verbose_name}.")
    privileges = DialingPrivilegesGroup.objects.filter(emergency_group=group)
    found += [f"The dialing privileges group {one} calls for help on it." for one in privileges]
    if AuditPinSettings.objects.filter(group=group).exists():
        found.append("Calls with an audit PIN code go out on it.")
    return found


def add_group(values: Mapping[str, Any], *, by: By) -> tuple[ServiceGroup, Change]:
    """`values`: description, lines (ids of outside lines, top first)."""
    row = ServiceGroup()
    with change(by, "Add service group") as work:
        _describe(row, values["description"])
        lines = _lines(row, values["lines"])
        work.add(row)
        _place(work, row, lines)
    return row, work


def copy_group(source: ServiceGroup, *, by: By) -> tuple[ServiceGroup, Change]:
    """One of our own with the same lines; of a built-in group, as they are now."""
    return add_group(
        {"description": _copy_name(source.description), "lines": [one.pk for one in lines_of(source)]}, by=by
    )


def modify_group(row: ServiceGroup, values: Mapping[str, Any], *, by: By, seen: int | None = None) -> Change:
    with change(by, f"Modify service group {row}") as work:
        row = work.lock(row, seen=seen, mine=values)
        if "description" in values and (not row.built_in or values["description"] != row.description):
            _describe(row, values["description"])
        if "lines" in values:
            _place(work, row, _lines(row, values["lines"]))
        work.save(row)
    return work


def delete_group(row: ServiceGroup, *, by: By, seen: int | None = None) -> Change:
    with change(by, f"Delete service group {row}") as work:
        row = work.lock(row, seen=seen)
        if row.built_in:
            raise ValidationError("A built-in service group cannot be deleted.")
        if used := users_of(row):
            raise ValidationError(f"It is in use. {' '.join(used)} Choose another group there first.")
        work.delete(row)
    return work


def _describe(row: ServiceGroup, text: str) -> None:
    text = text.strip()
    if row.built_in:
        raise ValidationError({"description": [BUILT_IN]})
    if not text:
        raise ValidationError({"description": ["Describe the group: which lines are they?"]})
    if ServiceGroup.objects.filter(description__iexact=text).exclude(pk=row.pk).exists():
        raise ValidationError({"description": [f"There is a service group {text} already."]})
    row.description = text


def _lines(row: ServiceGroup, wanted: Sequence[int]) -> list[OutsideLine]:
    if len(set(wanted)) != len(wanted):
        raise ValidationError({"lines": ["A line is in a group once."]})
    known = OutsideLine.objects.in_bulk(wanted)
    if missing := [pk for pk in wanted if pk not in known]:
        raise ValidationError({"lines": [f"There is no outside line {missing[0]} any more. Choose again."]})
    if row.built_in and set(wanted) != set(members()[row.pk]):
        raise ValidationError({"lines": [BUILT_IN]})
    return [known[pk] for pk in wanted]


def _place(work: Change, row: ServiceGroup, lines: Sequence[OutsideLine]) -> None:
    before = [one.line for one in row.members.select_related("line").order_by("position")]
    if before == list(lines):
        return
    row.members.all().delete()
    ServiceGroupLine.objects.bulk_create(
        ServiceGroupLine(group=row, line=line, position=place) for place, line in enumerate(lines)
    )
    work.note(row, "Outside lines", ", ".join(map(str, before)), ", ".join(map(str, lines)))
    work.touch(row)


def _copy_name(text: str) -> str:
    name, number = f"Copy of {text}"[:60], 2
    while ServiceGroup.objects.filter(description__iexact=name).exists():
        name, number = f"Copy of {text}"[:56] + f" {number}", number + 1
    return name
