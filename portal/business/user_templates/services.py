"""What is done with user templates. Editing one changes no user (S09-04).

Every function raises ValidationError (field → sentences), Conflict or Refused; then nothing was saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models.functions import Lower

from portal.business.user_templates.models import SETTINGS, UserTemplate
from portal.business.users.checks import clean
from portal.publish.change import By, Change, change
from portal.publish.errors import Reason, Refused

DEFAULT_STAYS = "System User (Default) holds the factory settings and stays as it is. Copy it, and modify the copy."
NAMED = 5  # users named when a template cannot be deleted


def copy_template(
    source: UserTemplate, *, by: By, name: str = "", values: Mapping[str, Any] | None = None
) -> tuple[UserTemplate, Change]:
    """S09-02: "Copy of <name>"; a number follows when that exists already. `values` replace the source's."""
    cleaned = clean(values or {})
    with change(by, f"Copy user template {source}") as work:
        source = work.lock(source)
        if name:
            _check_name(name)
        template = UserTemplate(name=name.strip() or _copy_name(source.name))
        for setting in SETTINGS:
            setattr(template, setting, cleaned.get(setting, getattr(source, setting)))
        work.add(template)
    return template, work


def modify_template(
    template: UserTemplate, values: Mapping[str, Any], *, by: By, seen: int | None = None, name: str | None = None
) -> Change:
    """Set `values` (names in SETTINGS), and the name."""
    if unknown := values.keys() - set(SETTINGS):
        raise ValueError(f"not a setting of a template: {sorted(unknown)}")
    cleaned = clean(values)
    with change(by, f"Modify user template {template}") as work:
        mine = {**cleaned, **({"name": name} if name is not None else {})}
        template = work.lock(template, seen=seen, mine=mine)
        if template.is_default:
            raise ValidationError(DEFAULT_STAYS)
        if name is not None:
            _check_name(name, but=template)
            template.name = name.strip()
        for setting, value in cleaned.items():
            setattr(template, setting, value)
        work.save(template)
    return work


def delete_template(template: UserTemplate, *, by: By, seen: int | None = None) -> Change:
    """S09-03: refused while it is the last applied template of anybody."""
    with change(by, f"Delete user template {template}") as work:
        template = work.lock(template, seen=seen)
        if template.is_default:
            raise ValidationError(DEFAULT_STAYS)
        users = list(template.users.order_by("last_name", "first_name", "username"))
        if users:
            more = len(users) - NAMED
            reasons = [
                Reason(f"It is the template last applied to {user.label}.", f"/business/users/{user.pk}/")
                for user in users[:NAMED]
            ]
            if more > 0:
                reasons.append(Reason(f"And to {more} other{'s' if more > 1 else ''}.", ""))
            reasons.append(Reason("Apply another template to them first.", ""))
            raise Refused(reasons)
        work.delete(template)
    return work


def _copy_name(name: str) -> str:
    taken = set(UserTemplate.objects.annotate(low=Lower("name")).values_list("low", flat=True))
    wanted = f"Copy of {name}"[:60]
    candidate, number = wanted, 2
    while candidate.lower() in taken:
        candidate, number = f"{wanted} {number}", number + 1
    return candidate


def _check_name(name: str, *, but: UserTemplate | None = None) -> None:
    name = name.strip()
    if not name or len(name) > 64 or any(ord(sign) < 32 for sign in name):
        raise ValidationError({"name": ["A template's name has 1 to 64 characters on one line."]})
    others = UserTemplate.objects.annotate(low=Lower("name")).exclude(pk=but.pk if but else None)
    if others.filter(low=name.lower()).exists():
        raise ValidationError({"name": [f"There is a template called {name} already."]})
