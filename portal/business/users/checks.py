"""The rules of a user's settings, the same for page, API and CSV. Every sentence belongs to a field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError

from portal.business.user_templates.models import SETTINGS
from portal.business.users.models import LEVELS, User
from portal.phone_system.extensions import services as extensions

IDENTITY = frozenset(
    {"username", "first_name", "middle_name", "last_name", "require_password_change", "require_pin_change"}
)
SECRET_TEXTS = frozenset({"smtp_password", "vpn_password", "pop3_password"})  # empty means keep
PERSONAL = frozenset(
    {
        "no_message_in",
        "primary_phone_id",
        "notification_mode",
        "notification_levels",
        "smtp_server",
        "smtp_port",
        "smtp_encryption",
        "smtp_username",
        "pop3_server",
        "pop3_username",
        *SECRET_TEXTS,
    }
)
MODIFIABLE = IDENTITY | PERSONAL | frozenset(SETTINGS)

LOGIN_NAME = re.compile(r"[A-Za-z0-9._@-]{1,64}")
HOST = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*\.?|\[[0-9A-Fa-f:]+\]")
CALLER_NUMBER = re.compile(r"\+?[0-9*#]{1,23}")
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # bidi embeddings, overrides, isolates
RECIPIENT = re.compile(r"[^\s,;<>\x00-\x1f]{1,254}")  # S20-04: user, alias or address
EMPTY_LEVEL: dict[str, Any] = {"to": "", "minutes": 10, "retries": 0, "go_on": False}


def collect(**checks: Callable[[], object]) -> None:
    """Run every check and raise all their sentences together, by field."""
    wrong: dict[str, Any] = {}
    for name, check in checks.items():
        try:
            check()
        except ValidationError as error:
            wrong[name] = error.messages
    if wrong:
        raise ValidationError(wrong)


def clean(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` (names of MODIFIABLE) as the columns take them. Raises ValidationError by field."""
    if unknown := values.keys() - MODIFIABLE:
        raise ValueError(f"not a setting of a user: {sorted(unknown)}")
    cleaned: dict[str, Any] = {}

    def column(name: str) -> None:
        # Django's types do not say that get_field also takes an attname
        cleaned[name] = User._meta.get_field(name).clean(values[name], None)  # type: ignore[union-attr]
        if rule := _RULES.get(name):
            cleaned[name] = rule(cleaned[name])

    collect(**{name: (lambda name=name: column(name)) for name in values})
    return cleaned


def check_login_name(name: str) -> str:
    if not LOGIN_NAME.fullmatch(name):
        raise ValidationError("A login name has 1 to 64 letters A-Z, digits, dots, dashes, underscores or @.")
    return name


def check_together(user: User) -> None:
    """What must fit together, once all values are in place."""
    wrong: dict[str, list[str]] = {}
    if user.notification_mode != "disabled" and not any(level["to"] for level in user.notification_levels):
        wrong["notification_mode"] = ["Fill in at least one recipient, or choose Disabled."]
    if user.smtp_username and not user.smtp_server:
        wrong["smtp_server"] = ["Name the SMTP server this account is on."]
    if user.pop3_username and not user.pop3_server:
        wrong["pop3_server"] = ["Name the POP3 server this account is on."]
    if wrong:
        raise ValidationError(wrong)


def _person(text: str) -> str:
    """A name may be in any script, with any symbol; only control characters have no place in it, nor those that turn
    the direction of what follows: a telephone would show the number after it backwards."""
    if any(ord(sign) < 32 or ord(sign) == 127 or sign in TURNING for sign in text):
        raise ValidationError("A name may not hold line breaks, tabs or other control characters.")
    return text.strip()


def _operator(number: str) -> str:
    if number:
        extensions.check_number(number)
    return number


def _host(text: str) -> str:
    text = text.strip()
    if text and (len(text) > 255 or not HOST.fullmatch(text)):
        raise ValidationError("Enter the name or address of a server, for example mail.example.com, without a port.")
    return text


def _caller_number(text: str) -> str:
    if text and not CALLER_NUMBER.fullmatch(text):
        raise ValidationError("A caller ID number has digits only, with + in front or not.")
    return text


def _levels(levels: Any) -> list[dict[str, Any]]:
    if not isinstance(levels, list) or len(levels) > LEVELS:
        raise ValidationError(f"There are at most {LEVELS} levels.")
    found = [_level(number, level) for number, level in enumerate(levels, start=1)]
    while found and not found[-1]["to"]:
        found.pop()
    return found


def _level(number: int, level: Any) -> dict[str, Any]:
    """S20-06, S20-10."""
    if not isinstance(level, dict) or level.keys() - EMPTY_LEVEL.keys():
        raise ValidationError(f"Level {number} has the parts {', '.join(EMPTY_LEVEL)}.")
    level = {**EMPTY_LEVEL, **level}
    if not isinstance(level["to"], str) or (level["to"] and not RECIPIENT.fullmatch(level["to"])):
        raise ValidationError(f"Level {number}: enter one user name, alias or e-mail address.")
    for name, least, most in (("minutes", 1, 1440), ("retries", 0, 99)):
        value = level[name]
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValidationError(f"Level {number}: {name} is a number from {least} to {most}.")
    if not isinstance(level["go_on"], bool):
        raise ValidationError(f"Level {number}: go_on is true or false.")
    return level


_RULES: dict[str, Callable[[Any], Any]] = {
    "username": check_login_name,
    "first_name": _person,
    "middle_name": _person,
    "last_name": _person,
    "caller_id_name": _person,
    "operator_extension": _operator,
    "caller_id_number": _caller_number,
    "smtp_server": _host,
    "pop3_server": _host,
    "notification_levels": _levels,
}
