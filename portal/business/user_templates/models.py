"""User templates (S09-01..S09-29): named sets of user settings, and the settings themselves.

`TemplateSettings` is the one list of what a template holds. Users and templates both have these columns; their
defaults are the factory settings, which System User (Default) shows.
"""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower

from portal.business.user_templates.fields import SeveralField

QUEUES = tuple(str(number) for number in range(10))  # S09-22; as they are dialled: 4400 to 4409
ATTENDANTS = tuple(str(number) for number in range(1, 10))  # S09-26
DEFAULT_NAME = "System User (Default)"


def _number(label: str, default: int, least: int, most: int, hint: str = "") -> models.PositiveIntegerField[int, int]:
    limits = [MinValueValidator(least), MaxValueValidator(most)]
    return models.PositiveIntegerField(label, default=default, validators=limits, help_text=hint)


class ActiveCallsDisplay(models.TextChoices):
    NONE = "none", "Not Displayed"
    BRIEF = "brief", "Brief Display (without caller ID)"
    FULL = "full", "Full Display"


class Language(models.TextChoices):
    PRIMARY = "primary", "Primary Language"
    SECONDARY = "secondary", "Secondary Language"


class MailTransfer(models.TextChoices):
    ALL = "all", "Email and Voicemail messages"
    EMAIL = "email", "Email messages only"
    NONE = "none", "No messages"


class TemplateSettings(models.Model):
    """In the order of the manual. Sections of the page: `sections.py`."""

    voicemail_enabled = models.BooleanField("Enable Voicemail", default=True)
    max_voicemails = _number("Maximum Number of Voicemails", 100, 1, 1000)
    max_message_seconds = _number("Call Answering maximum message recording time", 180, 10, 3600, "Seconds.")
    message_center_seconds = _number("Message Center maximum message recording time", 180, 10, 3600, "Seconds.")
    off_site_access = models.BooleanField(
        "Off-Site Access to outside lines", default=False, help_text="Calls out through the Message Center."
    )
    send_to_all = models.BooleanField(
        "Can send voicemail to all users", default=False, help_text="Digit 9 in the Send menu."
    )
    operator_extension = models.CharField(
        "Operator Extension", max_length=4, blank=True, help_text="Reached by pressing 0 while leaving a message."
    )
    end_by_silence = models.BooleanField("End Message recording (Voice Activity Detection)", default=True)
    modify_call_routes = models.BooleanField("Can modify extension's call routes", default=True)
    create_conferences = models.BooleanField("Can create conferences", default=False)
    administer_call_reporting = models.BooleanField("Can administer Call Reporting", default=False)
    active_calls_display = models.CharField(
        "System-wide Active Calls Display", max_length=8, choices=ActiveCallsDisplay.choices, default="none"
    )
    call_recording = models.BooleanField("Call Recording Allowed", default=False)
    inbox_megabytes = _number("Maximum size Universal Inbox", 100, 1, 100_000, "Megabytes, e-mail and voicemail.")
    default_language = models.CharField("Default Language", max_length=9, choices=Language.choices, default="primary")
    hot_desking = models.BooleanField("Enable Hot Desking", default=False)
    hot_desking_minutes = _number("Maximum Logged in Time", 480, 1, 10_080, "Minutes, at most a week.")
    caller_id_name = models.CharField("Caller ID Name", max_length=32, blank=True, help_text="For outbound calls.")
    caller_id_number = models.CharField(
        "Caller ID Number", max_length=24, blank=True, help_text="For outbound calls: digits, with + in front or not."
    )
    supervised_queues = SeveralField("Call Queue Supervisor", words=QUEUES, help_text="Queues this user supervises.")
    recording_queues = SeveralField(
        "Recording Manager: queues", words=QUEUES, help_text="Queues whose recordings this user manages."
    )
    recording_attendants = SeveralField(
        "Recording Manager: attendants", words=ATTENDANTS, help_text="Attendants whose recordings this user manages."
    )
    reach_count = _number("Allworx Reach Eligibility Count", 0, 0, 250, "0 means none.")
    interact_count = _number("Allworx Interact Professional Eligibility Count", 0, 0, 250, "0 means none.")
    follow_me_pin = models.BooleanField("PIN code required to accept calls", default=True)
    follow_me_name = models.BooleanField("Require caller to record name", default=False)
    listed_attendants = SeveralField(
        "Auto Attendant Menu",
        words=ATTENDANTS,
        default=ATTENDANTS,
        help_text="Attendants that list this user in Dial-By-Name and Dial-By-Directory.",
    )
    pop3_transfers = models.CharField(
        "POP3 Mail Transfers", max_length=5, choices=MailTransfer.choices, default=MailTransfer.ALL.value
    )
    vpn_access = models.BooleanField("VPN Access", default=False)
    poll_minutes = _number("Poll Period", 15, 1, 1440, "Minutes between two looks into the external POP3 account.")

    class Meta:
        abstract = True


SETTINGS: tuple[str, ...] = tuple(field.name for field in TemplateSettings._meta.local_fields)


class UserTemplate(TemplateSettings):
    name = models.CharField("Name", max_length=64)
    is_default = models.BooleanField(default=False, editable=False)  # System User (Default): always the factory's
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="user_template_name_unique"),
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="one_default_template"
            ),
        ]
        ordering = ["-is_default", "name"]
        verbose_name = "user template"

    def __str__(self) -> str:
        return self.name


def factory_settings() -> dict[str, Any]:
    return {field.name: field.get_default() for field in TemplateSettings._meta.local_fields}


def sync_default(**_: Any) -> None:
    """post_migrate: System User (Default) exists and equals the code (S09-01)."""
    default, _ = UserTemplate.objects.get_or_create(is_default=True, defaults={"name": DEFAULT_NAME})
    wanted = {"name": DEFAULT_NAME, **factory_settings()}
    if any(getattr(default, name) != value for name, value in wanted.items()):
        UserTemplate.objects.filter(pk=default.pk).update(**wanted)
