"""Who changed what: one row per field, append-only."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class AuditEntry(models.Model):
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    actor_name = models.CharField(max_length=64)
    source = models.GenericIPAddressField(null=True, blank=True)
    via = models.CharField(max_length=10)  # page, api, task, shell
    why = models.CharField(max_length=200, blank=True)
    action = models.CharField(max_length=20)  # add, modify, delete, login, login_failed
    kind = models.CharField(max_length=40)  # the model, as the menu names it: "user", "handset"
    object_id = models.CharField(max_length=40, blank=True)
    object_label = models.CharField(max_length=200, blank=True)
    field = models.CharField(max_length=64, blank=True)
    before = models.TextField(blank=True)  # secrets only as "changed"
    after = models.TextField(blank=True)
    version = models.PositiveIntegerField(null=True, blank=True)  # the configuration version it made

    class Meta:
        ordering = ["-id"]
