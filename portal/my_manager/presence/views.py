"""The presence on top of every page of My Allworx Manager."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from portal.my_manager.person import own_page, person
from portal.my_manager.presence import services


@own_page
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """The form again, with a message; without scripts the page again. Context: presence, presences."""
    user, wanted = person(request), request.POST.get("presence", "")
    if wanted not in services.TITLES:
        return HttpResponseBadRequest("There is no such presence.", content_type="text/plain")
    verdict = services.set_presence(user, wanted, by=user.username)
    if verdict["ok"]:
        said, level = f"You are {services.TITLES[wanted]} now. The next call to you follows it.", messages.SUCCESS
    else:
        said, level = f"The presence was not changed: {verdict['error']}", messages.ERROR
    if not request.headers.get("HX-Request"):
        messages.add_message(request, level, said)
        return redirect("my_manager")
    shown = wanted if verdict["ok"] else services.presence_now(user)
    context = {"presence": shown, "presences": services.TITLES, "said": said, "failed": not verdict["ok"]}
    return render(request, "my_manager/presence.html", context)
