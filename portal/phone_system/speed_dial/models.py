"""System speed dial numbers (S18-27)."""

from __future__ import annotations

from django.db import models


class SpeedDialNumber(models.Model):
    """`entry`: telephony/numbers/speed_dial.py; the number that is dialled moves with the dial plan."""

    entry = models.PositiveSmallIntegerField("Speed Dial Number", unique=True)
    description = models.CharField("Description", max_length=64)
    target = models.CharField("Number to Dial", max_length=48)  # as a phone dials it
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "speed dial number"
        ordering = ["entry"]

    def __str__(self) -> str:
        return self.description
