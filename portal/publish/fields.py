"""EncryptedText: a secret we must be able to read again (SIP passwords, because provisioning needs the text).

Fernet under `var/keys/secrets.key`; the column holds the token, Python sees the text. Never in a list page,
never in an audit entry.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from cryptography.fernet import MultiFernet
from django.conf import settings
from django.db import models

from telephony.messages.sealed import sealer


@cache
def _secrets() -> MultiFernet:
    return sealer(settings.INSTANCE.keys, "secrets")


def decrypt(token: str) -> str:
    return _secrets().decrypt(token.encode()).decode() if token else token


class EncryptedText(models.TextField):
    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return _secrets().encrypt(text.encode()).decode() if text else text

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt(value) if value else value
