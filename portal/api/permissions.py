"""The API asks the same guard as the pages.

A view set says `required_links = {"list": "business.users", ...}`; "" means anybody signed in, and then the view set
itself shows people without the role only what is their own.
"""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from portal.access.guard import allowed_links
from portal.access.why import missing


def links_of(request: Request) -> frozenset[str]:
    """`allowed_links` for a REST request: DRF's wrapper keeps the user, so the cache lies there."""
    return allowed_links(request)  # type: ignore[arg-type]


class LinkPermission(BasePermission):
    message = "Your role does not include this."

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return False
        action = getattr(view, "action", None)
        if action in (None, "metadata"):  # a method the view does not have (405), or OPTIONS
            return True
        link = view.required_links[action]
        if not link or link in links_of(request):
            return True
        self.message = missing(request, link) or self.message  # type: ignore[arg-type]
        return False
