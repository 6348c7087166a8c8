"""What is done with users. Pages, the API and tasks all call these.

Every function raises ValidationError (field → sentences), Conflict or Refused; then nothing was saved.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError

from portal.access.limits import limits
from portal.access.links import Role
from portal.access.secrets import DEFAULT_PIN, check_password_rules, check_pin_rules, pin_digest
from portal.business.users.models import User
from portal.phone_system.extensions import services as extensions
from portal.publish.change import By, Change, change

LOGIN_NAME = re.compile(r"[A-Za-z0-9._@-]{1,64}")
MODIFIABLE = frozenset(
    {
        "username",
        "first_name",
        "middle_name",
        "last_name",
        "require_password_change",
        "require_pin_change",
        "voicemail_enabled",
        "max_voicemails",
        "max_message_seconds",
        "end_by_silence",
        "operator_extension",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """S09-31. Text as typed."""

    username: str
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    extension: str
    password: str
    pin: str = DEFAULT_PIN
    require_password_change: bool = True
    require_pin_change: bool = True
    voicemail_enabled: bool = True
    max_voicemails: int = 100
    max_message_seconds: int = 180
    end_by_silence: bool = True
    operator_extension: str = ""


def add_user(new: NewUser, *, by: By) -> tuple[User, Change]:
    _check(
        username=lambda: check_login_name(new.username),
        extension=lambda: extensions.check_number(new.extension),
        password=lambda: check_password_rules(new.password),
        pin=lambda: check_pin_rules(new.pin),
        operator_extension=lambda: new.operator_extension and extensions.check_number(new.operator_extension),
    )
    user = User(
        username=new.username,
        first_name=new.first_name,
        middle_name=new.middle_name,
        last_name=new.last_name,
        password=make_password(new.password),
        require_password_change=new.require_password_change,
        require_pin_change=new.require_pin_change,
        voicemail_enabled=new.voicemail_enabled,
        max_voicemails=new.max_voicemails,
        max_message_seconds=new.max_message_seconds,
        end_by_silence=new.end_by_silence,
        operator_extension=new.operator_extension,
    )
    with change(by, f"Add user {new.username}") as work:
        _check_ceiling()
        _check(
            username=lambda: _check_login_name_free(new.username),
            extension=lambda: extensions.check_free(new.extension),
        )
        user.save(force_insert=True)
        user.pin_digest = pin_digest(user.pk, new.pin)
        user.save(update_fields=["pin_digest"])
        work.added(user)
        extensions.add_user_extension(work, user, new.extension)
    return user, work


def modify_user(
    user: User,
    values: Mapping[str, Any],
    *,
    by: By,
    seen: int | None = None,
    extension: str | None = None,
    password: str | None = None,
    pin: str | None = None,
) -> Change:
    """Set `values` (names in MODIFIABLE). An empty password or PIN means keep (S08-09)."""
    if unknown := values.keys() - MODIFIABLE:
        raise ValueError(f"not a setting of a user: {sorted(unknown)}")
    checks: dict[str, Callable[[], object]] = {}
    if "username" in values:
        checks["username"] = lambda: check_login_name(values["username"])
    if values.get("operator_extension"):
        checks["operator_extension"] = lambda: extensions.check_number(values["operator_extension"])
    if extension:
        checks["extension"] = lambda: extensions.check_number(extension)
    if password:
        checks["password"] = lambda: check_password_rules(password)
    if pin:
        checks["pin"] = lambda: check_pin_rules(pin)
    _check(**checks)
    hashed = make_password(password) if password else ""
    with change(by, f"Modify user {user.username}") as work:
        user = work.lock(user, seen=seen, mine={**values, **({"password": hashed} if hashed else {})})
        _check_may_touch(by, user)
        if "username" in values:
            _check(username=lambda: _check_login_name_free(values["username"], but=user))
        for name, value in values.items():
            setattr(user, name, value)
        if hashed:
            user.password, user.has_default_password = hashed, False
        if pin:
            user.pin_digest = pin_digest(user.pk, pin)
        work.save(user)
        if extension:
            _set_extension(work, user, extension)
    return work


def delete_user(user: User, *, by: By, seen: int | None = None) -> Change:
    """Its extension and routes go with it; its handsets stay, without an owner."""
    with change(by, f"Delete user {user.username}") as work:
        user = work.lock(user, seen=seen)
        _check_may_touch(by, user)
        if user.is_server_administrator:
            raise ValidationError("The Server Administrator cannot be deleted.")
        if by.actor and by.actor.pk == user.pk:
            raise ValidationError("You cannot delete yourself. Another administrator can.")
        work.delete(user)
    return work


def change_password(user: User, password: str, *, by: By, require_change: bool = True) -> Change:
    """By an administrator."""
    return modify_user(user, {"require_password_change": require_change}, by=by, password=password)


def change_pin(user: User, pin: str, *, by: By, require_change: bool = True) -> Change:
    return modify_user(user, {"require_pin_change": require_change}, by=by, pin=pin)


def change_own_secrets(
    user: User, *, by: By, password: str | None = None, pin: str | None = None
) -> tuple[User, Change]:
    """By the person; ends the demand to change them (S08-08)."""
    values: dict[str, bool] = {}
    if password:
        values["require_password_change"] = False
    if pin:
        values["require_pin_change"] = False
    work = modify_user(user, values, by=by, password=password, pin=pin)
    user.refresh_from_db()
    return user, work


def check_login_name(name: str) -> None:
    if not LOGIN_NAME.fullmatch(name):
        raise ValidationError("A login name has 1 to 64 letters A-Z, digits, dots, dashes, underscores or @.")


def _check(**checks: Callable[[], object]) -> None:
    """Run every check and raise all their sentences together, by field."""
    wrong: dict[str, Any] = {}
    for name, check in checks.items():
        try:
            check()
        except ValidationError as error:
            wrong[name] = error.messages
    if wrong:
        raise ValidationError(wrong)


def _check_login_name_free(name: str, *, but: User | None = None) -> None:
    taken = User.objects.named(name).exclude(pk=but.pk if but else None).first()
    if taken:
        raise ValidationError(f"The login name {name} is already used by {taken.label}.")


def _check_ceiling() -> None:
    """S01-03. The Server Administrator is not a phone user and does not count."""
    allowed = limits()
    if User.objects.filter(is_server_administrator=False).count() >= allowed.users:
        raise ValidationError(
            f"This system (model {allowed.model}) can have {allowed.users} users, and it has them. "
            "The User Expansion feature key allows more."
        )


def _check_may_touch(by: By, user: User) -> None:
    """S02-10, S02-16: otherwise a phone administrator could take over the account of a higher one."""
    actor = by.actor
    if actor is None or actor.is_server_administrator or actor.pk == user.pk:
        return
    if user.is_server_administrator:
        raise ValidationError("Only the Server Administrator may change this account.")
    higher = (Role.SYSTEM.value, Role.NETWORK.value)
    if user.groups.filter(name__in=higher).exists() and not actor.groups.filter(name=Role.SYSTEM.value).exists():
        raise ValidationError(
            f"{user.label} is a system or network administrator; only a system administrator may do this."
        )


def _set_extension(work: Change, user: User, number: str) -> None:
    current = getattr(user, "extension", None)
    if current is not None and current.number == number:
        return
    _check(extension=lambda: extensions.check_free(number))
    if current is None:
        extensions.add_user_extension(work, user, number)
    else:
        extensions.renumber(work, current, number)
    work.touch(user)  # it is on the user's page: whoever has that open must see it before saving
