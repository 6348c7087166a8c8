"""Before any page: a fresh box is served to its neighbours only, and forced changes come first."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.access.address import client_address, is_local
from portal.business.users.models import User

CHANGE_PATH = "/change-password/"
ALWAYS = (CHANGE_PATH, "/logout/", "/static/", "/health/")
FRESH_BOX = (
    "This Switchroom still has its factory password. Until the administrator has logged in from the local network "
    "and changed it, it answers only there."
)


class ForcedChangeMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # the query is only paid by clients from far away
        if not is_local(client_address(request)) and User.objects.filter(has_default_password=True).exists():
            return HttpResponse(FRESH_BOX, status=403, content_type="text/plain; charset=utf-8")
        user = request.user
        if isinstance(user, User) and user.must_change and not request.path.startswith(ALWAYS):
            if request.headers.get("HX-Request"):
                return HttpResponse(headers={"HX-Redirect": CHANGE_PATH})
            if request.path.startswith("/api/"):
                return HttpResponse(
                    "Change your password or PIN in the browser first.", status=403, content_type="text/plain"
                )
            return redirect(CHANGE_PATH)
        return self.get_response(request)
