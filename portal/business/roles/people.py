"""The people of one role: its members with Remove Role, and *show unassigned users* with Assign Role (S02-14)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from portal.access import roles, view_as
from portal.access.guard import allowed_links, refuse, requires_link
from portal.access.links import Role
from portal.business.roles.forms import RoleForm
from portal.business.roles.page import PAGE, about
from portal.business.users.models import User
from portal.pages.page import Action, AdminPage, Column
from portal.pages.views import AddView, ListView
from portal.publish.change import by_request
from portal.publish.errors import Conflict

View = Callable[..., HttpResponseBase]


def for_role(suffix: str = "") -> Callable[[View], View]:
    """The view's role from the path; behind the role's own link ("business.roles.phone_administrator" + suffix)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, pk: int, **kwargs: Any) -> HttpResponseBase:
            links = allowed_links(request)
            if PAGE.name not in links:
                return refuse(request, PAGE.name)
            role = Group.objects.filter(pk=pk).first()
            if role is None:
                messages.warning(request, "This role does not exist any more: somebody deleted it.")
                return redirect(PAGE.name)
            link = roles.page_link(role) + suffix
            return view(request, role, **kwargs) if link in links else refuse(request, link)

        guarded.required_links = {  # type: ignore[attr-defined]  # for checks.py
            role: roles.page_link(Group(name=role)) + suffix for role in (*(item.value for item in Role), "custom")
        }
        return guarded

    return decorate


class RolesView(ListView):
    """Adds to the context: `server_administrators`, who hold everything without a role."""

    template = "business/roles/list.html"

    def extra(self) -> dict[str, Any]:
        return {"server_administrators": User.objects.filter(is_server_administrator=True)}


class AddRoleView(AddView):
    """`?copy=` ticks what another role holds."""

    def form(self, data: Any = None, row: Any = None) -> Any:
        wanted = self.request.GET.get("copy", "")
        copy = Group.objects.filter(pk=int(wanted)).first() if wanted.isdigit() and len(wanted) < 10 else None
        return RoleForm(data, copy=copy)


class PeopleView(ListView):
    """Adds to the context: `role`, `about`, `unassigned` (which of the two lists), `counts` (members, unassigned)."""

    template = "business/roles/people.html"
    role: Group = None  # type: ignore[assignment]
    unassigned = False

    def list_url(self) -> str:
        return reverse(PAGE.name)

    def extra(self) -> dict[str, Any]:
        counts = (roles.members(self.role).count(), roles.unassigned(self.role).count())
        return {"role": self.role, "about": about(self.role), "unassigned": self.unassigned, "counts": counts}


def _page(role: Group, *, unassigned: bool) -> AdminPage:
    found = roles.unassigned(role) if unassigned else roles.members(role)
    verb, title, icon = ("assign", "Assign Role", "plus") if unassigned else ("remove", "Remove Role", "trash")
    return AdminPage(
        name=PAGE.name,
        path=PAGE.path,
        menu="Business",
        title=role.name,
        singular="user",
        plural="users",
        icon="users",
        rows=lambda: found.select_related("extension").prefetch_related("groups"),
        order=("last_name", "first_name", "username"),
        columns=(
            Column("Name", lambda user: user.label, sort=("last_name", "first_name", "username")),
            Column("Login name", lambda user: user.username, sort=("username",)),
            Column(
                "Extension",
                lambda user: user.extension.number if hasattr(user, "extension") else "",
                sort=("extension__number",),
                css="num",
            ),
            Column("All roles", lambda user: ", ".join(group.name for group in user.groups.all())),
        ),
        search=(
            "first_name__icontains",
            "middle_name__icontains",
            "last_name__icontains",
            "username__icontains",
            "extension__number__startswith",
        ),
        search_hint="Name, login name or extension",
        actions=(
            Action(
                title,
                icon,
                roles.assign_link(role),
                lambda user: reverse(f"business.roles.{verb}", args=[role.pk, user.pk]),
                post=True,
                danger=not unassigned,
            ),
        ),
        empty_title="Everybody holds this role" if unassigned else "Nobody holds this role",
        empty_text="" if unassigned else "Show unassigned users, then assign it to one.",
    )


@for_role()
def people(request: HttpRequest, role: Group) -> HttpResponseBase:
    return PeopleView.as_view(page=_page(role, unassigned=False), role=role)(request)


@for_role()
def unassigned(request: HttpRequest, role: Group) -> HttpResponseBase:
    """*show unassigned users*."""
    return PeopleView.as_view(page=_page(role, unassigned=True), role=role, unassigned=True)(request)


@require_POST
@for_role(".assign")
def assign(request: HttpRequest, role: Group, user: int) -> HttpResponse:
    return _change(request, role, user, roles.assign, f"now has the role {role.name}, in force at once.")


@require_POST
@for_role(".assign")
def remove(request: HttpRequest, role: Group, user: int) -> HttpResponse:
    return _change(request, role, user, roles.remove, f"has no longer the role {role.name}, in force at once.")


def _change(request: HttpRequest, role: Group, pk: int, act: Any, done: str) -> HttpResponse:
    user = User.objects.filter(pk=pk).first()
    if user is None:
        messages.warning(request, "This user does not exist any more: somebody deleted it.")
    else:
        try:
            act(user, role, by=by_request(request))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        except Conflict as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, f"{user.label} {done}")
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return redirect("business.roles.people", role.pk)


@require_POST
@requires_link("business.roles.view_as")
def begin_view_as(request: HttpRequest, pk: int) -> HttpResponse:
    """Then every page shows what this role's holders see, and changes nothing (portal/access/view_as.py)."""
    role = Group.objects.filter(pk=pk).first()
    if role is None:
        messages.warning(request, "This role does not exist any more: somebody deleted it.")
        return redirect(PAGE.name)
    view_as.begin(request, role)
    target = reverse("home")
    return HttpResponse(headers={"HX-Redirect": target}) if request.headers.get("HX-Request") else redirect(target)
