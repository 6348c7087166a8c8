"""Emergency numbers, who is told of a call to one, and the proof that every handset reaches help (S14-04, S23)."""

from __future__ import annotations

from django.db import models


class EmergencySettings(models.Model):
    """One row (pk 1), made by the first change; before that these defaults count."""

    numbers = models.CharField("Emergency Dialed Number", max_length=100, default="911")  # several: with commas
    direct_dial = models.BooleanField("Dial Direct", default=True)
    notify = models.BooleanField("Enable Email Notifications of Emergency Calls", default=False)
    recipients = models.TextField("Recipients", blank=True)  # one a line
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "emergency settings"

    def __str__(self) -> str:
        return "Emergency"


class EmergencyProof(models.Model):
    """What `decide()` answered for every handset and every way to dial help, at a moment. Kept as it was."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    version = models.PositiveIntegerField()
    by = models.CharField(max_length=64)  # who asked for it; "nightly"
    handsets = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()  # handsets with a dialling that reaches no line
    rows = models.JSONField(default=list)  # of telephony.ask.proof.Proven

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"Emergency proof of {self.at:%Y-%m-%d %H:%M}"
