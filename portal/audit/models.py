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
    actor_name = models.CharField(max_length=64, db_index=True)
    source = models.GenericIPAddressField(null=True, blank=True)
    via = models.CharField(max_length=10)  # page, api, task, phone, shell
    why = models.CharField(max_length=200, blank=True)
    action = models.CharField(max_length=20)  # add, modify, delete, login, login_failed, view_as, view_as_ended
    kind = models.CharField(max_length=40, db_index=True)  # the model, as the menu names it: "user", "handset"
    object_id = models.CharField(max_length=40, blank=True)
    object_label = models.CharField(max_length=200, blank=True)
    field = models.CharField(max_length=64, blank=True)
    before = models.TextField(blank=True)  # secrets only as "changed"
    after = models.TextField(blank=True)
    version = models.PositiveIntegerField(null=True, blank=True)  # the configuration version it made

    class Meta:
        ordering = ["-id"]


class AuditRetention(models.Model):
    """How long the trail is kept: the only rows the database lets anybody delete are older than this. One row;
    the floor is a constraint, so that nothing young can be removed by setting it to nothing."""

    SHORTEST, LONGEST, FACTORY = 90, 3650, 730  # days

    days = models.PositiveSmallIntegerField("Keep changes and log-ins for (days)", default=FACTORY)
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "retention of changes"
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="audit_retention_is_one_row"),
            models.CheckConstraint(condition=models.Q(days__gte=90), name="audit_retention_has_a_floor"),
        ]

    def __str__(self) -> str:
        return f"{self.days} days"
