"""Extensions and their call routes (chapters 7 and 18)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from telephony.messages.snapshot import DestinationKind, FinallyKind, Presence


def _choices(kinds: type[Presence] | type[DestinationKind] | type[FinallyKind]) -> list[tuple[str, str]]:
    return [(kind.value, kind.value.replace("_", " ").capitalize()) for kind in kinds]


class Extension(models.Model):
    number = models.CharField(max_length=4, unique=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="extension"
    )
    description = models.CharField(max_length=64, blank=True)
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.number


class CallRoute(models.Model):
    """One of seven per user extension (S18-03); a system extension has the In Office one."""

    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, related_name="routes")
    presence = models.CharField(max_length=20, choices=_choices(Presence))
    finally_kind = models.CharField(max_length=20, choices=_choices(FinallyKind), default=FinallyKind.VOICEMAIL.value)
    finally_value = models.CharField(max_length=32, blank=True)
    busy_kind = models.CharField(max_length=20, choices=_choices(FinallyKind), blank=True)
    busy_value = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["extension", "presence"], name="one_route_per_presence")]
        ordering = ["extension", "id"]


class ConnectionAttempt(models.Model):
    route = models.ForeignKey(CallRoute, on_delete=models.CASCADE, related_name="attempts")
    position = models.PositiveSmallIntegerField()
    rings = models.PositiveSmallIntegerField(default=4)
    ring_tone = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["route", "position"], name="attempts_in_order")]
        ordering = ["route", "position"]


class Destination(models.Model):
    attempt = models.ForeignKey(ConnectionAttempt, on_delete=models.CASCADE, related_name="destinations")
    kind = models.CharField(
        max_length=20, choices=_choices(DestinationKind), default=DestinationKind.OWNER_HANDSETS.value
    )
    value = models.CharField(max_length=32, blank=True)

    class Meta:
        ordering = ["attempt", "id"]
