"""What is done with extensions. Called inside the publishing door by whoever owns the change."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from portal.access.limits import limits
from portal.business.users.models import User
from portal.phone_system.extensions.models import CallRoute, ConnectionAttempt, Destination, Extension
from portal.publish.change import Change
from telephony.messages.snapshot import DialPlan, FinallyKind, Presence

DEFAULT_RINGS = 4


def check_number(number: str) -> None:
    """Raises ValidationError with a sentence: the number must lie in the block of the dial plan (S07-17)."""
    plan = DialPlan()
    in_block = len(number) == plan.extension_digits and number.isascii() and number.isdigit()
    if not in_block or number[0] not in plan.extension_leading:
        first, last = plan.extension_leading
        low, high = first + "0" * (plan.extension_digits - 1), last + "9" * (plan.extension_digits - 1)
        raise ValidationError(f"An extension is a number from {low} to {high}; {number!r} is not.")


def check_free(number: str, *, but: Extension | None = None) -> None:
    """Inside the door: nobody else has it."""
    taken = Extension.objects.filter(number=number).exclude(pk=but.pk if but else None).select_related("user").first()
    if taken:
        owner = f" by {taken.user.label}" if taken.user else ""
        raise ValidationError(f"Extension {number} is already used{owner}.")


def add_user_extension(work: Change, user: User, number: str) -> Extension:
    """S18-03: a route for each presence. Every one rings the owner's handsets, then goes to voicemail."""
    allowed = limits()
    if Extension.objects.count() >= allowed.extensions:
        raise ValidationError(
            f"This system (model {allowed.model}) can have {allowed.extensions} extensions, and it has them."
        )
    extension = Extension(number=number, user=user)
    work.add(extension)
    routes = CallRoute.objects.bulk_create(
        CallRoute(
            extension=extension, presence=presence.value, finally_kind=FinallyKind.VOICEMAIL.value, finally_value=number
        )
        for presence in Presence
    )
    attempts = ConnectionAttempt.objects.bulk_create(
        ConnectionAttempt(route=route, position=1, rings=DEFAULT_RINGS) for route in routes
    )
    Destination.objects.bulk_create(Destination(attempt=attempt) for attempt in attempts)
    return extension


def renumber(work: Change, extension: Extension, number: str) -> None:
    """Its own routes into its own voicemail follow; routes of others that named it are for the lint to refuse."""
    old = extension.number
    extension = work.lock(extension)
    extension.number = number
    work.save(extension)
    own = CallRoute.objects.filter(extension=extension)
    voicemail = FinallyKind.VOICEMAIL.value
    own.filter(finally_kind=voicemail, finally_value=old).update(finally_value=number)
    own.filter(busy_kind=voicemail, busy_value=old).update(busy_value=number)
