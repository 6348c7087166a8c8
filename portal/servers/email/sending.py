"""The mail queue: what is to be sent waits in the database, is tried, and tried again; nobody ever waits for it.

`queue()` may be called inside any transaction. Delivery happens on the worker's `mail` queue, rung by `due`.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal.live import due
from portal.live.models import SystemEvent
from portal.servers.email.models import MailAccount, OutgoingMail

log = logging.getLogger(__name__)

KIND = "mail"
TIMEOUT = 15.0  # seconds for each step of the conversation
# Pauses between attempts, in seconds: minutes first, because somebody may be in need; then hours, for a day in all.
PAUSES = (10, 20, 30, 60, 120, 300, 600, 1800, *(3600,) * 23)
KEPT = timedelta(days=30)  # on the list of Servers > Email
NO_ACCOUNT = "No mail account is set up: Servers > Email."


class Unsent(Exception):
    """A sentence for the list of mail."""


def queue(key: str, *, to: str, subject: str, body: str, at: datetime) -> OutgoingMail:
    """Once per key, however often it is called."""
    mail, made = OutgoingMail.objects.get_or_create(key=key, defaults={"to": to, "subject": subject, "body": body})
    if made:
        due.put(KIND, f"{mail.pk}.0", at)
    return mail


def run(key: str, payload: dict[str, Any]) -> None:
    """Of kind `mail`: key is "<id>.<attempt>"."""
    pk, _, attempt = key.partition(".")
    deliver(int(pk), int(attempt), timezone.now())


def deliver(pk: int, attempt: int, now: datetime) -> bool:
    """Try once. When it fails the next attempt is put on the list, until there are none left."""
    mail = OutgoingMail.objects.filter(pk=pk, state=OutgoingMail.State.WAITING).first()
    if mail is None:
        return False  # sent already, or given up
    try:
        send(account(), mail, now)
    except Unsent as error:
        _again(mail, attempt, str(error), now)
        return False
    OutgoingMail.objects.filter(pk=pk).update(
        state=OutgoingMail.State.SENT, sent=now, attempts=F("attempts") + 1, last_error=""
    )
    log.info("mail.sent id=%s attempt=%s", pk, attempt)
    return True


def account() -> MailAccount:
    return MailAccount.objects.filter(pk=1).first() or MailAccount(pk=1)


def _again(mail: OutgoingMail, attempt: int, error: str, now: datetime) -> None:
    log.warning("mail.failed id=%s attempt=%s error=%s", mail.pk, attempt, error)
    last = attempt >= len(PAUSES)
    with transaction.atomic():
        OutgoingMail.objects.filter(pk=mail.pk).update(
            attempts=F("attempts") + 1,
            last_error=error[:300],
            state=OutgoingMail.State.FAILED if last else OutgoingMail.State.WAITING,
        )
        if not last:
            due.put(KIND, f"{mail.pk}.{attempt + 1}", now + timedelta(seconds=PAUSES[attempt]))
            return
        SystemEvent.objects.get_or_create(
            event_id=f"mail-{mail.pk}",
            defaults={
                "at": now,
                "severity": SystemEvent.Severity.ERROR,
                "kind": "mail.failed",
                "subject": mail.to[:128],
                "text": f"A mail to {mail.to} was given up after {attempt + 1} attempts: {error}"[:300],
            },
        )


def message(sender: str, mail: OutgoingMail, now: datetime) -> EmailMessage:
    made = EmailMessage()
    made["From"] = Address("Switchroom", addr_spec=sender)
    made["To"] = mail.to
    made["Subject"] = mail.subject
    made["Date"] = format_datetime(now)
    domain = sender.rpartition("@")[2]
    made["Message-ID"] = f"<{mail.pk}.{mail.made:%Y%m%d%H%M%S}@{domain}>"  # of every attempt: who got it twice can tell
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(mail.body)
    return made


def send(box: MailAccount, mail: OutgoingMail, now: datetime) -> None:
    """Raises Unsent with a sentence that holds no secret."""
    if not box.usable:
        raise Unsent(NO_ACCOUNT)
    try:
        with _connected(box) as server:
            if box.login:
                server.login(box.login, box.password)
            server.send_message(message(box.sender, mail, now), from_addr=box.sender, to_addrs=[mail.to])
    except smtplib.SMTPAuthenticationError as error:
        raise Unsent(f"{box.host} refused the user name or password.") from error
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        raise Unsent(f"{box.host} refused the address {mail.to}: {code} {text.decode(errors='replace')}") from error
    except smtplib.SMTPResponseException as error:
        answer = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        raise Unsent(f"{box.host} answered {error.smtp_code} {answer}") from error
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise Unsent(f"{box.host} port {box.port} could not be used: {error}") from error


def _connected(box: MailAccount) -> smtplib.SMTP:
    if box.encryption == MailAccount.Encryption.TLS:
        return smtplib.SMTP_SSL(box.host, box.port, timeout=TIMEOUT, context=_tls())
    server = smtplib.SMTP(box.host, box.port, timeout=TIMEOUT)
    if box.encryption == MailAccount.Encryption.STARTTLS:
        try:
            server.starttls(context=_tls())
        except (smtplib.SMTPException, OSError):
            server.close()
            raise
    return server


def _tls() -> ssl.SSLContext:
    """The server must prove its name: the password is worth it."""
    return ssl.create_default_context()


def forget(before: datetime) -> int:
    """Take out what was sent or given up before this day; what waits stays."""
    return OutgoingMail.objects.filter(made__lt=before).exclude(state=OutgoingMail.State.WAITING).delete()[0]
