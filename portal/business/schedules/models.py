"""Business schedules, their holidays and the names of the nine greetings (chapter 25).

A day is one text, "08:00-12:00 day 0, 12:00-13:00 day 2" (periods.py): that is what the audit trail and a comparison
of two administrators show, and a day is always read and written whole.
"""

from __future__ import annotations

from datetime import date

from django.db import models

from portal.business.schedules import periods
from telephony.messages.snapshot import SchedulePeriod

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
GREETINGS = 9
FIXED_NAMES = ("Open", "Closed")  # of greetings 0 and 1 (S25-10)
DEFAULT_NUMBER = 0  # S25-03: exists from installation, cannot be deleted


class Schedule(models.Model):
    class Control(models.TextChoices):
        AUTOMATIC = "automatic", "Automatic"
        MANUAL = "manual", "Manual"

    number = models.PositiveSmallIntegerField("Schedule", unique=True)
    description = models.CharField("Description", max_length=64)
    control = models.CharField(
        "Mode/Greeting Control", max_length=10, choices=Control.choices, default=Control.AUTOMATIC
    )
    since = models.FloatField(default=0, editable=False)  # Unix time the control was chosen
    manual_mode = models.CharField(max_length=5, default="night", editable=False)  # what Manual began with
    manual_greeting = models.PositiveSmallIntegerField(default=1, editable=False)
    monday = models.TextField("Monday", blank=True)
    tuesday = models.TextField("Tuesday", blank=True)
    wednesday = models.TextField("Wednesday", blank=True)
    thursday = models.TextField("Thursday", blank=True)
    friday = models.TextField("Friday", blank=True)
    saturday = models.TextField("Saturday", blank=True)
    sunday = models.TextField("Sunday", blank=True)
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"Schedule {self.number} {self.description}"

    def day(self, weekday: int) -> tuple[SchedulePeriod, ...]:
        """Monday is 0."""
        return periods.parse(getattr(self, WEEKDAYS[weekday]))

    @property
    def is_default(self) -> bool:
        return self.number == DEFAULT_NUMBER


class Holiday(models.Model):
    """Replaces the weekday's periods on its dates (S25-09). Without periods the whole day is closed."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="holidays")
    name = models.CharField("Name", max_length=64)
    first = models.DateField("First day")
    last = models.DateField("Last day")
    every_year = models.BooleanField("Every year", default=False)
    periods = models.TextField("Periods", blank=True)
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["first", "last", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def dates(self) -> str:
        first, last = _shown(self.first, self.every_year), _shown(self.last, self.every_year)
        days = first if first == last else f"{first} to {last}"
        return f"{days}, every year" if self.every_year else days


def _shown(day: date, every_year: bool) -> str:
    return f"{day.day} {day:%B}" if every_year else f"{day.day} {day:%B %Y}"


class GreetingNames(models.Model):
    """One row (pk 1). Greetings 0 and 1 are Open and Closed for ever."""

    greeting_2 = models.CharField("Greeting 2", max_length=32, blank=True)
    greeting_3 = models.CharField("Greeting 3", max_length=32, blank=True)
    greeting_4 = models.CharField("Greeting 4", max_length=32, blank=True)
    greeting_5 = models.CharField("Greeting 5", max_length=32, blank=True)
    greeting_6 = models.CharField("Greeting 6", max_length=32, blank=True)
    greeting_7 = models.CharField("Greeting 7", max_length=32, blank=True)
    greeting_8 = models.CharField("Greeting 8", max_length=32, blank=True)
    row_version = models.PositiveIntegerField(default=1, editable=False)

    def __str__(self) -> str:
        return "Greetings"

    @property
    def names(self) -> tuple[str, ...]:
        """Of 0 to 8; "" where none was given."""
        return (*FIXED_NAMES, *(getattr(self, f"greeting_{n}") for n in range(len(FIXED_NAMES), GREETINGS)))
