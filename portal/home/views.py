"""Home (S02-08): the menus, About, what is wrong with the configuration, the state of the parts, first steps."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from portal.access.guard import allowed_links, open_to
from portal.access.limits import limits
from portal.home.checklist import first_steps
from portal.home.health import recent_parts
from portal.live import picture
from portal.phone_system.emergency.export import emergency as rules_of_emergency
from portal.publish import versions
from telephony.messages.snapshot import DialPlan

VERSION = "0.1.0"


@open_to("signed_in")
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Template context: findings (lint.Finding), parts (health.Part), steps (empty when all are done), about,
    emergency (the numbers as they are dialled)."""
    links = allowed_links(request)
    if "home.about" not in links:
        return redirect("my_manager")  # people without a role have their own pages only (S02-11)
    steps = first_steps()
    context = {
        "findings": versions.findings(),
        "parts": recent_parts(),
        "steps": () if all(step.done for step in steps) else steps,
        "about": about(),
        "emergency": emergency(),
    }
    return render(request, "home/home.html", context)


def emergency() -> str:
    """Status of the emergency number dialing rules (S02-08)."""
    rules = rules_of_emergency()
    ways = [DialPlan().external + number for number in rules.numbers]
    if rules.direct_dial:
        ways = [*rules.numbers, *ways]
    return ", ".join(ways)


def about() -> dict[str, object]:
    saved = versions.head_number()
    in_force, problem = picture.version_in_force()
    return {
        "version": VERSION,
        "model": limits().model,
        "policy": settings.LICENCE_POLICY,
        "sip": f"{settings.INSTANCE.advertise}:{settings.INSTANCE.sip.port}",
        "realm": settings.INSTANCE.realm,
        "saved": saved,
        "in_force": in_force,
        "behind": bool(problem) or in_force != saved,
    }
