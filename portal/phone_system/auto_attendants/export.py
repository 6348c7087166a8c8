"""What the engines know of auto attendants."""

from __future__ import annotations

from portal.business.schedules.models import DEFAULT_NUMBER, Schedule
from portal.phone_system.auto_attendants.models import AutoAttendant
from telephony.messages.snapshot import AttendantEntry

_SAME = (
    "number", "dial_by_name", "dial_by_name_prompt", "spell_by", "directory", "directory_prompt", "directory_order",
    "dial_now_prompt", "end_call_prompt", "repeat_prompt", "speed_dials", "default_extension",
)  # fmt: skip


def attendants() -> tuple[AttendantEntry, ...]:
    default = Schedule.objects.filter(number=DEFAULT_NUMBER).values_list("pk", flat=True).first() or 0
    return tuple(
        AttendantEntry(
            **{name: getattr(row, name) for name in _SAME},
            description=row.name,
            schedule_id=row.schedule_id or default,
            recordings=tuple(row.recorded),
            shortcuts=row.shortcuts(),
            link=f"/phone-system/auto-attendants/{row.pk}/",
        )
        for row in AutoAttendant.objects.all()
    )


def default_attendant() -> int:
    """Reached by 400 (S26-Q06): the first one unless another was made the default."""
    return AutoAttendant.objects.filter(is_default=True).values_list("number", flat=True).first() or 1
