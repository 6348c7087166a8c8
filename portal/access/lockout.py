"""The rate limit of every login: 10 failures in 5 minutes per account and source, 50 per source.

An attempt is written down *before* the password is checked and taken back when it was right, so that parallel
guesses count too. Refused attempts are not counted: a lock-out always ends 5 minutes after the last real try, and
nobody can lock an administrator out for good.
"""

from __future__ import annotations

import ipaddress
import logging
from datetime import timedelta

from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils import timezone

from portal.access.address import client_address
from portal.access.models import LoginAttempt
from portal.audit.models import AuditEntry
from portal.business.users.models import User

log = logging.getLogger(__name__)

WINDOW = timedelta(minutes=5)
PER_ACCOUNT_AND_SOURCE = 10
PER_SOURCE = 50
KEPT = timedelta(days=1)


class LockedOut(Exception):
    """The text is a sentence for the person who logs in."""


def source_of(address: str) -> str:
    """An IPv6 host has a whole /64 to try from; it counts as one source."""
    ip = ipaddress.ip_address(address)
    return str(ipaddress.ip_network((ip, 64), strict=False).network_address) if ip.version == 6 else str(ip)


def check_login(request: HttpRequest, *, username: str, password: str, via: str) -> User | None:
    """The user, or None for a wrong name or password. Raises LockedOut."""
    address = client_address(request)
    account, source = username.lower()[:64], source_of(address)
    attempt = LoginAttempt.objects.create(account=account, source=source)
    recent = LoginAttempt.objects.filter(source=source, at__gt=timezone.now() - WINDOW)
    if recent.filter(account=account).count() > PER_ACCOUNT_AND_SOURCE or recent.count() > PER_SOURCE:
        attempt.delete()
        log.warning("login.locked account=%s source=%s", account, source)
        raise LockedOut("Too many failed log-ins. Wait five minutes, or ask an administrator to unlock you.")
    user = authenticate(request, username=username, password=password)
    assert user is None or isinstance(user, User)
    if user is None:
        LoginAttempt.objects.filter(at__lt=timezone.now() - KEPT).delete()
        AuditEntry.objects.create(
            actor_name=account, source=address, via=via, action="login_failed", kind="user", object_label=account
        )
        log.warning("login.failed account=%s source=%s", account, source)
        return None
    LoginAttempt.objects.filter(account=account, source=source).delete()
    AuditEntry.objects.create(
        actor=user,
        actor_name=user.username,
        source=address,
        via=via,
        action="login",
        kind="user",
        object_id=user.pk,
        object_label=user.label,
    )
    log.info("login.done account=%s source=%s", account, source)
    return user


def is_locked(username: str) -> bool:
    """Is this account locked for any source at this moment? For the Users page."""
    attempts = LoginAttempt.objects.filter(account=username.lower()[:64], at__gt=timezone.now() - WINDOW)
    sources = list(attempts.values_list("source", flat=True))
    return any(sources.count(source) >= PER_ACCOUNT_AND_SOURCE for source in set(sources))


def unlock(username: str) -> None:
    LoginAttempt.objects.filter(account=username.lower()[:64]).delete()
