"""Links (the rows of the role table) and the grants of roles on them, as guardian object permissions."""

from __future__ import annotations

from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase


class Link(models.Model):
    """One row of the role table: a page, a button or an action. `key` is its name in code and template."""

    key = models.CharField(max_length=120, unique=True)
    page = models.CharField(max_length=80)
    title = models.CharField(max_length=160)

    class Meta:
        ordering = ["id"]
        permissions = [("use_link", "May use this link")]
        default_permissions = ()

    def __str__(self) -> str:
        return self.key


class LinkGroupGrant(GroupObjectPermissionBase):
    content_object = models.ForeignKey(Link, on_delete=models.CASCADE)


class LinkUserGrant(UserObjectPermissionBase):
    content_object = models.ForeignKey(Link, on_delete=models.CASCADE)


class LoginAttempt(models.Model):
    """Failed logins per account and source, for the lock-out (rate limit on every login)."""

    account = models.CharField(max_length=64, db_index=True)
    source = models.GenericIPAddressField(db_index=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
