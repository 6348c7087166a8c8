"""Make the database say what the code says: links, built-in roles and their grants. Runs after every migrate,
changes nothing when nothing differs, and creates the first administrator of a fresh box."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import transaction

from portal.access.links import LINKS, Role
from portal.access.models import Link, LinkGroupGrant
from portal.phone_system.auto_attendants.models import AutoAttendant
from portal.phone_system.call_queues.models import CallQueue
from portal.phone_system.dialing_privileges_groups.models import DialingPrivilegesGroup
from portal.phone_system.service_groups.models import ServiceGroup

log = logging.getLogger(__name__)


def sync_access(**_: Any) -> None:
    """post_migrate handler; idempotent."""
    with transaction.atomic():
        _sync_links()
        for role in Role:
            _sync_role(role)
        _built_in_rows()
        _first_administrator()


def _sync_links() -> None:
    known = {link.key: link for link in Link.objects.all()}
    Link.objects.exclude(key__in=[link.key for link in LINKS]).delete()
    Link.objects.bulk_create(
        Link(key=link.key, page=link.page, title=link.title) for link in LINKS if link.key not in known
    )
    corrected = []
    for link in LINKS:
        row = known.get(link.key)
        if row and (row.page, row.title) != (link.page, link.title):
            row.page, row.title = link.page, link.title
            corrected.append(row)
    Link.objects.bulk_update(corrected, ["page", "title"])


def _sync_role(role: Role) -> None:
    """The grants of a built-in role always equal the table; custom roles (other groups) are left alone."""
    group, _ = Group.objects.get_or_create(name=role.value)
    wanted = {link.key for link in LINKS if role in link.roles}
    use_link = Permission.objects.get(content_type__app_label="access", codename="use_link")
    granted = set(
        LinkGroupGrant.objects.filter(group=group, permission=use_link).values_list("content_object__key", flat=True)
    )
    LinkGroupGrant.objects.filter(group=group).exclude(content_object__key__in=wanted).delete()
    missing = Link.objects.filter(key__in=wanted - granted)
    if missing:
        LinkGroupGrant.objects.bulk_assign_perm(use_link, group, missing)


def _built_in_rows() -> None:
    """Rows every office has: queues and attendants, over each of which rights can be given (objects.py), the built-in
    service groups and the default dialing privileges."""
    for model in (CallQueue, AutoAttendant):
        title = str(model._meta.verbose_name).title()
        there = set(model.objects.values_list("number", flat=True))
        model.objects.bulk_create(
            model(number=number, name=f"{title} {number}") for number in model.NUMBERS if number not in there
        )
    keys = set(ServiceGroup.objects.values_list("key", flat=True))
    ServiceGroup.objects.bulk_create(
        ServiceGroup(key=key.value, description=str(key.label)) for key in ServiceGroup.Key if key.value not in keys
    )
    if not DialingPrivilegesGroup.objects.filter(is_default=True).exists():
        DialingPrivilegesGroup.objects.create(description="Dialing Privileges (Default)", is_default=True)
    if not AutoAttendant.objects.filter(is_default=True).exists():
        AutoAttendant.objects.filter(number=1).update(is_default=True)  # S26-Q06


def _first_administrator() -> None:
    """S02-04: the factory account is admin/admin. It must be changed at the first login, and until then only
    loopback and private networks are served (`middleware.py`)."""
    users = get_user_model().objects
    if users.filter(is_server_administrator=True).exists():
        return
    admin = get_user_model()(
        username="admin",
        first_name="Server",
        last_name="Administrator",
        is_server_administrator=True,
        has_default_password=True,
        require_password_change=True,
        require_pin_change=False,
        voicemail_enabled=False,
    )
    admin.set_password("admin")
    admin.save()
    log.info("access.first_administrator username=admin")
