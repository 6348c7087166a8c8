"""The ten call queues (S01-16), and who supervises them and manages their recordings (S09-22, S09-23)."""

from __future__ import annotations

from django.db import models
from guardian.models import UserObjectPermissionBase


class CallQueue(models.Model):
    """Number and name; what a queue does comes with its page. The ten rows are made by `access/sync.py`."""

    NUMBERS = range(10)

    number = models.PositiveSmallIntegerField(unique=True)  # 0 to 9
    name = models.CharField("Name", max_length=64)
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "call queue"
        ordering = ["number"]
        default_permissions = ()
        permissions = [
            ("supervise_queue", "Call Queue Supervisor"),
            ("manage_queue_recordings", "Recording Manager of the queue"),
        ]

    def __str__(self) -> str:
        return self.name


class CallQueueUserGrant(UserObjectPermissionBase):
    content_object = models.ForeignKey(CallQueue, on_delete=models.CASCADE)
