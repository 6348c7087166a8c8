"""Phone Functions: what one can dial, from the dial plan in force; a sheet to print (S07-22)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.my_manager.person import own_extension, own_page, person
from portal.my_manager.phone_functions.services import groups_of_functions


@own_page
@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """Template context: groups ({"title", "functions": Function ...}), extension."""
    extension = own_extension(person(request))
    context = {"groups": groups_of_functions(extension), "extension": extension}
    return render(request, "my_manager/phone_functions.html", context)
