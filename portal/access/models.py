"""Links (the rows of the role table) and the grants of roles on them, as guardian object permissions."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from portal.publish.fields import EncryptedText


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


class CustomRole(models.Model):
    """A role made here, by ticking links. Its members and grants are those of its group, as for built-in roles."""

    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="custom_role")
    name = models.CharField("Name", max_length=64, unique=True)  # also the group's; here for the audit trail
    description = models.CharField("Description", max_length=200, blank=True)
    links = models.TextField("Links", editable=False)  # keys, one a line: what the grants say, for the audit trail
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "role"
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class LoginAttempt(models.Model):
    """Failed logins per account and source, for the lock-out (rate limit on every login)."""

    account = models.CharField(max_length=64, db_index=True)
    source = models.GenericIPAddressField(db_index=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)


class SecondFactor(models.Model):
    """A one-time code after the password (RFC 6238), for administrators who want it."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor")
    key = EncryptedText()  # base32
    confirmed = models.BooleanField(default=False)  # only after the first right code does a login ask for it
    last_step = models.BigIntegerField(default=0)  # of the newest code taken: a code works once
    recovery_digests = models.JSONField(default=list)  # HMACs of the recovery codes not used yet
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "second factor"

    def __str__(self) -> str:
        return f"second factor of {self.user}"
