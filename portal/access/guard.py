"""Who may use which link. Menu, buttons, views and API all ask here.

A user's links are read once a request in one query. The Server Administrator holds all; a user without a
role holds none. Nothing is kept from one request to the next, so a change of roles is in force at once. Forced
changes come before any page (`middleware.py`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Literal, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from portal.access.kept import log_in_again
from portal.access.links import KEYS
from portal.access.models import LinkGroupGrant, LinkUserGrant
from portal.access.view_as import viewed
from portal.business.users.models import User

View = TypeVar("View", bound=Callable[..., HttpResponseBase | Awaitable[HttpResponseBase]])
Access = Literal["anybody", "signed_in"]


class MissingLink(PermissionDenied):
    """A 403 that knows why (`why.py` words it). `key` "" when no single link is missing."""

    def __init__(self, key: str = "") -> None:
        self.key = key
        super().__init__("Your role does not include this page. An administrator can give it to you.")


def link_keys(user: User | AnonymousUser) -> frozenset[str]:
    """One query, or none for the Server Administrator and for people who may use nothing."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    if user.is_server_administrator:
        return KEYS
    by_role = LinkGroupGrant.objects.filter(group__user=user, permission__codename="use_link")
    by_name = LinkUserGrant.objects.filter(user=user, permission__codename="use_link")
    return frozenset(
        by_role.values_list("content_object__key", flat=True).union(
            by_name.values_list("content_object__key", flat=True)
        )
    )


def session_links(user: User | AnonymousUser, session: Any) -> frozenset[str]:
    """`link_keys`, seen through the role this session views as, if any: never more than the person's own."""
    own, role = link_keys(user), viewed(session)
    if role is None:
        return own
    grants = LinkGroupGrant.objects.filter(group_id=role.role_id, permission__codename="use_link")
    return own.intersection(grants.values_list("content_object__key", flat=True))


def allowed_links(request: HttpRequest) -> frozenset[str]:
    """The links of this request's user, read once."""
    user = request.user
    cached: tuple[Any, frozenset[str]] | None = getattr(request, "_allowed_links", None)
    if cached is None or cached[0] is not user:  # DRF may set the user after the middleware
        cached = (user, session_links(user, getattr(request, "session", None)))
        request._allowed_links = cached  # type: ignore[attr-defined]
    return cached[1]


def refuse(request: HttpRequest, key: str = "") -> HttpResponseBase:
    """Strangers go to the login page (a whole page, also when htmx asked for a piece); others get 403."""
    if request.user.is_authenticated:
        raise MissingLink(key)
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": "/login/"})
    if request.method == "POST":
        return log_in_again(request)
    return redirect_to_login(request.get_full_path())


def requires_link(key: str) -> Callable[[View], View]:
    """Decorator of a function view; `checks.py` proves at start-up that the link exists."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return view(request, *args, **kwargs) if key in allowed_links(request) else refuse(request, key)

        guarded.required_link = key  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


class RequiresLink:
    """Mixin of a class view: `required_link = "business.users"`."""

    required_link: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.required_link not in allowed_links(request):
            return refuse(request, self.required_link)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


def open_to(access: Access) -> Callable[[View], View]:
    """For the few views without a link: `anybody` (login, health) or `signed_in` (own password, My Manager)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if access == "signed_in" and not request.user.is_authenticated:
                return refuse(request)
            return view(request, *args, **kwargs)

        guarded.access = access  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate
