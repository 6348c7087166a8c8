"""What is known of a mailbox whose owner wants alerts: which messages were told of, and how far its escalation is."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class MailboxAlerts(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    unheard = models.JSONField(default=list)  # ids of the messages that were new when we last looked
    running = models.BooleanField(default=False)  # an escalation
    began = models.DateTimeField(null=True)  # of the escalation: alert 0
    number = models.PositiveIntegerField(default=0)  # of the alert that comes next
    serial = models.PositiveIntegerField(default=0)  # of the escalation: what is due for an older one is void

    class Meta:
        verbose_name = "voicemail alerts"

    def __str__(self) -> str:
        return f"Voicemail alerts of {self.user}"
