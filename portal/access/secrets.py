"""The rules of the two secrets of a user (S08-02, S08-03, S08-07), and the digest a PIN is kept as."""

from __future__ import annotations

import hashlib
import hmac
import string
from functools import cache

from django.conf import settings
from django.core.exceptions import ValidationError

from telephony.messages.sealed import key_file

PASSWORD_CHARACTERS = frozenset(string.ascii_letters + string.digits + string.punctuation + " ")
PASSWORD_MIN, PASSWORD_MAX = 4, 128
PIN_MIN, PIN_MAX = 4, 8
DEFAULT_PIN = "1234"


def check_password_rules(password: str) -> None:
    """Raises ValidationError with a sentence."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise ValidationError(
            f"A password has {PASSWORD_MIN} to {PASSWORD_MAX} characters; this one has {len(password)}."
        )
    if wrong := sorted(set(password) - PASSWORD_CHARACTERS):
        raise ValidationError(
            "A password may hold letters A-Z, digits, the space and the usual special characters, "
            f"but not {wrong[0]!r}."
        )


def check_pin_rules(pin: str) -> None:
    if not (PIN_MIN <= len(pin) <= PIN_MAX and pin.isascii() and pin.isdigit()):
        raise ValidationError(f"A PIN has {PIN_MIN} to {PIN_MAX} digits, because it is typed on a telephone.")


@cache
def pin_key() -> bytes:
    """The newest key of var/keys/pin.key, as it stands in the file."""
    return key_file(settings.INSTANCE.keys, "pin").read_bytes().split()[0]


def pin_digest(user_id: int, pin: str) -> str:
    """HMAC-SHA256 of "<user_id>:<pin>", hex (telephony/messages/snapshot.py, PinCredential)."""
    return hmac.new(pin_key(), f"{user_id}:{pin}".encode(), hashlib.sha256).hexdigest()
