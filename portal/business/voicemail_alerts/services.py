"""Voicemail notification and escalation (chapter 20): looks into the mailbox, decides by rules.py, queues mail.

    look(user)   after every change of a mailbox: new messages are told of, a message that was heard or deleted ends
                 the escalation (S20-09)
    step(user)   when the next alert of an escalation is due

Both are rung by `due` and may run twice or at the same time: a row is locked, and each mail has a key made of message
or escalation, number and address, so nothing is told twice and nothing is lost by a restart.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.business.message_aliases.recipients import resolve
from portal.business.users.models import NotificationMode, User
from portal.business.voicemail_alerts.models import MailboxAlerts
from portal.business.voicemail_alerts.rules import Alert, Level, alert, everybody
from portal.celery import tick_now
from portal.live import due
from portal.live.records import MAILBOX_CHANGED
from portal.maintenance.time.export import zone
from portal.servers.email import sending
from telephony import mailbox
from telephony.mailbox import Message

log = logging.getLogger(__name__)

LOOK = MAILBOX_CHANGED  # kind of Due; key: "<user>.<event>", put by the hub
STEP = "voicemail_escalation"  # key: "<user>.<serial>.<number>"


def run_look(key: str, payload: dict[str, Any]) -> None:
    look(int(key.partition(".")[0]), timezone.now())


def run_step(key: str, payload: dict[str, Any]) -> None:
    user, serial, number = key.split(".")
    step(int(user), int(serial), int(number), timezone.now())


def look(user_id: int, now: datetime) -> None:
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    messages = mailbox.messages(settings.INSTANCE.mail, user_id)  # before the lock: it reads files
    unheard = [message for message in messages if message.new]
    with transaction.atomic():
        state = _locked(user)
        known = set(state.unheard)
        fresh = [message for message in unheard if message.id not in known]
        retrieved = bool(known - {message.id for message in unheard})
        state.unheard = [message.id for message in unheard]
        if retrieved or user.notification_mode != NotificationMode.ESCALATION:
            state.running = False
        if user.notification_mode == NotificationMode.NOTIFICATION:
            for message in fresh:
                _tell(user, everybody(levels_of(user)), message, len(unheard), f"vm:{message.id}", now)
        if user.notification_mode == NotificationMode.ESCALATION and fresh and not state.running:
            state.running, state.began, state.number, state.serial = True, now, 0, state.serial + 1
            due.put(STEP, f"{user_id}.{state.serial}.0", now)
        state.save()
    tick_now()


def step(user_id: int, serial: int, number: int, now: datetime) -> None:
    """Send one alert and put the next on the list; nothing when the escalation was ended meanwhile."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    unheard = [message for message in mailbox.messages(settings.INSTANCE.mail, user_id) if message.new]
    with transaction.atomic():
        state = _locked(user)
        if not state.running or (state.serial, state.number) != (serial, number) or state.began is None:
            return
        still = set(state.unheard) <= {message.id for message in unheard}
        wanted = alert(levels_of(user), number)
        if not unheard or not still or wanted is None or user.notification_mode != NotificationMode.ESCALATION:
            state.running = False
            state.save()
            return
        _tell(user, wanted.to, unheard[-1], len(unheard), f"esc:{user_id}.{serial}.{number}", now, wanted)
        following = alert(levels_of(user), number + 1)
        if following is None:
            state.running = False  # the last one was told; silence from now on (S20-07)
        else:
            state.number = number + 1
            due.put(STEP, f"{user_id}.{serial}.{number + 1}", state.began + following.after)
        state.save()
    tick_now()


def levels_of(user: User) -> tuple[Level, ...]:
    return tuple(Level(row["to"], row["minutes"], row["retries"], row["go_on"]) for row in user.notification_levels)


def _locked(user: User) -> MailboxAlerts:
    state, _ = MailboxAlerts.objects.select_for_update().get_or_create(user=user)
    return state


def _tell(
    user: User, to: Sequence[str], message: Message, waiting: int, key: str, now: datetime, step: Alert | None = None
) -> None:
    found = resolve("\n".join(to))
    for sentence in found.wrong:
        log.error("voicemail_alert.recipient_lost user=%s reason=%s", user.pk, sentence)
    subject, body = text_of(user, message, waiting, step)
    for address in found.addresses:
        sending.queue(f"{key}:{address}"[:120], to=address, subject=subject, body=body, at=now)


def text_of(user: User, message: Message, waiting: int, step: Alert | None = None) -> tuple[str, str]:
    """Subject and body: mailbox, caller, new messages, length, date and time (S20-02); short enough for a text."""
    name, number = message.from_name, message.from_number
    caller = f"{name} {number}".strip() or "an unknown caller"
    minutes, seconds = divmod(message.seconds, 60)
    length = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    moment = f"{message.received.astimezone(zone()):%Y-%m-%d %H:%M %Z}"
    lines = [
        f"Mailbox {user.username}: voicemail from {caller}, {length}, received {moment}.",
        f"New messages: {waiting}.",
    ]
    if step is not None:
        lines.append(f"Level {step.level}, alert {step.attempt + 1}. It stops when a message of this mailbox is heard.")
    return f"Voicemail for {user.username} from {caller}", "\n".join(lines) + "\n"
