"""Django's own secret, kept in `var/keys/django.key` (0600), made at first start."""

from __future__ import annotations

from pathlib import Path

from telephony.messages.sealed import key_file


def django_key(keys: Path) -> str:
    return key_file(keys, "django").read_text().strip()
