"""*What may I use?*: every link of the system, whether this person holds it, and for each missing one why."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from portal.access import view_as
from portal.access import why as reasons
from portal.access.guard import link_keys, open_to
from portal.access.models import Link, LinkGroupGrant
from portal.business.users.models import User
from portal.pages.page import AdminPage, Column, Filter, State
from portal.pages.views import ListView


def rows() -> QuerySet[Link]:
    grants = LinkGroupGrant.objects.select_related("group").order_by("group_id")
    return Link.objects.prefetch_related(Prefetch("linkgroupgrant_set", queryset=grants))


def _page(user: User) -> AdminPage:
    own = link_keys(user)

    def held(found: QuerySet[Any], value: str) -> QuerySet[Any]:
        return found.filter(key__in=own) if value == "yes" else found.exclude(key__in=own)

    return AdminPage(
        name="why",
        path="why/",
        menu="",
        title="What may I use?",
        singular="link",
        plural="links",
        icon="search",
        lead=_lead(user),
        rows=rows,
        order=("pk",),
        columns=(
            Column("Page", lambda row: row.page, sort=("page", "pk")),
            Column("Link", lambda row: row.title, sort=("title",)),
            Column(
                "You",
                lambda row: State("yes", "good") if row.key in own else State("no"),
                template="pages/cells/state.html",
                css="nowrap",
            ),
            Column("Comes with", lambda row: ", ".join(grant.group.name for grant in row.linkgroupgrant_set.all())),
        ),
        search=("page__icontains", "title__icontains"),
        search_hint="Page or button",
        filters=(Filter("held", "Show", (("", "All"), ("yes", "What I may use"), ("no", "What I may not")), held),),
    )


def _lead(user: User) -> str:
    if user.is_server_administrator:
        return "The Server Administrator may use everything."
    names = ", ".join(user.groups.order_by("pk").values_list("name", flat=True))
    has = f"Your roles: {names}." if names else "You have no role, so only My Allworx Manager is yours."
    return f"{has} {reasons.who_gives()} can give you another one."


@open_to("signed_in")
@require_safe
def why(request: HttpRequest) -> HttpResponseBase:
    user = request.user
    assert isinstance(user, User)
    return WhyView.as_view(page=_page(user))(request)


class WhyView(ListView):
    """The person's own links, also while viewing as a role."""


@open_to("signed_in")
@require_POST
def end_view_as(request: HttpRequest) -> HttpResponse:
    was = view_as.end(request)
    if was is not None:
        messages.success(request, f"You no longer view as {was.name}.")
    return redirect("business.roles" if was is not None else "home")
