"""What is done with users. Pages, the API and tasks all call these.

Every function raises ValidationError (field → sentences), Conflict or Refused; then nothing was saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction

from portal.access import objects
from portal.access.roles import check_may_administer, set_roles
from portal.access.secrets import (
    DEFAULT_PIN,
    Requirements,
    check_password_rules,
    check_pin_rules,
    current_requirements,
    pin_digest,
)
from portal.business.user_templates.apply import How, apply, values_of
from portal.business.user_templates.models import SETTINGS, UserTemplate
from portal.business.users import leaving, licences
from portal.business.users.checks import MODIFIABLE, SECRET_TEXTS, check_together, clean, collect
from portal.business.users.models import User
from portal.phone_system.extensions import services as extensions
from portal.phone_system.handsets.models import CallAppearance
from portal.publish.change import By, Change, change

__all__ = ["MODIFIABLE", "NewUser", "Ready", "add_user", "delete_user", "modify_user", "prepare"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """S09-31. Text as typed. `values`: any other name of MODIFIABLE; the rest comes from the template."""

    username: str
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    extension: str
    password: str
    pin: str = DEFAULT_PIN
    require_password_change: bool = True
    require_pin_change: bool = True
    values: Mapping[str, Any] = field(default_factory=dict)
    template_id: int | None = None  # None: System User (Default)
    roles: tuple[Group, ...] = ()
    phone_id: int | None = None  # line of a handset without an owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What is wanted of one user, checked and hashed before the door opens."""

    values: Mapping[str, Any]
    extension: str | None = None
    hashed: str = ""
    has_password: bool = False  # also in a trial, which hashes nothing
    pin: str | None = None
    roles: tuple[Group, ...] | None = None
    phone_id: int | None = None
    template_id: int | None = None
    template_seen: int | None = None  # its row version when its values were shown
    how: How | None = None  # None: `values` hold every setting already


def prepare(
    values: Mapping[str, Any],
    *,
    extension: str | None = None,
    password: str | None = None,
    pin: str | None = None,
    rules: Requirements | None = None,
    hash_it: bool = True,
    **more: Any,
) -> Ready:
    """Check everything that needs no lock; slow because of the hash. An empty password, PIN or secret means keep.
    Without `hash_it` the result serves for a trial only, which is rolled back."""
    rules = current_requirements() if password and rules is None else rules
    values = {name: value for name, value in values.items() if value or name not in SECRET_TEXTS}
    cleaned: dict[str, Any] = {}
    checks: dict[str, Any] = {}
    if extension:
        checks["extension"] = lambda: extensions.check_number(extension)
    if password and rules is not None:
        checks["password"] = lambda: check_password_rules(password, rules)
    if pin:
        checks["pin"] = lambda: check_pin_rules(pin)
    _together(lambda: cleaned.update(clean(values)), lambda: collect(**checks))
    hashed = make_password(password if hash_it else None, hasher="default") if password else ""
    return Ready(values=cleaned, extension=extension, hashed=hashed, has_password=bool(password), pin=pin, **more)


def add_user(new: NewUser, *, by: By) -> tuple[User, Change]:
    ready = prepare_new(new)
    with change(by, f"Add user {new.username}") as work:
        user = insert(work, ready)
    return user, work


def prepare_new(new: NewUser, rules: Requirements | None = None, *, hash_it: bool = True) -> Ready:
    identity = {
        "username": new.username,
        "first_name": new.first_name,
        "middle_name": new.middle_name,
        "last_name": new.last_name,
        "require_password_change": new.require_password_change,
        "require_pin_change": new.require_pin_change,
    }
    rules = rules or current_requirements()
    _together(
        lambda: collect(
            extension=lambda: extensions.check_number(new.extension),
            password=lambda: check_password_rules(new.password, rules),
            pin=lambda: check_pin_rules(new.pin),
        ),
        lambda: clean({**identity, **new.values}),
    )
    return prepare(
        {**identity, **new.values},
        extension=new.extension,
        password=new.password,
        pin=new.pin,
        rules=rules,
        hash_it=hash_it,
        roles=new.roles,
        phone_id=new.phone_id,
        template_id=new.template_id,
    )


def insert(work: Change, ready: Ready) -> User:
    """Inside the door (S09-34)."""
    licences.check_user_ceiling()
    collect(
        username=lambda: _check_login_name_free(ready.values["username"]),
        extension=lambda: extensions.check_free(ready.extension or ""),
    )
    template = _template(ready) or UserTemplate.objects.get(is_default=True)
    user = User(password=ready.hashed, template=template, template_values=values_of(template))
    for name in SETTINGS:
        setattr(user, name, getattr(template, name))
    for name, value in ready.values.items():
        setattr(user, name, value)
    check_together(user)
    licences.check_licensed(values_of(user), user=None)
    user.save(force_insert=True)
    user.pin_digest = pin_digest(user.pk, ready.pin or DEFAULT_PIN)
    user.save(update_fields=["pin_digest"])
    work.added(user)
    extensions.add_user_extension(work, user, ready.extension or "")
    _give(work, user, ready)
    return user


