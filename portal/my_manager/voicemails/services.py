"""What is done with voicemails: listen, mark, delete, forward. Page and API call these."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from celery.exceptions import CeleryError
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
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


def mark_new(user: User, message_id: str) -> bool:
    """False when the message is gone."""
    there = mailbox.mark_new(settings.INSTANCE.mail, user.pk, message_id)
    if there:
        _lamp(user)
    return there


def recipients(user: User) -> QuerySet[User]:
    """To whom a message can be forwarded: every colleague with a mailbox."""
    people = User.objects.filter(is_active=True, voicemail_enabled=True, extension__isnull=False)
    return people.exclude(pk=user.pk).select_related("extension").order_by("extension__number")


def forward(user: User, message_id: str, to: Sequence[User]) -> None:
    """A copy for each of `to`; the message stays where it is. Raises MessageGone; ValidationError with a sentence for
    each mailbox that takes nothing, and then nobody got it, unless the disk failed on the way: that sentence names who
    did."""
    found = next((message for message in voicemails(user) if message.id == message_id), None)
    if found is None:
        raise mailbox.MessageGone("That message is no longer in the mailbox.")
    if not to:
        raise ValidationError({"to": ["Choose at least one person to forward it to."]})
    sound = audio(user, message_id)
    may = set(recipients(user).values_list("pk", flat=True))
    wrong = [sentence for person in to if (sentence := _refusal(person, may))]
    if wrong:
        raise ValidationError({"to": wrong})
    voicemail = mailbox.Voicemail(
        user_id=0,
        user_name="",
        extension="",
        from_number=found.from_number,
        from_name=found.from_name,
        received=datetime.now(UTC),
        seconds=found.seconds,
        forwarded_by=user.label,
    )
    done: list[str] = []
    for person in dict.fromkeys(to):
        mine = replace(voicemail, user_id=person.pk, user_name=person.label, extension=person.extension.number)
        try:
            mailbox.deliver(settings.INSTANCE.mail, mine, audio=sound)
        except OSError as error:
            log.error("voicemail.not_forwarded user=%s to=%s error=%s", user.pk, person.pk, error.strerror)
            got = f" {', '.join(done)} did get it." if done else ""
            sentence = f"The server could not store the message for {person.label}: {error.strerror}.{got}"
            raise ValidationError({"to": [sentence]}) from error
        log.info("voicemail.forwarded user=%s to=%s message=%s", user.pk, person.pk, message_id)
        done.append(person.label)
        _lamp(person)


def _refusal(person: User, may: set[int]) -> str:
    if person.pk not in may:
        return f"{person.label} has no mailbox that takes messages from you."
    if mailbox.counts(settings.INSTANCE.mail, person.pk).total >= person.max_voicemails:
        return f"The mailbox of {person.label} is full."
    return ""


def file_name(message: mailbox.Message) -> str:
    """Of a download: letters and digits every file system takes."""
    return f"voicemail-{message.received:%Y%m%d-%H%M%S}-{''.join(c for c in message.from_number if c.isalnum())}.wav"


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
