"""What exists from installation: schedule 0 (S25-03), the greetings, the row of the contact information."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from portal.business.contact_information.models import ContactInformation
from portal.business.schedules.models import DEFAULT_NUMBER, WEEKDAYS, GreetingNames, Schedule

OPEN_HOURS = "08:00-17:00 day 0"


def make_defaults(**_: Any) -> None:
    """post_migrate handler; idempotent, and never changes a row that is there."""
    with transaction.atomic():
        if not Schedule.objects.filter(number=DEFAULT_NUMBER).exists():
            Schedule.objects.create(
                number=DEFAULT_NUMBER, description="Default", **dict.fromkeys(WEEKDAYS[:5], OPEN_HOURS)
            )
        GreetingNames.objects.get_or_create(pk=1)
        ContactInformation.objects.get_or_create(pk=1)
