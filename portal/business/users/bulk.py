"""Many users as one change: an import of the CSV table, and Bulk Edit (S09-35). All or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from portal.access.secrets import Requirements, current_requirements
from portal.business.user_templates.apply import How, plain
from portal.business.user_templates.models import UserTemplate
from portal.business.users import services
from portal.business.users.models import User
from portal.business.users.services import NewUser, Ready
from portal.business.users.table import Line, Table
from portal.publish.change import By, Change, change

NAMES = ("username", "first_name", "middle_name", "last_name", "require_password_change", "require_pin_change")
LABELS = {"extension": "Extension", "password": "Password", "pin": "PIN", "template": "Template"}


@dataclass(frozen=True, slots=True)
class Planned:
    """What one line would do. `problems`: sentences; then nothing is done at all."""

    number: int
    username: str
    action: str  # add, modify, nothing
    changes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    lines: tuple[Planned, ...]

    def count(self, action: str) -> int:
        return sum(line.action == action for line in self.lines)

    @property
    def wrong(self) -> tuple[Planned, ...]:
        return tuple(line for line in self.lines if line.problems)


class _Preview(Exception):
    """Rolls the trial back."""


def preview(table: Table, *, by: By) -> Plan:
    """Run the import inside the door and take it back: what it says is what would happen."""
    return _run(table, by=by, keep=False)[0]


def import_table(table: Table, *, by: By) -> tuple[Plan, Change | None]:
    """The Change is None when a line is wrong; then nothing was saved."""
    return _run(table, by=by, keep=True)


def _run(table: Table, *, by: By, keep: bool) -> tuple[Plan, Change | None]:
    """Raises Refused when the lines are right one by one, but break something together."""
    rules = current_requirements()
    templates = {template.name.lower(): template for template in UserTemplate.objects.all()}
    known = {user.username.lower(): user for user in User.objects.select_related("extension")}
    ready: list[tuple[Line, User | None, Ready | None, tuple[str, ...]]] = []
    seen: set[str] = set()
    for line in table.lines:
        name = line.cells["username"].strip().lower()
        user = known.get(name)
        try:
            if name in seen:
                raise ValidationError({"username": ["This login name is in the file twice."]})
            seen.add(name)
            prepared = _prepare(line, user, templates, rules, hash_it=keep)
        except ValidationError as error:
            ready.append((line, user, None, _sentences(error)))
        else:
            ready.append((line, user, prepared, ()))
    planned: list[Planned] = []
    work: Change | None = None
    try:
        with change(by, f"Import {len(table.lines)} users") as work:
            for line, user, prepared, problems in ready:
                planned.append(_apply(work, line, user, prepared, problems))
            if not keep or any(line.problems for line in planned):
                raise _Preview
    except _Preview:
        work = None
    return Plan(tuple(planned)), work


def _prepare(
    line: Line, user: User | None, templates: Mapping[str, UserTemplate], rules: Requirements, *, hash_it: bool
) -> Ready:
    values = line.values()
    cells = line.cells
    template = _template(cells.get("template", "").strip(), templates, user)
    password, pin = cells.get("password", ""), cells.get("pin", "").strip()
    extension = cells.get("extension", "").strip()
    if user is None:
        if not password:
            raise ValidationError({"password": ["A new user needs a password."]})
        if not extension:
            raise ValidationError({"extension": ["A new user needs an extension."]})
        identity = {name: values.pop(name) for name in NAMES if name in values}
        new = NewUser(**identity, extension=extension, password=password, values=values, template_id=template,
                      **({"pin": pin} if pin else {}))  # fmt: skip
        return services.prepare_new(new, rules, hash_it=hash_it)
    if user.is_server_administrator:
        raise ValidationError({"username": ["The Server Administrator is not imported; leave this line out."]})
    differing = {name: value for name, value in values.items() if not _same(user, name, value)}
    return services.prepare(
        differing, extension=extension, password=password, pin=pin, rules=rules, hash_it=hash_it, template_id=template
    )


def _same(user: User, name: str, value: Any) -> bool:
    current = plain(getattr(user, name))
    return bool(current == (value.split() if isinstance(current, list) else value))


def _template(name: str, templates: Mapping[str, UserTemplate], user: User | None) -> int | None:
    """None: keep. Naming another template records it as applied; the settings are what the line says."""
    if not name:
        return None
    template = templates.get(name.lower())
    if template is None:
        raise ValidationError({"template": [f"There is no template called “{name[:64]}”."]})
    return None if user is not None and user.template_id == template.pk else template.pk


def _apply(work: Change, line: Line, user: User | None, ready: Ready | None, problems: tuple[str, ...]) -> Planned:
    username = line.cells["username"].strip()
    action = "modify" if user else "add"
    if ready is None:
        return Planned(line.number, username, action, problems=problems)
    if user is not None and _nothing(ready, user):
        return Planned(line.number, username, "nothing")
    try:
        if user is None:
            services.insert(work, ready)
            changes: tuple[str, ...] = (f"Extension {ready.extension}",)
        else:
            changes = _changes(ready, user)
            services.update(work, user, ready)
    except ValidationError as error:
        return Planned(line.number, username, action, problems=_sentences(error))
    return Planned(line.number, username, action, changes)


def _nothing(ready: Ready, user: User) -> bool:
    extension = getattr(user, "extension", None)
    same_number = not ready.extension or (extension is not None and extension.number == ready.extension)
    return not ready.values and not ready.has_password and not ready.pin and ready.template_id is None and same_number


def _changes(ready: Ready, user: User) -> tuple[str, ...]:
    found = [f"{label_of(name)}: {_word(plain(getattr(user, name)))} → {_word(plain(value))}"
             for name, value in ready.values.items()]  # fmt: skip
    extension = getattr(user, "extension", None)
    if ready.extension and (extension is None or extension.number != ready.extension):
        found.append(f"Extension: {extension or 'none'} → {ready.extension}")
    found += ["Password: changed"] if ready.has_password else []
    found += ["PIN: changed"] if ready.pin else []
    found += ["Template: another one applied"] if ready.template_id is not None else []
    return tuple(found)


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(part) for part in value) or "none"
    return str(value) if value not in ("", None) else "nothing"


def label_of(name: str) -> str:
    if name in LABELS:
        return LABELS[name]
    return str(User._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _sentences(error: ValidationError) -> tuple[str, ...]:
    if not hasattr(error, "error_dict"):
        return tuple(error.messages)
    found = []
    for name, messages in error.message_dict.items():
        label = "" if name == "__all__" else f"{label_of(name)}: "
        found += [f"{label}{message}" for message in messages]
    return tuple(found)


def edit(
    users: Sequence[User], values: Mapping[str, Any], *, by: By, template_id: int | None = None, how: How | None = None
) -> Change:
    """Bulk Edit: the same settings, or a template, for all of `users`. Raises with the person's name in front."""
    ready = services.prepare(values, template_id=template_id, how=how)
    with change(by, f"Bulk edit of {len(users)} users") as work:
        for user in users:
            try:
                services.update(work, user, ready)
            except ValidationError as error:
                raise ValidationError([f"{user.label}: {sentence}" for sentence in _sentences(error)]) from error
    return work
