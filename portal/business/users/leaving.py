"""What goes with a user who is deleted (S09-36), inside the change and after it."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from portal.business.users.models import User
from portal.phone_system.extensions.models import CallRoute, ConnectionAttempt, Destination
from portal.publish.change import Change
from telephony import mailbox
from telephony.messages.snapshot import DestinationKind, FinallyKind
from telephony.voice import greetings

log = logging.getLogger(__name__)

ENDS = (FinallyKind.EXTENSION.value, FinallyKind.VOICEMAIL.value)


def pointing_at(number: str) -> QuerySet[CallRoute]:
    """Routes of other extensions that ring this one or end at it."""
    rings = Q(attempts__destinations__kind=DestinationKind.EXTENSION.value, attempts__destinations__value=number)
    ends = Q(finally_kind__in=ENDS, finally_value=number) | Q(busy_kind__in=ENDS, busy_value=number)
    return CallRoute.objects.filter(rings | ends).exclude(extension__number=number).distinct()


def unlink(work: Change, number: str) -> None:
    """Nothing rings the number any more. A route that ended there ends in its own voicemail; one without, hangs up."""
    others = list(pointing_at(number).select_related("extension"))
    for route in others:
        own = bool(route.extension.user_id)
        if route.finally_kind in ENDS and route.finally_value == number:
            route.finally_kind = FinallyKind.VOICEMAIL.value if own else FinallyKind.HANG_UP.value
            route.finally_value = route.extension.number if own else ""
        if route.busy_kind in ENDS and route.busy_value == number:
            route.busy_kind = route.busy_value = ""
        route.save(update_fields=["finally_kind", "finally_value", "busy_kind", "busy_value"])
    for extension in {route.extension_id: route.extension for route in others}.values():
        work.note(extension, "call routes", f"rang or ended at {number}", "without it")
        work.touch(extension)
    rings = Destination.objects.filter(kind=DestinationKind.EXTENSION.value, value=number)
    emptied = set(rings.values_list("attempt_id", flat=True))
    rings.delete()
    ConnectionAttempt.objects.filter(pk__in=emptied).annotate(left=Count("destinations")).filter(left=0).delete()
    for user in User.objects.filter(operator_extension=number):
        user = work.lock(user)
        user.operator_extension = ""
        work.save(user)


def remove_files(user_id: int) -> None:
    """After the commit: messages, greetings and recordings. What cannot be removed is logged, never fatal."""
    try:
        mailbox.remove(settings.INSTANCE.mail, user_id)
    except OSError as error:
        log.warning("user.mailbox_not_removed user=%s error=%s", user_id, error)
    greetings.forget(Path(settings.INSTANCE.media) / "prompts" / "en", user_id)
    delete_recordings(user_id)


def recordings_folder(user_id: int) -> Path:
    return Path(settings.INSTANCE.media) / "recordings" / str(user_id)


def recordings(user_id: int) -> int:
    folder = recordings_folder(user_id)
    return sum(1 for file in folder.rglob("*") if file.is_file()) if folder.is_dir() else 0


def delete_recordings(user_id: int) -> int:
    """How many there were."""
    found = recordings(user_id)
    shutil.rmtree(recordings_folder(user_id), ignore_errors=True)
    return found
