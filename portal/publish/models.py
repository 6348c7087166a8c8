"""The head row, which every change locks first, and the versions: the truth and the outbox."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class PublishHead(models.Model):
    """One row (pk 1). `number` is the newest version."""

    number = models.PositiveIntegerField(default=0)


class ConfigurationVersion(models.Model):
    number = models.PositiveIntegerField(primary_key=True)
    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    actor_name = models.CharField(max_length=64)
    why = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # SHA-256 of the snapshot's JSON without version and time
    credentials_digest = models.CharField(max_length=64)  # keyed, of the credentials without version
    snapshot = models.BinaryField()  # zlib of the Snapshot's JSON
    credentials = models.BinaryField()  # sealed Credentials

    class Meta:
        ordering = ["-number"]
