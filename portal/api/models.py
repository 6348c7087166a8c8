"""API tokens. Only a digest is kept: who reads the database cannot call the API."""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.db import models


def digest_of(token: str) -> str:
    """A token has 160 random bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


class ApiToken(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    digest = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(auto_now_add=True)

    @classmethod
    def issue(cls, user: models.Model) -> str:
        """Make a token and return its text, which cannot be had again."""
        token = secrets.token_hex(20)
        cls.objects.create(user=user, digest=digest_of(token))
        return token
