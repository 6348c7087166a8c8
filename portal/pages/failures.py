"""What a person is told when something of ours has failed. A database that does not answer is no fault of the program:
it is said in a sentence, and what was typed is not lost.

Nothing here may ask the database, a session or a user.
"""

from __future__ import annotations

import sys
from typing import Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader

RETRY_SECONDS: Final = 5
NOT_SAVED: Final = "Nothing was saved, and calls go on as before."
AWAY: Final = f"The database does not answer at the moment. {NOT_SAVED} Try again in a few seconds."
BUSY: Final = f"The database is busy with something else for too long. {NOT_SAVED} Try again in a few seconds."
FULL: Final = f"The disk is full. {NOT_SAVED} Make room, for instance by deleting old backups, and try again."
FAULT: Final = "This is a fault of the system, not of what you did. Nothing was saved. Calls are not affected."


def database_sentence(error: BaseException | None) -> str:
    """Why the database did nothing; "" when the error is another one."""
    if not isinstance(error, (OperationalError, InterfaceError)):
        return ""
    said = str(error).lower()
    if "full" in said or "no space" in said or "disk i/o" in said:
        return FULL
    return BUSY if "locked" in said or "lock timeout" in said else AWAY


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500, called while the error is being handled."""
    sentence = database_sentence(sys.exception())
    status = 503 if sentence else 500
    answer: HttpResponse
    if request.path.startswith("/api/"):
        title = "The database is away" if sentence else "Error"
        body = {"type": "about:blank", "title": title, "status": status, "detail": sentence or FAULT}
        answer = JsonResponse(body, status=status, content_type="application/problem+json")
    elif request.headers.get("HX-Request"):
        answer = HttpResponse(sentence or FAULT, status=status, content_type="text/plain; charset=utf-8")
    elif sentence:
        answer = _page_that_keeps(request, sentence)
    else:
        answer = HttpResponse(loader.get_template("500.html").render(), status=500)
    if sentence:
        answer["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _page_that_keeps(request: HttpRequest, sentence: str) -> HttpResponse:
    """The sentence, and a button that sends the same again; files must be chosen anew."""
    kept = [(name, value) for name, values in request.POST.lists() for value in values]
    context = {"sentence": sentence, "path": request.get_full_path(), "kept": kept, "files": bool(request.FILES)}
    answer = HttpResponse(loader.get_template("503.html").render(context), status=503)
    answer["Cache-Control"] = "no-store"
    return answer
