"""Password and PIN rules (S08-02, S08-03, S08-07, S08-10)."""

from __future__ import annotations

import hashlib
import hmac
import string

import pytest
from django.core.exceptions import ValidationError

from portal.access.secrets import check_password_rules, check_pin_rules, pin_digest, pin_key


@pytest.mark.parametrize("password", ["abcd", "x" * 128, "    ", string.punctuation, "ä"[:0] + "A-z 9"])
def test_allowed_passwords(password: str) -> None:
    check_password_rules(password)


@pytest.mark.parametrize("password", ["abc", "", "x" * 129, "passwörd", "tab\there", "new\nline", "€uro"])
def test_refused_passwords(password: str) -> None:
    with pytest.raises(ValidationError):
        check_password_rules(password)


@pytest.mark.parametrize(("pin", "fine"), [("1234", True), ("12345678", True), ("123", False), ("123456789", False),
                                           ("12a4", False), ("١٢٣٤", False), ("", False)])  # fmt: skip
def test_a_pin_is_typed_on_a_telephone(pin: str, fine: bool) -> None:
    if fine:
        check_pin_rules(pin)
    else:
        with pytest.raises(ValidationError):
            check_pin_rules(pin)


def test_the_pin_digest_is_the_one_the_router_computes() -> None:
    assert pin_digest(7, "1234") == hmac.new(pin_key(), b"7:1234", hashlib.sha256).hexdigest()
