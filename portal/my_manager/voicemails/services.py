"""What is done with voicemails: listen, mark as heard, delete. Page and API call these."""

from __future__ import annotations

import logging

from celery.exceptions import CeleryError
from django.conf import settings
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

import portal.celery  # noqa: F401  # the app must exist before a shared task is called
from portal.business.users.models import User
from telephony import mailbox, tasks

log = logging.getLogger(__name__)


def voicemails(user: User) -> tuple[mailbox.Message, ...]:
    """Newest first, as one looks at them on a screen."""
    return tuple(reversed(mailbox.messages(settings.INSTANCE.mail, user.pk)))


def audio(user: User, message_id: str) -> bytes:
    """A WAV file. Raises mailbox.MessageGone."""
    return mailbox.audio(settings.INSTANCE.mail, user.pk, message_id)


def mark_heard(user: User, message_id: str) -> bool:
    """False when the message is gone."""
    there = mailbox.mark_heard(settings.INSTANCE.mail, user.pk, message_id)
    if there:
        _lamp(user)
    return there


def delete(user: User, message_id: str) -> bool:
    """False when somebody (the phone, a mail program) was faster."""
    deleted = mailbox.delete(settings.INSTANCE.mail, user.pk, message_id)
    if deleted:
        log.info("voicemail.deleted user=%s message=%s", user.pk, message_id)
        _lamp(user)
    return deleted


def _lamp(user: User) -> None:
    """The phone's lamp follows; without Redis it follows when the router counts again."""
    try:
        tasks.mailbox_changed.apply_async(kwargs={"user_id": user.pk, "by": user.username}, ignore_result=True)
    except (OperationalError, CeleryError, RedisError) as error:
        log.warning("voicemail.lamp_not_told user=%s error=%s", user.pk, type(error).__name__)
