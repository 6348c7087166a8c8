"""Handsets and their call appearances (chapters 10 and 11). A generic SIP handset has one appearance a line."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from portal.phone_system.emergency_cid.models import EmergencyCallerId
from portal.publish.fields import EncryptedText


class Handset(models.Model):
    class Kind(models.TextChoices):
        GENERIC = "generic", "Generic SIP handset"
        DESK = "desk", "Allworx handset"
        REACH = "reach", "Allworx Reach handset"

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.GENERIC)
    description = models.CharField(max_length=64)
    row_version = models.PositiveIntegerField(default=1, editable=False)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.description


class CallAppearance(models.Model):
    """What registers, rings and calls. `station` is the User ID of the manual; the AOR is station@realm."""

    handset = models.ForeignKey(Handset, on_delete=models.CASCADE, related_name="appearances")
    line = models.PositiveSmallIntegerField(default=1)
    description = models.CharField(max_length=64, blank=True)
    station = models.CharField("User ID", max_length=8, unique=True)
    login_id = models.CharField("Login ID", max_length=64)
    password = EncryptedText("Password")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="appearances"
    )
    privileges = models.ForeignKey(
        "phone_system.DialingPrivilegesGroup",
        verbose_name="Dialing Privileges Group",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="appearances",
    )  # null: the default group
    emergency_cid = models.ForeignKey(
        EmergencyCallerId,
        verbose_name="Emergency Caller ID",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="appearances",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handset", "line"], name="one_appearance_per_line"),
            models.UniqueConstraint(Lower("login_id"), name="login_id_unique"),
        ]
        ordering = ["handset", "line"]

    def __str__(self) -> str:
        return self.description or f"{self.handset} (L{self.line})"
