"""Phone System > Extensions (S18-01): the list, and the way to the call routes."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from portal.pages.page import Action, AdminPage, Column, Filter, Linked
from portal.phone_system.extensions.models import CallRoute, Extension
from telephony.messages.snapshot import Presence

LINK = "phone_system.extensions.view_call_routes"


def routes_url(extension: Extension) -> str:
    return reverse(LINK, args=[extension.pk])


def rows() -> QuerySet[Extension]:
    usual = CallRoute.objects.filter(presence=Presence.IN_OFFICE.value).prefetch_related("attempts")
    return Extension.objects.select_related("user").prefetch_related(Prefetch("routes", usual, to_attr="usual"))


def _user(extension: Extension) -> Linked:
    if extension.user is None:
        return Linked("system extension")
    return Linked(
        extension.user.label,
        reverse("business.users.modify", args=[extension.user_id]),
        "phone_system.extensions.username",
    )


def _in_office(extension: Extension) -> str:
    """The usual route in a few words: "24 s, then voicemail"."""
    if not extension.usual:  # type: ignore[attr-defined]  # of rows()
        return "no route"
    (route,) = extension.usual  # type: ignore[attr-defined]
    rings = sum(attempt.rings for attempt in route.attempts.all())
    last = str(route.get_finally_kind_display()).lower()
    return (
        f"{rings} rings, then {last} {route.finally_value}".strip()
        if rings
        else f"{last} {route.finally_value}".strip()
    )


def _owned(rows: QuerySet[Any], kind: str) -> QuerySet[Any]:
    return rows.filter(user__isnull=kind == "system")


PAGE = AdminPage(
    name="phone_system.extensions",
    path="extensions/",
    menu="Phone System",
    title="Extensions",
    singular="extension",
    icon="extension",
    rows=rows,
    order=("number",),
    columns=(
        Column(
            "Extension",
            lambda row: Linked(row.number, routes_url(row), LINK),
            sort=("number",),
            template="pages/cells/link.html",
            css="num",
        ),
        Column("User", _user, sort=("user__last_name", "user__first_name"), template="pages/cells/link.html"),
        Column("Description", lambda row: row.description, sort=("description",)),
        Column("In the office", _in_office),
    ),
    search=(
        "number__startswith",
        "description__icontains",
        "user__first_name__icontains",
        "user__last_name__icontains",
        "user__username__icontains",
    ),
    search_hint="Number, name or description",
    filters=(Filter("kind", "Show", (("", "All"), ("user", "Of users"), ("system", "Of the system")), _owned),),
    actions=(
        Action(
            "View call routes",
            "extension",
            LINK,
            routes_url,
        ),
    ),
    empty_title="No extensions yet",
    empty_text="A user gets an extension, with a call route for each of seven presences, when the user is added.",
)
