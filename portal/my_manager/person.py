"""Whose page it is. Every page of My Allworx Manager shows and changes what belongs to whoever is logged in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from portal.access.guard import open_to
from portal.business.users.models import User

View = Callable[..., HttpResponse]


def own_page(view: View) -> View:
    """For everybody logged in. The Server Administrator is not a phone user (S26-11) and is sent Home."""

    @open_to("signed_in")
    @never_cache
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("home") if person(request).is_server_administrator else view(request, *args, **kwargs)

    return page


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def own_extension(user: User) -> str:
    """ "" for somebody without one."""
    extension = getattr(user, "extension", None)
    return extension.number if extension else ""
