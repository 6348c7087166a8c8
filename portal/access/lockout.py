"""The rate limit of every login: 10 failures in 5 minutes per account and source, 50 per source.

An attempt is written down *before* the password is checked and taken back when it was right, so that parallel
guesses count too. Refused attempts are not counted: a lock-out always ends 5 minutes after the last real try, and
nobody can lock an administrator out for good. The address from which an administrator logged in last is not locked
out at all for that account: past the limit it may try once every ten seconds (ADMINISTRATOR_PAUSE).
"""

from __future__ import annotations

import ipaddress
import logging
from datetime import timedelta

from django.contrib.auth import authenticate
from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone

from portal.access.address import client_address
from portal.access.models import LoginAttempt, SecondFactor
from portal.access.secrets import current_requirements, satisfies
from portal.audit.models import AuditEntry
from portal.business.users.models import User

log = logging.getLogger(__name__)

WINDOW = timedelta(minutes=5)
PER_ACCOUNT_AND_SOURCE = 10
PER_SOURCE = 50
KEPT = timedelta(days=1)
ADMINISTRATOR_PAUSE = timedelta(seconds=10)


class LockedOut(Exception):
    """The text is a sentence for the person who logs in."""


def source_of(address: str) -> str:
    """An IPv6 host has a whole /64 to try from; it counts as one source."""
    ip = ipaddress.ip_address(address)
    return str(ipaddress.ip_network((ip, 64), strict=False).network_address) if ip.version == 6 else str(ip)


def check_login(request: HttpRequest, *, username: str, password: str, via: str) -> User | None:
    """The user, or None for a wrong name or password. Raises LockedOut."""
    account, address = username.lower()[:64], client_address(request)
    attempt = _attempt(account, address)
    user = authenticate(request, username=username, password=password)
    assert user is None or isinstance(user, User)
    if user is None:
        _failed(account, address, via)
        return None
    _demand_a_stronger_one(user, password)
    if SecondFactor.objects.filter(user=user, confirmed=True).exists():
        attempt.delete()  # the password was right; the tries before it count on until the code is right, too
        return user
    _succeeded(user, address, via)
    return user


def check_code(request: HttpRequest, user: User, code: str) -> bool:
    """The second step, under the same limit as the first. Raises LockedOut."""
    account, address = user.username.lower()[:64], client_address(request)
    _attempt(account, address)
    if not second_factor_is(user, code):
        _failed(account, address, "page")
        return False
    _succeeded(user, address, "page")
    return True


def is_own_password(request: HttpRequest, user: User, password: str) -> bool:
    """Asked of somebody logged in, before secrets are changed: guessing at an open browser is limited like guessing at
    the door. Raises LockedOut."""
    account, address = user.username.lower()[:64], client_address(request)
    attempt = _attempt(account, address)
    if not user.check_password(password):
        _failed(account, address, "page")
        return False
    attempt.delete()
    return True


def second_factor_is(user: User, code: str) -> bool:
    from portal.access.second_factor.services import check  # it records through the door, which knows requests

    return check(user, code)


def _attempt(account: str, address: str) -> LoginAttempt:
    """Written down before anything is checked. Raises LockedOut."""
    source = source_of(address)
    attempt = LoginAttempt.objects.create(account=account, source=source)
    recent = LoginAttempt.objects.filter(source=source, at__gt=timezone.now() - WINDOW)
    over = recent.filter(account=account).count() > PER_ACCOUNT_AND_SOURCE or recent.count() > PER_SOURCE
    if over and not _may_still_try(account, source, attempt):
        attempt.delete()
        log.warning("login.locked account=%s source=%s", account, source)
        raise LockedOut("Too many failed log-ins. Wait five minutes, or ask an administrator to unlock you.")
    return attempt


def _failed(account: str, address: str, via: str) -> None:
    LoginAttempt.objects.filter(at__lt=timezone.now() - KEPT).delete()
    AuditEntry.objects.create(
        actor_name=account, source=address, via=via, action="login_failed", kind="user", object_label=account
    )
    log.warning("login.failed account=%s source=%s", account, source_of(address))


def _succeeded(user: User, address: str, via: str) -> None:
    account, source = user.username.lower()[:64], source_of(address)
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


def _demand_a_stronger_one(user: User, password: str) -> None:
    """S08-05: a hash cannot be checked against new rules, so the typed password is, here."""
    if user.require_password_change or satisfies(password, current_requirements()):
        return
    user.require_password_change = True
    User.objects.filter(pk=user.pk).update(require_password_change=True)
    log.info("login.password_too_weak account=%s", user.username)


def _may_still_try(account: str, source: str, attempt: LoginAttempt) -> bool:
    user = User.objects.named(account).first()
    if user is None or not (user.is_server_administrator or user.groups.exists()):
        return False
    logins = AuditEntry.objects.filter(action="login", object_id=str(user.pk)).order_by("-pk")
    last = logins.values_list("source", flat=True).first()
    if last is None or source_of(last) != source:
        return False
    before = LoginAttempt.objects.filter(account=account, source=source, at__gt=attempt.at - ADMINISTRATOR_PAUSE)
    return not before.exclude(pk=attempt.pk).exists()


def locked_accounts() -> frozenset[str]:
    """Accounts locked for any source at this moment, in small letters. One query."""
    attempts = LoginAttempt.objects.filter(at__gt=timezone.now() - WINDOW).values("account", "source")
    counted = attempts.annotate(tries=Count("pk")).filter(tries__gte=PER_ACCOUNT_AND_SOURCE)
    return frozenset(row["account"] for row in counted)


def is_locked(username: str) -> bool:
    return username.lower()[:64] in locked_accounts()


def unlock(username: str) -> None:
    LoginAttempt.objects.filter(account=username.lower()[:64]).delete()
