"""Service groups: outside lines in the order they are tried (S14-09..S14-14). The built-in ones have a key; their rows
are made by `access/sync.py`, their members follow from the kinds of lines, only the order can be chosen (AMB-43)."""

from __future__ import annotations

from django.db import models

from portal.phone_system.outside_lines.models import OutsideLine


class ServiceGroup(models.Model):
    class Key(models.TextChoices):
        """Built-in groups, in the order of the manual; the title is of a server with digital lines (AMB-42)."""

        DIGITAL = "digital", "All Digital Lines"
        DIGITAL_ANALOG = "digital_analog", "All Digital Lines & CO Lines"
        DIGITAL_ANALOG_GATEWAYS = "digital_analog_gateways", "All Digital Lines, CO Lines & SIP Gateways"
        GATEWAYS = "gateways", "All SIP Gateways"
        PROXIES = "proxies", "All SIP Proxies"
        TRUNKS = "trunks", "All Trunk Devices"
        NONE = "none", "No Devices"

    key = models.CharField(max_length=24, blank=True, editable=False)  # "": our own
    description = models.CharField("Description", max_length=64)
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "service group"
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~models.Q(key=""), name="one_service_group_per_key")
        ]

    def __str__(self) -> str:
        return self.description

    @property
    def built_in(self) -> bool:
        return bool(self.key)


class ServiceGroupLine(models.Model):
    """A line in its place. Of a built-in group: its place only, membership follows from its kind."""

    group = models.ForeignKey(ServiceGroup, on_delete=models.CASCADE, related_name="members")
    line = models.ForeignKey(OutsideLine, on_delete=models.CASCADE, related_name="service_groups")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "line"], name="line_once_per_service_group")]
        ordering = ["group", "position"]

    def __str__(self) -> str:
        return f"{self.line} in {self.group}"
