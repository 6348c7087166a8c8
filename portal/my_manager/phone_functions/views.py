"""Phone Functions: what one can dial, from the dial plan in force; a sheet to print (S07-22)."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.my_manager.person import own_extension, own_page, person
from portal.publish import versions
from telephony.numbers.functions import Function, phone_functions


@own_page
@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """Template context: groups ({"title", "functions": Function ...}), extension."""
    extension = own_extension(person(request))
    groups = [
        {"title": title, "functions": list(functions)}
        for title, functions in groupby(_functions(extension), key=lambda function: function.group)
    ]
    return render(request, "my_manager/phone_functions.html", {"groups": groups, "extension": extension})


def _functions(extension: str) -> tuple[Function, ...]:
    snapshot = versions.linted_version(versions.head_number()).snapshot
    return phone_functions(
        snapshot.dial_plan, snapshot.emergency, outside=bool(snapshot.outside_lines), extension=extension
    )
