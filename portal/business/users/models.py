"""A user: one row for the person, the web login and the mailbox (Business > Users, chapter 9)."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower


class UserManager(BaseUserManager["User"]):
    def named(self, username: str) -> models.QuerySet[User]:
        """The user of this login name, whatever its case (uses the unique index on LOWER(username))."""
        if not username.isascii() or "\0" in username:  # nobody's; PostgreSQL takes no NUL
            return self.none()
        return self.alias(lower_username=Lower("username")).filter(lower_username=username.lower())

    def get_by_natural_key(self, username: str | None) -> User:
        return self.named(username or "").get()


class User(AbstractBaseUser, PermissionsMixin):
    """The built-in Server Administrator is a user without an extension (S02-04, S26-11)."""

    username = models.CharField("Login name", max_length=64)
    first_name = models.CharField("First name", max_length=64, blank=True)
    middle_name = models.CharField("Middle name", max_length=64, blank=True)
    last_name = models.CharField("Last name", max_length=64, blank=True)
    is_active = models.BooleanField(default=True)
    is_server_administrator = models.BooleanField(default=False)
    has_default_password = models.BooleanField(default=False, editable=False)  # the factory's, never changed yet
    require_password_change = models.BooleanField("Require Password Change", default=True)
    pin_digest = models.CharField(max_length=64, blank=True, editable=False)
    require_pin_change = models.BooleanField("Require PIN Change", default=True)

    voicemail_enabled = models.BooleanField("Enable Voicemail", default=True)
    max_voicemails = models.PositiveSmallIntegerField("Maximum Number of Voicemails", default=100)
    max_message_seconds = models.PositiveSmallIntegerField("Call Answering maximum message recording time", default=180)
    end_by_silence = models.BooleanField("End Message recording (Voice Activity Detection)", default=True)
    operator_extension = models.CharField("Operator Extension", max_length=4, blank=True)

    row_version = models.PositiveIntegerField(default=1, editable=False)
    created = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("username"), name="user_login_name_unique")]
        ordering = ["last_name", "first_name", "username"]

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.first_name, self.middle_name, self.last_name) if part)

    @property
    def label(self) -> str:
        return self.full_name or self.username

    @property
    def must_change(self) -> bool:
        """Something must be changed before anything else (S08-08). Users without an extension have no PIN."""
        return self.require_password_change or self.require_pin_change

    def __str__(self) -> str:
        return self.label
