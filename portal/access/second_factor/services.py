"""One-time codes after the password (RFC 6238: 30 s, 6 digits), and recovery codes for the day the phone is lost.

pyotp computes; the key lies encrypted in our own table, because django-otp keeps it as clear text.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time

import pyotp
import segno
from django.core.exceptions import ValidationError
from django.db import transaction

from portal.access.models import SecondFactor
from portal.access.secrets import pin_key
from portal.audit.models import AuditEntry
from portal.business.users.models import User
from portal.publish.change import By

ISSUER = "Switchroom"
STEP = 30  # seconds
DRIFT = 1  # steps a clock may be off
RECOVERY_CODES = 8
WRONG = "This code is not right. Codes change every 30 seconds; is the clock of your device right?"


def confirmed(user: User) -> bool:
    return SecondFactor.objects.filter(user=user, confirmed=True).exists()


def begin(user: User) -> SecondFactor:
    """A key that is not in force before `confirm`. The same again until then, so a page may be loaded twice."""
    factor, _ = SecondFactor.objects.get_or_create(user=user, defaults={"key": pyotp.random_base32()})
    return factor


def picture(factor: SecondFactor) -> str:
    """QR code as SVG, without styles of its own (Content Security Policy)."""
    uri = pyotp.TOTP(factor.key).provisioning_uri(name=factor.user.get_username(), issuer_name=ISSUER)
    return segno.make(uri, error="m").svg_inline(scale=4, border=2, dark="#000", light="#fff")


def confirm(user: User, code: str, *, by: By) -> list[str]:
    """The first right code puts it in force. Returns the recovery codes, to be shown once."""
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed=False).first()
        if factor is None or not _take(factor, code):
            raise ValidationError({"code": [WRONG]})
        codes = [f"{secrets.randbelow(10**5):05d}-{secrets.randbelow(10**5):05d}" for _ in range(RECOVERY_CODES)]
        factor.confirmed = True
        factor.recovery_digests = [_digest(user, recovery) for recovery in codes]
        factor.save()
        _record(user, by, "", "on")
    return codes


def check(user: User, code: str) -> bool:
    """True for the current code, once; or for a recovery code, once."""
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed=True).first()
        if factor is None:
            return False
        if _take(factor, code):
            factor.save(update_fields=["last_step"])
            return True
        digest = _digest(user, code.strip())
        if not any(hmac.compare_digest(digest, kept) for kept in factor.recovery_digests):
            return False
        factor.recovery_digests = [kept for kept in factor.recovery_digests if kept != digest]
        factor.save(update_fields=["recovery_digests"])
        return True


def forget(user: User, *, by: By) -> bool:
    """False when there was none."""
    with transaction.atomic():
        deleted, _ = SecondFactor.objects.filter(user=user).delete()
        if deleted:
            _record(user, by, "on", "off")
    return bool(deleted)


def _take(factor: SecondFactor, code: str) -> bool:
    """Sets `last_step`: no code is taken twice, nor one older than the newest taken (RFC 6238 section 5.2)."""
    digits = code.replace(" ", "").strip()
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return False
    totp, now = pyotp.TOTP(factor.key), int(time.time()) // STEP
    for step in range(now - DRIFT, now + DRIFT + 1):
        if step > factor.last_step and hmac.compare_digest(totp.at(step * STEP), digits):
            factor.last_step = step
            return True
    return False


def _digest(user: User, code: str) -> str:
    return hmac.new(pin_key(), f"recovery:{user.pk}:{code}".encode(), hashlib.sha256).hexdigest()


def _record(user: User, by: By, before: str, after: str) -> None:
    AuditEntry.objects.create(
        actor=by.actor, actor_name=by.name, source=by.source, via=by.via, why=f"Second factor of {user.username}",
        action="modify", kind="user", object_id=str(user.pk), object_label=user.label, field="second factor",
        before=before, after=after,
    )  # fmt: skip
