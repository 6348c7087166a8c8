"""Dialing privileges groups: which lines a call appearance may use, and which numbers it may call (S14-41..S14-48)."""

from __future__ import annotations

from django.db import models

from portal.phone_system.outside_lines.models import OutsideLine
from portal.phone_system.service_groups.models import ServiceGroup


class DialingPrivilegesGroup(models.Model):
    """The default group's row is made by `access/sync.py`; appearances without a group belong to it."""

    class Selection(models.TextChoices):
        """AMB-50."""

        SERVICE_GROUP = "service_group", "Use the service group of the number"
        CHOSEN = "chosen", "Only the lines chosen below"
        NONE = "none", "No outside lines"

    description = models.CharField("Description", max_length=64)
    is_default = models.BooleanField(default=False, editable=False)
    emergency_group = models.ForeignKey(
        ServiceGroup,
        verbose_name="Emergency Service Group",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    selection = models.CharField(
        "Outside Line Selection Method", max_length=16, choices=Selection.choices, default=Selection.SERVICE_GROUP
    )
    lines = models.ManyToManyField(OutsideLine, verbose_name="Chosen lines", related_name="+", blank=True)
    blocked = models.TextField("Blocked Numbers", blank=True)  # one a line
    exceptions = models.TextField("Exceptions to Blocked Numbers", blank=True)
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "dialing privileges group"
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="one_default_privileges_group"
            )
        ]
        ordering = ["-is_default", "description"]

    def __str__(self) -> str:
        return self.description
