"""Message aliases: where messages of a user or a named group go (S15-06, S15-07)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower


class MessageAlias(models.Model):
    """Of a user (`user` set, `group` empty) or of a group. `message_center` is the user in whose inbox a copy stays:
    the user itself, or the one chosen for a group (S15-Q02); None keeps nothing on the server."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="message_alias"
    )
    group = models.CharField("Group", max_length=64, blank=True)
    message_center = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="Message Center Alias",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    addresses = models.TextField("Addresses")  # one a line
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "message alias"
        constraints = [
            models.UniqueConstraint(Lower("group"), condition=~models.Q(group=""), name="group_alias_unique"),
            models.CheckConstraint(
                condition=models.Q(user__isnull=True) ^ models.Q(group=""), name="alias_of_user_or_group"
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.user.label if self.user else self.group

    @property
    def is_group(self) -> bool:
        return self.user_id is None

    @property
    def local_name(self) -> str:
        """Left part of its address."""
        return self.user.username if self.user else self.group
