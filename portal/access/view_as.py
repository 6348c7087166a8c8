"""*View as* a role: an administrator sees the pages as its holders do, and can change nothing until it ends.

Kept in the session: {"role": group id, "name": its name}. What is seen is never more than the person's own links
(`guard.session_links`); `middleware.ViewAsMiddleware` refuses everything that could change something.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group
from django.http import HttpRequest

from portal.access.address import client_address
from portal.access.nudge import rights_changed
from portal.audit.models import AuditEntry
from portal.business.users.models import User

KEY = "view_as"
END_PATH = "/view-as/end/"


@dataclass(frozen=True, slots=True)
class Viewed:
    role_id: int
    name: str


def viewed(session: Any) -> Viewed | None:
    """What this session views as; `session` may be None (a request without one)."""
    found = session.get(KEY) if session is not None else None
    return Viewed(found["role"], found["name"]) if found else None


def begin(request: HttpRequest, role: Group) -> None:
    end(request)
    request.session[KEY] = {"role": role.pk, "name": role.name}
    _record(request, "view_as", Viewed(role.pk, role.name))


def end(request: HttpRequest) -> Viewed | None:
    """What it was; None when the session viewed as nobody."""
    was = viewed(request.session)
    if was is not None:
        del request.session[KEY]
        _record(request, "view_as_ended", was)
    return was


def _record(request: HttpRequest, action: str, role: Viewed) -> None:
    user = request.user
    assert isinstance(user, User)
    AuditEntry.objects.create(
        actor=user,
        actor_name=user.username,
        source=client_address(request),
        via="page",
        action=action,
        kind="role",
        object_id=str(role.role_id),
        object_label=role.name,
    )
    rights_changed([user.pk])
