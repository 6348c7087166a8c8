"""Call Routes: what happens to a call to one's own extension, to look at."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.my_manager.person import own_page, person
from portal.my_manager.presence.services import presence_now
from portal.phone_system.extensions.models import Extension
from portal.phone_system.extensions.pictures import pictures_of


@own_page
@require_safe
def call_routes(request: HttpRequest) -> HttpResponse:
    """Template context: extension (or None), pictures."""
    user = person(request)
    extension = Extension.objects.filter(user=user).prefetch_related("routes__attempts__destinations").first()
    pictures = pictures_of(extension, presence=presence_now(user)) if extension else []
    return render(request, "my_manager/call_routes.html", {"extension": extension, "pictures": pictures})
