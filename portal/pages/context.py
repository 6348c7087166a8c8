"""What the base template needs: the menu as this person sees it, and who this person is.

For a stranger, and for somebody who must first choose a new password, the menu is empty.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from portal.access.guard import allowed_links
from portal.access.view_as import viewed
from portal.menu import MENU


@dataclass(frozen=True, slots=True)
class Entry:
    title: str
    url: str
    icon: str
    current: bool


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    entries: tuple[Entry, ...]


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor; see templates/base.html for the names."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or user.must_change:
        return {"menu": (), "allowed_links": frozenset(), "person": "", "viewing_as": "", "now_unix": time.time()}
    links = allowed_links(request)
    return {
        "menu": groups(request.path, links, mailbox=not user.is_server_administrator),
        "allowed_links": links,
        "person": user.label,
        "viewing_as": role.name if (role := viewed(request.session)) else "",
        "now_unix": time.time(),
    }


def groups(path: str, links: frozenset[str], *, mailbox: bool) -> tuple[Group, ...]:
    """The menu with only what may be used; `mailbox`: whether this person has a My Allworx Manager."""
    own: list[Entry] = []
    if "home.about" in links:
        own.append(Entry("Home", "/", "home", path == "/"))
    if mailbox:
        own.append(Entry("My Allworx Manager", "/my/", "voicemail", path.startswith("/my/")))
    found = [Group("", tuple(own))]
    for menu in MENU:
        entries = tuple(
            Entry(item.title, item.path, item.icon, path.startswith(item.path)) for item in menu.allowed(links)
        )
        if entries:
            found.append(Group(menu.title, entries))
    return tuple(found)
