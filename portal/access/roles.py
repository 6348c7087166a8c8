"""Who holds which role, who may give it, and who may administer whom (S02-09 .. S02-16, A-016 .. A-018).

A role is a Django group with grants on links. The four of the table are built in (`links.Role`); others are made on
Business > Roles and have a `CustomRole`. The Server Administrator is no role: it holds everything and cannot be given.

Two rules keep anybody from rising by it:
- a role may be given and taken by who holds its [Assign Role] link *and* every link the role would give;
- an account may be changed by who holds every link its owner holds. The Support Technician's column counts as held by
  all: it is the lowest role, though it has reports a Phone Administrator has not (S02-16 protects SYS and NET).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from portal.access.guard import link_keys
from portal.access.links import LINKS, Role
from portal.access.models import LinkGroupGrant
from portal.access.nudge import rights_changed
from portal.business.users.models import User
from portal.publish.change import By, Change, change

BUILT_IN = frozenset(role.value for role in Role)
CUSTOM_LINK = "business.roles.custom"
SUPPORT_LINKS = frozenset(link.key for link in LINKS if Role.SUPPORT in link.roles)
ABOUT: Mapping[str, str] = {  # S02-09
    Role.SYSTEM.value: "Everything but the Server Administrator's own password.",
    Role.PHONE.value: "Daily settings of the phone system: users, extensions, handsets, recordings.",
    Role.NETWORK.value: "Network and VoIP settings, SIP proxy and SIP gateway outside lines.",
    Role.SUPPORT.value: "Reports, backups and restarts, logging.",
}


def page_link(role: Group) -> str:
    """The link of the role's own page below Business > Roles."""
    return f"business.roles.{role.name.lower().replace(' ', '_')}" if role.name in BUILT_IN else CUSTOM_LINK


def assign_link(role: Group) -> str:
    return f"{page_link(role)}.assign"


def links_of_roles() -> dict[int, frozenset[str]]:
    """Keys by group id, in one query."""
    found: dict[int, set[str]] = {}
    grants = LinkGroupGrant.objects.filter(permission__codename="use_link")
    for group_id, key in grants.values_list("group_id", "content_object__key"):
        found.setdefault(group_id, set()).add(key)
    return {group_id: frozenset(keys) for group_id, keys in found.items()}


def links_of_role(role: Group) -> frozenset[str]:
    grants = LinkGroupGrant.objects.filter(group=role, permission__codename="use_link")
    return frozenset(grants.values_list("content_object__key", flat=True))


def members(role: Group) -> QuerySet[User]:
    return User.objects.filter(groups=role)


def unassigned(role: Group) -> QuerySet[User]:
    """Who may be given the role (*show unassigned users*)."""
    return User.objects.exclude(groups=role).filter(is_server_administrator=False)


def why_not_assign(actor: User | None, role: Group) -> str:
    """A sentence, or "" when `actor` (None: the shell) may give and take this role."""
    if actor is None:
        return ""
    own = link_keys(actor)
    if assign_link(role) not in own:
        return f"You may not give or take the role {role.name}."
    if links_of_role(role) - own:
        return f"The role {role.name} holds more than yours, so you may not give or take it."
    return ""


def assignable(actor: User | None) -> list[Group]:
    """The roles `actor` may give and take, built-in ones first: the choices of the user form's section (S09-31)."""
    roles = list(Group.objects.order_by("pk"))
    if actor is None:
        return roles
    own, links = link_keys(actor), links_of_roles()
    return [role for role in roles if assign_link(role) in own and links.get(role.pk, frozenset()) <= own]


def may_administer(actor: User | None, user: User) -> bool:
    """May `actor` (None: the shell) change this account: its password, its name, its life?"""
    if actor is None or actor.is_server_administrator or actor.pk == user.pk:
        return True
    if user.is_server_administrator:
        return False
    return link_keys(user) <= link_keys(actor) | SUPPORT_LINKS


def check_may_administer(actor: User | None, user: User) -> None:
    """Raises ValidationError with a sentence."""
    if may_administer(actor, user):
        return
    if user.is_server_administrator:
        raise ValidationError("Only the Server Administrator may change this account.")
    held = ", ".join(user.groups.order_by("pk").values_list("name", flat=True))
    raise ValidationError(
        f"{user.label} ({held}) holds more than your roles do; only somebody who holds as much may do this."
    )


def set_roles(work: Change, user: User, wanted: Collection[Group]) -> bool:
    """Inside an open change: exactly these roles, checked against `work.by`. For the user form (S02-16); roles the
    actor may not assign must be passed as they are, or it is refused. False: nothing to do. Raises ValidationError
    (field `roles`)."""
    before = {group.pk: group for group in user.groups.all()}
    after = {group.pk: group for group in wanted}
    differing = [group for pk, group in (before | after).items() if (pk in before) != (pk in after)]
    if not differing:
        return False
    if user.is_server_administrator:
        raise ValidationError({"roles": ["The Server Administrator holds everything and takes no role."]})
    for group in differing:
        if sentence := why_not_assign(work.by.actor, group):
            raise ValidationError({"roles": [sentence]})
    user.groups.set(after.values())
    work.note(user, "roles", _names(before.values()), _names(after.values()))
    work.touch(user)
    rights_changed([user.pk])
    return True


def assign(user: User, role: Group, *, by: By) -> Change:
    """[Assign Role]: in force at once, for open pages and sockets too."""
    with change(by, f"Assign role {role.name} to {user.username}") as work:
        user = work.lock(user)
        set_roles(work, user, {*user.groups.all(), role})
    return work


def remove(user: User, role: Group, *, by: By) -> Change:
    """[Remove Role]."""
    with change(by, f"Remove role {role.name} from {user.username}") as work:
        user = work.lock(user)
        set_roles(work, user, {group for group in user.groups.all() if group != role})
    return work


def _names(groups: Iterable[Group]) -> str:
    return ", ".join(group.name for group in sorted(groups, key=lambda group: group.pk))
