"""Roles made here: copies of built-in ones, or of nothing, with any links ticked.

Built-in roles always equal the table (`access/sync.py`) and are not changed here. Nobody makes or changes a role that
holds more than the own roles do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError

from portal.access.guard import link_keys
from portal.access.links import KEYS, LINKS
from portal.access.models import CustomRole, Link, LinkGroupGrant
from portal.access.nudge import rights_changed
from portal.access.roles import members
from portal.business.users.models import User
from portal.publish.change import By, Change, change

ENTRANCE = frozenset({"home.about", "home.logout"})  # without these nobody comes to the pages at all
SERVER_ADMINISTRATOR = "Server Administrator"


def with_ways(keys: Collection[str]) -> frozenset[str]:
    """These links and the ways to them: the page a button is on, the menu the page is in."""
    found = set(keys)
    for key in keys:
        parts = key.split(".")
        found |= {parent for end in range(1, len(parts)) if (parent := ".".join(parts[:end])) in KEYS}
        found |= {f"home.{parts[0]}"} & KEYS
    return frozenset(found | ENTRANCE if found else found)


def add_role(name: str, description: str, keys: Collection[str], *, by: By) -> tuple[CustomRole, Change]:
    """Raises ValidationError (field → sentences)."""
    name, keys = " ".join(name.split()), with_ways(keys)
    with change(by, f"Add role {name}") as work:
        _check(by, name, keys)
        group = Group.objects.create(name=name)
        role = CustomRole(group=group, name=name, description=description, links=_lines(keys))
        work.add(role)
        _grant(group, keys)
    return role, work


def modify_role(
    role: CustomRole, name: str, description: str, keys: Collection[str], *, by: By, seen: int | None = None
) -> Change:
    """In force at once for everybody who holds it."""
    name, keys = " ".join(name.split()), with_ways(keys)
    with change(by, f"Modify role {role.name}") as work:
        role = work.lock(role, seen=seen, mine={"name": name, "description": description})
        _check_own(by, role)
        _check(by, name, keys, but=role)
        role.name, role.description, role.links = name, description, _lines(keys)
        if work.save(role):
            Group.objects.filter(pk=role.group_id).update(name=name)
            _grant(role.group, keys)
            rights_changed(members(role.group).values_list("pk", flat=True))
    return work


def delete_role(role: CustomRole, *, by: By, seen: int | None = None) -> Change:
    """Its members lose it, at once."""
    with change(by, f"Delete role {role.name}") as work:
        role = work.lock(role, seen=seen)
        _check_own(by, role)
        holders = list(members(role.group))
        for user in holders:
            left = [group.name for group in user.groups.order_by("pk") if group.pk != role.group_id]
            work.note(user, "roles", ", ".join([*left, role.name]), ", ".join(left))
            work.lock(user)
            work.touch(user)
        group = role.group
        work.delete(role)
        group.delete()
        rights_changed(user.pk for user in holders)
    return work


def keys_of(role: CustomRole) -> frozenset[str]:
    return frozenset(role.links.split())


def _lines(keys: Iterable[str]) -> str:
    """In the order of the table."""
    return "\n".join(link.key for link in LINKS if link.key in keys)


def _check(by: By, name: str, keys: Collection[str], *, but: CustomRole | None = None) -> None:
    wrong: dict[str, list[str]] = {}
    taken = Group.objects.filter(name__iexact=name).exclude(pk=but.group_id if but else None)
    if not name:
        wrong["name"] = ["A role needs a name."]
    elif len(name) > 64:
        wrong["name"] = [f"A role's name has up to 64 characters; this one has {len(name)}."]
    elif taken.exists() or name.lower() == SERVER_ADMINISTRATOR.lower():
        wrong["name"] = [f"There is a role {name} already."]
    if unknown := sorted(set(keys) - KEYS):
        wrong["links"] = [f"There is no link {unknown[0]}."]
    elif not keys:
        wrong["links"] = ["Tick at least one link: a role without any gives nothing."]
    elif beyond := _beyond(by, keys):
        wrong["links"] = [f"Your own roles do not hold {beyond}, so you may not put it into a role."]
    if wrong:
        raise ValidationError(wrong)  # type: ignore[arg-type]


def _check_own(by: By, role: CustomRole) -> None:
    if beyond := _beyond(by, keys_of(role)):
        raise ValidationError(f"This role holds more than yours ({beyond}), so you may not change it.")


def _beyond(by: By, keys: Collection[str]) -> str:
    """The first link that the actor does not hold, by its title; "" when there is none."""
    if by.actor is None:
        return ""
    missing = set(keys) - link_keys(User.objects.get(pk=by.actor.pk))
    return next((f"{link.page}: {link.title}" for link in LINKS if link.key in missing), "")


def _grant(group: Group, keys: Collection[str]) -> None:
    use_link = Permission.objects.get(content_type__app_label="access", codename="use_link")
    grants = LinkGroupGrant.objects.filter(group=group, permission=use_link)
    held = set(grants.values_list("content_object__key", flat=True))
    grants.exclude(content_object__key__in=keys).delete()
    missing = Link.objects.filter(key__in=set(keys) - held)
    if missing:
        LinkGroupGrant.objects.bulk_assign_perm(use_link, group, missing)
