"""Emergency caller IDs: what the emergency centre sees of a handset, and the place it stands for (S23-03..S23-06)."""

from __future__ import annotations

from django.db import models

from portal.phone_system.outside_lines.models import OutsideLine


class EmergencyCallerId(models.Model):
    number = models.CharField("Caller ID number", max_length=16, unique=True)
    location = models.CharField("Location", max_length=100)
    first_line = models.ForeignKey(
        OutsideLine,
        verbose_name="Outside line tried first",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="emergency_caller_ids",
    )
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "emergency caller ID"
        ordering = ["location", "number"]

    def __str__(self) -> str:
        return f"{self.number} ({self.location})"
