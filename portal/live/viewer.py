"""Who looks through a WebSocket: asked again and again, because a connection outlives a click on Logout."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from types import SimpleNamespace
from typing import Any, Literal, cast

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from portal.access.guard import session_links
from portal.business.users.models import User


@dataclass(frozen=True, slots=True)
class Viewer:
    user_id: int


def current(session: Any, link: str) -> Viewer | Literal["anonymous", "forbidden"]:
    """The person behind a connection now: the session is read afresh from its store, with its expiry and
    password check. `link` "" asks only for somebody logged in who has no forced change before them."""
    key = getattr(session, "session_key", None)
    if not key:
        return "anonymous"
    store = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(cast(HttpRequest, SimpleNamespace(session=store)))
    if not isinstance(user, User) or not user.is_active:
        return "anonymous"
    if user.must_change or (link and link not in session_links(user, store)):
        return "forbidden"
    return Viewer(user_id=user.pk)
