"""Direct Inward Dial blocks and routing plans (S22)."""

from __future__ import annotations

from django.db import models

from portal.phone_system.outside_lines.models import OutsideLine


class DidLanguage(models.TextChoices):
    """Of the prompts a caller hears. *Use Source* is the language of the line the call came by (S28-05)."""

    SOURCE = "source", "Use Source"
    PRIMARY = "primary", "Primary"
    SECONDARY = "secondary", "Secondary"


class DidRoutingPlan(models.Model):
    description = models.CharField("Description", max_length=64)
    default_extension = models.CharField("Default Extension", max_length=8, blank=True)
    default_language = models.CharField(
        "Default Language", max_length=10, choices=DidLanguage.choices, default=DidLanguage.SOURCE
    )
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "DID routing plan"
        ordering = ["description", "id"]

    def __str__(self) -> str:
        return self.description


class DidNumber(models.Model):
    """A number of a plan that is named; all others go to the default extension (S22-06)."""

    plan = models.ForeignKey(DidRoutingPlan, on_delete=models.CASCADE, related_name="numbers")
    number = models.CharField("Number", max_length=15)  # digits, as its block writes them
    extension = models.CharField("Extension", max_length=8, blank=True)
    dnis = models.CharField("DNIS Name", max_length=32, blank=True)
    language = models.CharField("Language", max_length=10, choices=DidLanguage.choices, default=DidLanguage.SOURCE)

    class Meta:
        verbose_name = "DID number"
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="did_number_once_per_plan")]
        ordering = ["number"]

    def __str__(self) -> str:
        return self.number


class DidBlock(models.Model):
    first = models.CharField("Starting Phone Number", max_length=15)  # digits
    count = models.PositiveIntegerField("Total number of phone numbers")
    plan = models.ForeignKey(
        DidRoutingPlan, verbose_name="Routing Plan", on_delete=models.PROTECT, related_name="blocks"
    )
    lines = models.ManyToManyField(OutsideLine, verbose_name="Outside lines", related_name="did_blocks", blank=True)
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "DID block"
        ordering = ["first"]

    def __str__(self) -> str:
        return f"{self.first} to {self.last}" if self.count > 1 else self.first

    @property
    def last(self) -> str:
        return str(int(self.first) + self.count - 1).zfill(len(self.first))
