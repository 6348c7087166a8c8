"""Delete somebody's messages or recordings (S15-12). No configuration, so no version; but audited."""

from __future__ import annotations

import logging

from celery.exceptions import CeleryError
from django.conf import settings
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

import portal.celery  # noqa: F401  # the app must exist before a shared task is called
from portal.business.users import leaving
from portal.business.users.models import User
from portal.publish.change import By, change
from telephony import mailbox, tasks

log = logging.getLogger(__name__)


def messages_of(user: User) -> int:
    return mailbox.counts(settings.INSTANCE.mail, user.pk).total


def recordings_of(user: User) -> int:
    return leaving.recordings(user.pk)


def delete_messages(user: User, *, by: By) -> int:
    deleted = mailbox.clear(settings.INSTANCE.mail, user.pk)
    if deleted:
        note(user, "voicemail", f"{deleted} messages", "deleted", by=by)
        try:
            tasks.mailbox_changed.apply_async(kwargs={"user_id": user.pk, "by": by.name}, ignore_result=True)
        except (OperationalError, CeleryError, RedisError) as error:  # the lamp follows when the router counts again
            log.warning("voicemail.lamp_not_told user=%s error=%s", user.pk, type(error).__name__)
    return deleted


def delete_recordings(user: User, *, by: By) -> int:
    deleted = leaving.delete_recordings(user.pk)
    if deleted:
        note(user, "recordings", f"{deleted} recordings", "deleted", by=by)
    return deleted


def note(user: User, what: str, before: str, after: str, *, by: By) -> None:
    with change(by, f"{what.capitalize()} of {user.username}: {after}") as work:
        work.note(user, what, before, after)
