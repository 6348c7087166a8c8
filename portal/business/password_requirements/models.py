"""What a user's password must be like (S08-03, S08-04): one row."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from portal.access.secrets import PASSWORD_MAX, STRONG_MIN, Requirements


class PasswordRequirements(models.Model):
    require_strong = models.BooleanField("Require Strong Passwords", default=False)
    minimum_length = models.PositiveSmallIntegerField(
        "Minimum length", default=8, validators=[MinValueValidator(STRONG_MIN), MaxValueValidator(PASSWORD_MAX)]
    )
    require_lower = models.BooleanField("Require lower case", default=True)
    require_upper = models.BooleanField("Require upper case", default=True)
    require_digit = models.BooleanField("Require numeric", default=True)
    require_special = models.BooleanField("Require special character(s)", default=False)
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "password requirements"

    def __str__(self) -> str:
        return "Password Requirements"

    @property
    def rules(self) -> Requirements:
        """The extra rules of strong mode count only in it."""
        if not self.require_strong:
            return Requirements()
        return Requirements(
            minimum=self.minimum_length,
            lower=self.require_lower,
            upper=self.require_upper,
            digit=self.require_digit,
            special=self.require_special,
        )
