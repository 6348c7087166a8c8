"""A minimal outside line: enough for emergency and for the carrier fixture. Its pages come with the lines issue."""

from __future__ import annotations

from django.db import models

from portal.publish.fields import EncryptedText


class OutsideLine(models.Model):
    description = models.CharField(max_length=64)
    host = models.CharField("SIP Server", max_length=255)
    port = models.PositiveIntegerField(default=5060)
    caller_id = models.CharField("Caller ID Number", max_length=24, blank=True)
    login_id = models.CharField("Login ID", max_length=64, blank=True)
    password = EncryptedText("Password", blank=True)
    max_calls = models.PositiveSmallIntegerField("Maximum Active Calls", default=0)
    registers = models.BooleanField("Registers", default=False)
    destination = models.CharField("Incoming calls go to extension", max_length=8, blank=True)
    emergency = models.BooleanField("Carries emergency calls", default=False)
    row_version = models.PositiveIntegerField(default=1, editable=False)

    def __str__(self) -> str:
        return self.description
