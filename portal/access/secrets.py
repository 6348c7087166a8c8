"""The rules of the two secrets of a user (S08-02..S08-04, S08-07), and the digest a PIN is kept as."""

from __future__ import annotations

import hashlib
import hmac
import string
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.core.exceptions import ValidationError

from telephony.messages.sealed import key_file
from telephony.numbers import pin as pin_rule

PASSWORD_CHARACTERS = frozenset(string.ascii_letters + string.digits + string.punctuation + " ")
SPECIAL_CHARACTERS = frozenset(string.punctuation + " ")  # all 33 of S08-02 (AMB-17)
PASSWORD_MIN, PASSWORD_MAX = 4, 128
STRONG_MIN = 6
DEFAULT_PIN = pin_rule.DEFAULT


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """S08-03 as it stands; strong mode (S08-04) asks for more."""

    minimum: int = PASSWORD_MIN
    lower: bool = False
    upper: bool = False
    digit: bool = False
    special: bool = False

    def sentence(self) -> str:
        """For the hint at the field."""
        classes = " and ".join(text for wanted, _, text in self._classes() if wanted)
        return f"{self.minimum} to {PASSWORD_MAX} characters" + (f", with {classes}." if classes else ".")

    def missing(self, password: str) -> list[str]:
        return [text for wanted, characters, text in self._classes() if wanted and characters.isdisjoint(password)]

    def _classes(self) -> tuple[tuple[bool, frozenset[str], str], ...]:
        return (
            (self.lower, frozenset(string.ascii_lowercase), "a lower case letter"),
            (self.upper, frozenset(string.ascii_uppercase), "an upper case letter"),
            (self.digit, frozenset(string.digits), "a digit"),
            (self.special, SPECIAL_CHARACTERS, "a special character"),
        )


BASIC = Requirements()


def check_password_rules(password: str, rules: Requirements = BASIC) -> None:
    """Raises ValidationError with a sentence. Users' passwords: give `current_requirements()` as the rules."""
    if not rules.minimum <= len(password) <= PASSWORD_MAX:
        raise ValidationError(
            f"A password has {rules.minimum} to {PASSWORD_MAX} characters; this one has {len(password)}."
        )
    if wrong := sorted(set(password) - PASSWORD_CHARACTERS):
        raise ValidationError(
            "A password may hold letters A-Z, digits, the space and the usual special characters, "
            f"but not {wrong[0]!r}."
        )
    if missing := rules.missing(password):
        raise ValidationError(f"This password needs {' and '.join(missing)} as well.")


def current_requirements() -> Requirements:
    """What Business > Users > Password Requirements says now; one query."""
    from portal.business.password_requirements.models import PasswordRequirements  # it has our rules as a value

    row = PasswordRequirements.objects.filter(pk=1).first()
    return row.rules if row else BASIC


def check_user_password(password: str) -> None:
    check_password_rules(password, current_requirements())


def satisfies(password: str, rules: Requirements) -> bool:
    try:
        check_password_rules(password, rules)
    except ValidationError:
        return False
    return True


def check_pin_rules(pin: str) -> None:
    if not pin_rule.fits(pin):
        raise ValidationError(
            f"A PIN has {pin_rule.SHORTEST} to {pin_rule.LONGEST} digits, because it is typed on a telephone."
        )


@cache
def pin_key() -> bytes:
    """The newest key of var/keys/pin.key, as it stands in the file."""
    return key_file(settings.INSTANCE.keys, "pin").read_bytes().split()[0]


def pin_digest(user_id: int, pin: str) -> str:
    """HMAC-SHA256 of "<user_id>:<pin>", hex (telephony/messages/snapshot.py, PinCredential)."""
    return hmac.new(pin_key(), f"{user_id}:{pin}".encode(), hashlib.sha256).hexdigest()