def modify_user(
    user: User,
    values: Mapping[str, Any],
    *,
    by: By,
    seen: int | None = None,
    extension: str | None = None,
    password: str | None = None,
    pin: str | None = None,
    **more: Any,
) -> Change:
    """Set `values` (names in MODIFIABLE). An empty password or PIN means keep (S08-09). `more`: the rest of Ready."""
    ready = prepare(values, extension=extension, password=password, pin=pin, **more)
    with change(by, f"Modify user {user.username}") as work:
        update(work, user, ready, seen=seen)
    return work


def update(work: Change, user: User, ready: Ready, *, seen: int | None = None) -> User:
    """Inside the door. What `ready` does not name stays."""
    mine = {**ready.values, **({"password": ready.hashed} if ready.hashed else {})}
    user = work.lock(user, seen=seen, mine=mine)
    check_may_administer(work.by.actor, user)
    if "username" in ready.values:
        collect(username=lambda: _check_login_name_free(ready.values["username"], but=user))
    before = values_of(user)
    if template := _template(ready):
        if ready.how:
            values = apply(ready.how, current=before, applied=user.template_values, template=values_of(template))
            for name, value in values.items():
                setattr(user, name, tuple(value) if isinstance(value, list) else value)
        user.template, user.template_values = template, values_of(template)
    for name, value in ready.values.items():
        setattr(user, name, value)
    for server, password in (("smtp_server", "smtp_password"), ("pop3_server", "pop3_password")):
        if not getattr(user, server):  # a password of no server is forgotten
            setattr(user, password, "")
    if ready.values.keys() - {"require_password_change", "require_pin_change"}:
        check_together(user)
    licences.check_licensed(values_of(user), before, user=user)
    if ready.hashed:
        user.password, user.has_default_password = ready.hashed, False
    if ready.pin:
        user.pin_digest = pin_digest(user.pk, ready.pin)
    work.save(user)
    if ready.extension:
        _set_extension(work, user, ready.extension)
    _give(work, user, ready)
    return user


def delete_user(user: User, *, by: By, seen: int | None = None) -> Change:
    """S09-36: extension, routes, mailbox and recordings go with it; its handsets stay, without an owner."""
    with change(by, f"Delete user {user.username}") as work:
        user = work.lock(user, seen=seen)
        check_may_administer(by.actor, user)
        if user.is_server_administrator:
            raise ValidationError("The Server Administrator cannot be deleted.")
        if by.actor and by.actor.pk == user.pk:
            raise ValidationError("You cannot delete yourself. Another administrator can.")
        if (extension := getattr(user, "extension", None)) is not None:
            leaving.unlink(work, extension.number)
        transaction.on_commit(partial(leaving.remove_files, user.pk), robust=True)
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


def _together(*checks: Any) -> None:
    """Each check raises by field; all their sentences are raised at once."""
    wrong: dict[str, Any] = {}
    for check in checks:
        try:
            check()
        except ValidationError as error:
            wrong.update(error.message_dict)
    if wrong:
        raise ValidationError(wrong)


def _check_login_name_free(name: str, *, but: User | None = None) -> None:
    taken = User.objects.named(name).exclude(pk=but.pk if but else None).first()
    if taken:
        raise ValidationError(f"The login name {name} is already used by {taken.label}.")


def _template(ready: Ready) -> UserTemplate | None:
    if ready.template_id is None:
        return None
    template = UserTemplate.objects.filter(pk=ready.template_id).first()
    if template is None:
        raise ValidationError({"template": ["This template does not exist any more. Choose another."]})
    if ready.template_seen is not None and template.row_version != ready.template_seen:
        sentence = f"{template} was changed by somebody since you applied it. Press Set or Merge again."
        raise ValidationError({"template": [sentence]})
    return template


def _give(work: Change, user: User, ready: Ready) -> None:
    """Roles, rights on single queues and attendants, and a handset, which are no columns of the user."""
    if ready.roles is not None:
        set_roles(work, user, ready.roles)
    if not user.is_server_administrator:
        objects.set_delegation(work, user, objects.delegation_on(user))
    if ready.phone_id is None:
        return
    line = CallAppearance.objects.filter(pk=ready.phone_id).select_related("handset").first()
    if line is None:
        raise ValidationError({"phone": ["This handset does not exist any more. Choose another."]})
    if line.owner_id not in (None, user.pk):
        raise ValidationError({"phone": [f"{line} was given to somebody else in the meantime. Choose another."]})
    handset, line = line.handset, work.lock(line)
    line.owner = user
    if work.save(line):
        work.touch(work.lock(handset))


def _set_extension(work: Change, user: User, number: str) -> None:
    current = getattr(user, "extension", None)
    if current is not None and current.number == number:
        return
    collect(extension=lambda: extensions.check_free(number))
    if current is None:
        extensions.add_user_extension(work, user, number)
    else:
        extensions.renumber(work, current, number)
    work.touch(user)  # it is on the user's page: whoever has that open must see it before saving
