"""Before any page: a fresh box is served to its neighbours only, forced changes come first, and who views as a role
changes nothing."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from portal.access import view_as
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


class ViewAsMiddleware:
    """While a session views as a role, only looking is possible: pages, API and htmx alike. Ending it and logging out
    are the exceptions."""

    EXCEPT = (view_as.END_PATH, "/logout/")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD", "OPTIONS") and request.path not in self.EXCEPT:
            role = view_as.viewed(request.session)
            if role is not None:
                sentence = f"You are viewing as {role.name}, which changes nothing. End viewing first."
                if request.path.startswith("/api/"):
                    body = {"type": "about:blank", "title": "Not allowed", "status": 403, "detail": sentence}
                    return JsonResponse(body, status=403, content_type="application/problem+json")
                return render(request, "403.html", {"exception": sentence, "viewing_as": role.name}, status=403)
        return self.get_response(request)
