"""What the engines know of dialling to the outside."""

from __future__ import annotations

from portal.phone_system.external_dialing.models import ExternalDialing as Row
from portal.phone_system.external_dialing.models import ExternalRule as RuleRow
from portal.phone_system.service_groups.export import groups, trunks
from telephony.messages.dialing import ExternalDialing, ExternalRule


def external_dialing() -> ExternalDialing:
    every = trunks()
    row = Row.objects.filter(pk=1).first() or Row()
    rules = RuleRow.objects.order_by("leading", "total").values_list(
        "pk", "leading", "total", "delete_leading", "insert", "append", "group_id"
    )
    return ExternalDialing(
        home_area_code=row.home_area_code,
        nanpa=row.nanpa,
        rules=tuple(
            ExternalRule(
                leading=leading,
                total=total,
                delete=delete,
                insert=insert,
                append=append,
                group=group,
                link=f"/phone-system/dial-plan/rules/{pk}/",
            )
            for pk, leading, total, delete, insert, append, group in rules
        ),
        groups=groups(),
        service=row.service_id or every,
        operator=row.operator_id or every,
        long_distance=row.long_distance_id or every,
        international=row.international_id or every,
        other=row.other_id or every,
        enterprise=row.enterprise_id,
        link="/phone-system/dial-plan/",
    )
