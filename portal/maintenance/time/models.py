"""Maintenance > Time (S03-01..S03-07): so far the time zone, which business schedules follow."""

from __future__ import annotations

from django.db import models


class ServerTime(models.Model):
    """One row (pk 1), made by the first change; before that the machine's own zone counts."""

    time_zone = models.CharField("Time zone", max_length=64)
    row_version = models.PositiveIntegerField(default=1, editable=False)

    def __str__(self) -> str:
        return "Time"
