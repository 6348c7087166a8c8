"""External dialling rules (chapter 14): home area code, NANPA, the services table, Automatic Route Selection."""

from __future__ import annotations

from django.db import models

from portal.phone_system.service_groups.models import ServiceGroup


def _group(title: str) -> models.ForeignKey[ServiceGroup | None]:
    return models.ForeignKey(
        ServiceGroup, verbose_name=title, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )


class ExternalDialing(models.Model):
    """One row (pk 1), made by the first change. A service group that is not set is All Trunk Devices."""

    home_area_code = models.CharField("Home Area Code", max_length=3, blank=True)
    nanpa = models.BooleanField("NANPA Enabled", default=True)
    service = _group("Service numbers (211 to 811)")
    operator = _group("Operator")
    long_distance = _group("1 + area code + number")
    international = _group("International (011)")
    other = _group("Other numbers, sent as dialed")
    enterprise = _group("Enterprise")  # not set: there is none
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "external dialing rules"

    def __str__(self) -> str:
        return "External dialing rules"


class ExternalRule(models.Model):
    leading = models.CharField("Leading Digits", max_length=24, blank=True)
    total = models.PositiveSmallIntegerField("Total Digits")
    delete_leading = models.PositiveSmallIntegerField("Delete Leading Digits", default=0)
    insert = models.CharField("Insert Leading Digits", max_length=24, blank=True)
    append = models.CharField("Append Trailing Digits", max_length=24, blank=True)
    group = models.ForeignKey(
        ServiceGroup, verbose_name="Service Group", on_delete=models.PROTECT, related_name="rules"
    )
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "dialing rule"
        constraints = [models.UniqueConstraint(fields=["leading", "total"], name="dialing_rule_once")]
        ordering = ["leading", "total"]

    def __str__(self) -> str:
        return f"{self.leading or 'any digits'}, {self.total} in all"
