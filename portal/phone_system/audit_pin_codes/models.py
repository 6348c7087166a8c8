"""Audit PIN codes: who called the outside at whose cost (S14-34..S14-40)."""

from __future__ import annotations

from django.db import models

from portal.phone_system.service_groups.models import ServiceGroup
from portal.publish.fields import EncryptedText


class AuditPinSettings(models.Model):
    """One row (pk 1), made by the first change."""

    length = models.PositiveSmallIntegerField("Number of digits", default=5)
    group = models.ForeignKey(
        ServiceGroup, verbose_name="Service Group", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # null: what the dialing rules say
    verify = models.BooleanField("Audit PIN Code Verification", default=True)
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "audit PIN code configuration"

    def __str__(self) -> str:
        return "Audit PIN codes"


class AuditPinCode(models.Model):
    pin = EncryptedText("PIN code")
    digest = models.CharField(max_length=64, unique=True, editable=False)  # as the engines know it
    description = models.CharField("PIN Code Description", max_length=64)
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "audit PIN code"
        ordering = ["description", "id"]

    def __str__(self) -> str:
        return self.description
