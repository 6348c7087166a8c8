"""A user: one row for the person, the web login and the mailbox (Business > Users, chapter 9)."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower

from portal.business.user_templates.apply import overridden, values_of
from portal.business.user_templates.fields import SeveralField
from portal.business.user_templates.models import TemplateSettings
from portal.publish.fields import EncryptedText
from telephony.messages.snapshot import Presence


class UserManager(BaseUserManager["User"]):
    def named(self, username: str) -> models.QuerySet[User]:
        """The user of this login name, whatever its case (uses the unique index on LOWER(username))."""
        if not username.isascii() or "\0" in username:  # nobody's; PostgreSQL takes no NUL
            return self.none()
        return self.alias(lower_username=Lower("username")).filter(lower_username=username.lower())

    def get_by_natural_key(self, username: str | None) -> User:
        return self.named(username or "").get()


class NotificationMode(models.TextChoices):
    """S20-03."""

    DISABLED = "disabled", "Disabled"
    NOTIFICATION = "notification", "Notification Mode"
    ESCALATION = "escalation", "Escalation Mode"


class Encryption(models.TextChoices):
    STARTTLS = "starttls", "STARTTLS"
    TLS = "tls", "TLS from the beginning"
    NONE = "none", "None"


LEVELS = 5  # S20-10


class User(TemplateSettings, AbstractBaseUser, PermissionsMixin):
    """The built-in Server Administrator is a user without an extension and without a template (S02-04, S26-11).

    From TemplateSettings come the settings a template can hold; below are those it never holds (S09-30).
    """

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

    template = models.ForeignKey(
        "business.UserTemplate",
        verbose_name="Last applied template",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="users",
    )
    template_values = models.JSONField(default=dict, editable=False)  # of the template when it was applied (S09-39)

    no_message_in = SeveralField("Prevent caller from leaving a message", words=tuple(p.value for p in Presence))
    primary_phone = models.ForeignKey(
        "phone_system.CallAppearance",
        verbose_name="Primary Phone",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    notification_mode = models.CharField(
        "Voicemail Notification and Escalation", max_length=12, choices=NotificationMode.choices, default="disabled"
    )
    # S20-06: up to five of {"to", "minutes", "retries", "go_on"}; empty ones keep their place
    notification_levels = models.JSONField("Notification levels", default=list, blank=True)
    smtp_server = models.CharField("SMTP server", max_length=255, blank=True)
    smtp_port = models.PositiveIntegerField(
        "SMTP port", default=587, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    smtp_encryption = models.CharField(
        "SMTP encryption", max_length=8, choices=Encryption.choices, default=Encryption.STARTTLS.value
    )
    smtp_username = models.CharField("SMTP user name", max_length=255, blank=True)
    smtp_password = EncryptedText("SMTP password", blank=True)
    vpn_password = EncryptedText("VPN password", blank=True)
    pop3_server = models.CharField("External POP3 mail server", max_length=255, blank=True)
    pop3_username = models.CharField("User name on it", max_length=255, blank=True)
    pop3_password = EncryptedText("Password on it", blank=True)

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

    @property
    def overrides(self) -> frozenset[str]:
        """Names of settings that differ from the template as it was applied (S09-39)."""
        return overridden(values_of(self), self.template_values)

    @property
    def template_label(self) -> str:
        """S09-35: the last applied template, with ! when anything differs from it."""
        return "" if self.template is None else f"{self.template}{' !' if self.overrides else ''}"

    def __str__(self) -> str:
        return self.label
