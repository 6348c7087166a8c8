"""The nine auto attendants (S26-01, S26-04), and who manages the recordings of each (S09-23, S26-11)."""

from __future__ import annotations

from django.db import models
from guardian.models import UserObjectPermissionBase

SHORTCUTS = tuple("0123456789")
SHORTCUT_FIELDS = tuple(f"shortcut_{digit}" for digit in SHORTCUTS)
RECORDINGS = (*(str(number) for number in range(9)), "c")  # greetings 0 to 8 and the custom message (S26-10)


class AutoAttendant(models.Model):
    """The nine rows are made by `access/sync.py`. Targets are kept as what is dialled: an extension, the operator's
    digit, another attendant."""

    NUMBERS = range(1, 10)

    class SpellBy(models.TextChoices):
        FIRST_OR_LAST = "first_or_last", "First or last name"
        LAST = "last", "Last name"
        FIRST = "first", "First name"

    class Order(models.TextChoices):
        EXTENSION = "extension", "Extension order"
        NAME = "name", "Name order"

    number = models.PositiveSmallIntegerField(unique=True)  # 1 to 9
    name = models.CharField("Description", max_length=64)
    is_default = models.BooleanField("Default attendant", default=False)
    schedule = models.ForeignKey(
        "business.Schedule", verbose_name="Schedule", null=True, blank=True, on_delete=models.PROTECT
    )  # null: schedule 0
    dial_by_name = models.BooleanField("Dial-By-Name Menu (#1)", default=False)
    dial_by_name_prompt = models.BooleanField("Dial-By-Name Prompt", default=True)
    spell_by = models.CharField(
        "Dial-By-Name Spell Options", max_length=13, choices=SpellBy.choices, default=SpellBy.FIRST_OR_LAST
    )
    directory = models.BooleanField("Dial-By-Directory Menu (#2)", default=True)
    directory_prompt = models.BooleanField("Dial-By-Directory Prompt", default=True)
    directory_order = models.CharField(
        "Dial-By-Directory List Order", max_length=9, choices=Order.choices, default=Order.EXTENSION
    )
    dial_now_prompt = models.BooleanField("Dial It Now Prompt", default=True)
    end_call_prompt = models.BooleanField("End Call Prompt", default=True)
    repeat_prompt = models.BooleanField("Repeat Options Prompt", default=True)
    speed_dials = models.BooleanField("Speed Dial Numbers allowed", default=False)
    default_extension = models.CharField("Default Extension", max_length=8, blank=True, default="")
    shortcut_0 = models.CharField("Shortcut 0", max_length=8, blank=True, default="0")
    shortcut_1 = models.CharField("Shortcut 1", max_length=8, blank=True, default="")
    shortcut_2 = models.CharField("Shortcut 2", max_length=8, blank=True, default="")
    shortcut_3 = models.CharField("Shortcut 3", max_length=8, blank=True, default="")
    shortcut_4 = models.CharField("Shortcut 4", max_length=8, blank=True, default="")
    shortcut_5 = models.CharField("Shortcut 5", max_length=8, blank=True, default="")
    shortcut_6 = models.CharField("Shortcut 6", max_length=8, blank=True, default="")
    shortcut_7 = models.CharField("Shortcut 7", max_length=8, blank=True, default="")
    shortcut_8 = models.CharField("Shortcut 8", max_length=8, blank=True, default="")
    shortcut_9 = models.CharField("Shortcut 9", max_length=8, blank=True, default="")
    recorded = models.CharField("Recordings", max_length=10, blank=True, default="", editable=False)  # of RECORDINGS
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "auto attendant"
        ordering = ["number"]
        default_permissions = ()
        permissions = [("manage_attendant_recordings", "Recording Manager of the auto attendant")]

    def __str__(self) -> str:
        return self.name

    def shortcuts(self) -> dict[str, str]:
        found = {digit: getattr(self, f"shortcut_{digit}") for digit in SHORTCUTS}
        return {digit: target for digit, target in found.items() if target}


class AutoAttendantUserGrant(UserObjectPermissionBase):
    content_object = models.ForeignKey(AutoAttendant, on_delete=models.CASCADE)
