"""The nine auto attendants (S25-11), and who manages the recordings of each (S09-23, S26-11)."""

from __future__ import annotations

from django.db import models
from guardian.models import UserObjectPermissionBase


class AutoAttendant(models.Model):
    """Number and name; what an attendant does comes with its page. The nine rows are made by `access/sync.py`."""

    NUMBERS = range(1, 10)

    number = models.PositiveSmallIntegerField(unique=True)  # 1 to 9
    name = models.CharField("Name", max_length=64)
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "auto attendant"
        ordering = ["number"]
        default_permissions = ()
        permissions = [("manage_attendant_recordings", "Recording Manager of the auto attendant")]

    def __str__(self) -> str:
        return self.name


class AutoAttendantUserGrant(UserObjectPermissionBase):
    content_object = models.ForeignKey(AutoAttendant, on_delete=models.CASCADE)
