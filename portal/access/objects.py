"""Rights on single objects, as guardian object permissions: who supervises which call queue (S09-22), who manages the
recordings of which queue and which auto attendant (S09-23, S26-11). Nothing else in the portal knows guardian for them.

The form of a user or a template speaks in numbers: `Delegation` holds the numbers of queues (0-9) and attendants (1-9).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any

from django.contrib.auth.models import AnonymousUser, Permission
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from portal.access.guard import link_keys
from portal.access.nudge import rights_changed
from portal.access.roles import check_may_administer
from portal.business.users.models import User
from portal.phone_system.auto_attendants.models import AutoAttendant, AutoAttendantUserGrant
from portal.phone_system.call_queues.models import CallQueue, CallQueueUserGrant
from portal.publish.change import By, Change, change


@dataclass(frozen=True, slots=True)
class Delegation:
    """Numbers of what a user may do beyond the roles; the fields are named as the columns of user and template."""

    supervised_queues: frozenset[int] = frozenset()
    recording_queues: frozenset[int] = frozenset()
    recording_attendants: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Kind:
    title: str  # as in the audit trail and in sentences
    model: type[CallQueue] | type[AutoAttendant]
    grant: type[CallQueueUserGrant] | type[AutoAttendantUserGrant]
    codename: str
    link: str  # holders of this one may do it with every object: Phone and System Administrators (S02-17)


KINDS: dict[str, _Kind] = {
    "supervised_queues": _Kind(
        "Call Queue Supervisor", CallQueue, CallQueueUserGrant, "supervise_queue", "phone_system.call_queues.modify"
    ),
    "recording_queues": _Kind(
        "Recording Manager of queues",
        CallQueue,
        CallQueueUserGrant,
        "manage_queue_recordings",
        "phone_system.call_queues.recordings",
    ),
    "recording_attendants": _Kind(
        "Recording Manager of auto attendants",
        AutoAttendant,
        AutoAttendantUserGrant,
        "manage_attendant_recordings",
        "phone_system.auto_attendants.recordings",
    ),
}
assert {field.name for field in fields(Delegation)} == KINDS.keys()


def choices(kind: str) -> list[tuple[int, str]]:
    """(number, name) of everything that can be delegated: the choices of a form's field. `kind` names a field of
    Delegation."""
    return list(KINDS[kind].model.objects.values_list("number", "name"))


def delegation_on(user: User) -> Delegation:
    """What the user's own columns say (the page, a template, CSV); the grants follow them."""
    return Delegation(**{name: frozenset(int(number) for number in getattr(user, name)) for name in KINDS})


def delegation_of(user: User) -> Delegation:
    """What was granted to this person alone; what comes by a role is not in it. Two queries."""
    found: dict[str, set[int]] = {name: set() for name in KINDS}
    for grant in (CallQueueUserGrant, AutoAttendantUserGrant):
        rows = grant.objects.filter(user=user).values_list("permission__codename", "content_object__number")
        for codename, number in rows:
            for name, kind in KINDS.items():
                if kind.codename == codename:
                    found[name].add(number)
    return Delegation(**{name: frozenset(numbers) for name, numbers in found.items()})


def set_delegation(work: Change, user: User, wanted: Delegation) -> bool:
    """Inside an open change: exactly these. False: nothing to do. Raises ValidationError (field of Delegation →
    sentences). What a person may not give: rights over objects the own roles do not reach."""
    before = delegation_of(user)
    differing = [name for name in KINDS if getattr(before, name) != getattr(wanted, name)]
    if not differing:
        return False
    check_may_administer(work.by.actor, user)
    if user.is_server_administrator:
        raise ValidationError("The Server Administrator is not a phone user and manages no recordings (S26-11).")
    wrong: dict[str, list[str]] = {}
    for name in differing:
        kind, numbers = KINDS[name], getattr(wanted, name)
        known = dict(choices(name))
        if unknown := sorted(numbers - known.keys()):
            wrong[name] = [f"There is no {kind.model._meta.verbose_name} {unknown[0]}."]
        elif work.by.actor is not None and kind.link not in link_keys(work.by.actor):
            wrong[name] = [f"Your roles do not let you make anybody {kind.title}."]
    if wrong:
        raise ValidationError(wrong)  # type: ignore[arg-type]
    for name in differing:
        kind = KINDS[name]
        _write(user, kind, getattr(wanted, name))
        names = dict(choices(name))
        work.note(user, kind.title, _shown(names, getattr(before, name)), _shown(names, getattr(wanted, name)))
    work.touch(user)
    rights_changed([user.pk])
    return True


def delegate(user: User, wanted: Delegation, *, by: By) -> Change:
    """`set_delegation` as a change of its own."""
    with change(by, f"Delegate to {user.username}") as work:
        user = work.lock(user)
        set_delegation(work, user, wanted)
    return work


def reachable(user: User | AnonymousUser, kind: str, links: frozenset[str] | None = None) -> QuerySet[Any]:
    """The queues or attendants this person may act on: all by role, or those granted. `links`: of the request, when
    known (they are fewer while viewing as a role)."""
    found = KINDS[kind]
    everything: QuerySet[Any] = found.model.objects.all()
    if not isinstance(user, User) or not user.is_active:
        return everything.none()
    if found.link in (link_keys(user) if links is None else links):
        return everything
    grants = found.grant.objects.filter(user=user, permission__codename=found.codename)
    return everything.filter(pk__in=grants.values("content_object"))


def may(user: User | AnonymousUser, kind: str, number: int) -> bool:
    return reachable(user, kind).filter(number=number).exists()


def _write(user: User, kind: _Kind, numbers: Collection[int]) -> None:
    permission = Permission.objects.get(content_type__app_label="phone_system", codename=kind.codename)
    kind.grant.objects.filter(user=user, permission=permission).delete()
    wanted = kind.model.objects.filter(number__in=numbers)
    if wanted:
        kind.grant.objects.bulk_assign_perm(permission, user, wanted)


def _shown(names: dict[int, str], numbers: Collection[int]) -> str:
    return ", ".join(names[number] for number in sorted(numbers) if number in names)
