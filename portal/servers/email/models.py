"""The account this system sends mail by, and the mail that waits to be sent."""

from __future__ import annotations

from django.db import models

from portal.publish.fields import EncryptedText


class MailAccount(models.Model):
    """One row (pk 1), made by the first change."""

    class Encryption(models.TextChoices):
        STARTTLS = "starttls", "STARTTLS"
        TLS = "tls", "TLS from the first byte"
        NONE = "none", "None"

    host = models.CharField("SMTP server", max_length=255, blank=True)
    port = models.PositiveIntegerField("Port", default=587)
    encryption = models.CharField("Encryption", max_length=8, choices=Encryption.choices, default=Encryption.STARTTLS)
    login = models.CharField("User name", max_length=255, blank=True)
    password = EncryptedText("Password", blank=True)
    sender = models.CharField("Sender address", max_length=254, blank=True)
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "mail account"

    def __str__(self) -> str:
        return "Email"

    @property
    def usable(self) -> bool:
        return bool(self.host and self.sender)


class OutgoingMail(models.Model):
    """One message to one address. `key` makes it once, however often its cause is handled."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        FAILED = "failed", "Given up"

    key = models.CharField(max_length=120, unique=True)
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    made = models.DateTimeField(auto_now_add=True, db_index=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    sent = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made", "-id"]

    def __str__(self) -> str:
        return f"{self.subject}, to {self.to}"
