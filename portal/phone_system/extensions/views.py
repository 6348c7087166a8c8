"""View Call Routes: each presence's route as a picture (S18-03, S18-05)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from portal.access.guard import requires_link
from portal.live import picture
from portal.phone_system.extensions.models import Extension
from portal.phone_system.extensions.page import PAGE
from portal.phone_system.extensions.pictures import handsets_of, pictures_of
from telephony.messages.snapshot import Presence

LINK = "phone_system.extensions.view_call_routes"


@requires_link(LINK)
@never_cache
def view_call_routes(request: HttpRequest, pk: int) -> HttpResponse:
    """Template context: extension, pictures (Picture, In Office first), handsets (of its user), page."""
    extension = get_object_or_404(
        Extension.objects.select_related("user").prefetch_related("routes__attempts__destinations"), pk=pk
    )
    presence = dict(picture.presences().items).get(extension.user_id or 0, Presence.IN_OFFICE.value)
    context = {
        "extension": extension,
        "pictures": pictures_of(extension, presence=presence),
        "handsets": handsets_of(extension),
        "page": PAGE,
    }
    return render(request, "phone_system/extensions/routes.html", context)


@requires_link(LINK)
def one_route(request: HttpRequest, pk: int, presence: str) -> HttpResponse:
    """Where explanations and findings point: the presence's place on the page."""
    if presence not in Presence:
        raise Http404("There is no such presence.")
    return HttpResponseRedirect(f"{reverse(LINK, args=[pk])}#{presence}")
