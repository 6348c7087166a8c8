"""What somebody had typed when the session had ended: it goes to the login page and back, signed, and is sent again by
a button. Nothing of it is stored here; files have to be chosen again."""

from __future__ import annotations

from typing import Final

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.access.forms import LoginForm

SALT: Final = "kept form"
GOOD_FOR: Final = 3600  # seconds
LARGEST: Final = 500_000  # characters of a signed form; more is a bulk upload, which the browser still has
ENDED: Final = "Your session had ended. Log in, and what you typed can be sent again."


def keep(request: HttpRequest) -> str:
    """The form of a request as a signed text; "" when there is none, or it is too long."""
    items = [(name, value) for name, values in request.POST.lists() for value in values]
    items = [item for item in items if item[0] != "csrfmiddlewaretoken"]
    if not items:
        return ""
    text = signing.dumps([request.get_full_path(), items, bool(request.FILES)], salt=SALT, compress=True)
    return text if len(text) <= LARGEST else ""


def log_in_again(request: HttpRequest) -> HttpResponse:
    """The login page instead of the answer to a form that a stranger sent."""
    context = {"form": LoginForm(), "next": request.get_full_path(), "kept": keep(request), "said": ENDED}
    return render(request, "access/login.html", context, status=401)


def give_back(request: HttpRequest, text: str) -> HttpResponse | None:
    """After the login: a page with the button that sends the form again; None when there is nothing to give back."""
    if not text:
        return None
    try:
        path, items, files = signing.loads(text, salt=SALT, max_age=GOOD_FOR)
    except (signing.BadSignature, ValueError):
        return None
    context = {"path": path, "kept": [tuple(item) for item in items], "files": files}
    answer = render(request, "access/kept.html", context)
    answer["Cache-Control"] = "no-store"
    return answer
