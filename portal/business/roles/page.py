"""Business > Roles (S02-14): the roles, who holds them, and roles made here. The people of one role: people.py."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from portal.access.links import LINKS
from portal.access.models import CustomRole
from portal.access.roles import ABOUT, BUILT_IN, members, page_link
from portal.business.roles import services
from portal.business.roles.forms import SECTIONS, RoleForm
from portal.pages.page import Action, AdminPage, Column, Linked, Use
from portal.publish.change import Change, by_request

NAMED = 6  # members in the list; the others are "and n more"


def rows() -> QuerySet[Group]:
    return (
        Group.objects.select_related("custom_role")
        .prefetch_related("user_set")
        .annotate(link_count=Count("linkgroupgrant", distinct=True))
    )


def about(role: Group) -> str:
    return ABOUT[role.name] if role.name in BUILT_IN else _custom(role).description


def _custom(role: Group) -> CustomRole:
    custom: CustomRole = role.custom_role  # type: ignore[attr-defined]
    return custom


def _members(role: Group) -> str:
    people = list(role.user_set.all())
    names = ", ".join(user.label for user in people[:NAMED])
    return f"{names} and {len(people) - NAMED} more" if len(people) > NAMED else names or "nobody"


def _is_custom(role: Group) -> bool:
    return role.name not in BUILT_IN


def form(data: Any, row: CustomRole | None) -> RoleForm:
    return RoleForm(data, instance=row)


def add(request: HttpRequest, form: forms.Form) -> tuple[CustomRole, Change]:
    assert isinstance(form, RoleForm)
    sent = form.cleaned_data
    return services.add_role(sent["name"], sent["description"], form.keys(), by=by_request(request))


def modify(request: HttpRequest, role: CustomRole, form: forms.Form, seen: int) -> Change:
    assert isinstance(form, RoleForm)
    sent = form.cleaned_data
    by = by_request(request)
    return services.modify_role(role, sent["name"], sent["description"], form.keys(), by=by, seen=seen)


def delete(request: HttpRequest, role: CustomRole, seen: int) -> Change:
    return services.delete_role(role, by=by_request(request), seen=seen)


def uses(role: CustomRole) -> list[Use]:
    url = reverse("business.roles.people", args=[role.group_id])
    return [Use(f"{user.label} holds it and loses it.", url) for user in members(role.group)]


PAGE = AdminPage(
    name="business.roles",
    path="roles/",
    item_path="roles/custom/",
    menu="Business",
    title="Roles",
    singular="role",
    icon="key",
    rows=rows,
    objects=lambda: CustomRole.objects.select_related("group"),
    order=("pk",),
    columns=(
        Column(
            "Role",
            lambda row: Linked(row.name, reverse("business.roles.people", args=[row.pk]), page_link(row)),
            sort=("name",),
            template="pages/cells/link.html",
        ),
        Column("For", about),
        Column("Members", _members),
        Column("Links", lambda row: f"{row.link_count} of {len(LINKS)}", sort=("link_count",), css="num nowrap"),
    ),
    search=("name__icontains", "user__first_name__icontains", "user__last_name__icontains"),
    search_hint="Role or member",
    actions=(
        Action(
            "View as",
            "search",
            "business.roles.view_as",
            lambda row: reverse("business.roles.view_as", args=[row.pk]),
            post=True,
        ),
        Action("Copy", "plus", "business.roles.add", lambda row: f"{reverse('business.roles.add')}?copy={row.pk}"),
        Action(
            "Modify",
            "edit",
            "business.roles.modify",
            lambda row: reverse("business.roles.modify", args=[_custom(row).pk]),
            when=_is_custom,
        ),
        Action(
            "Delete",
            "trash",
            "business.roles.delete",
            lambda row: reverse("business.roles.delete", args=[_custom(row).pk]),
            danger=True,
            when=_is_custom,
        ),
    ),
    add_link="business.roles.add",
    add_title="add new role",
    modify_link="business.roles.modify",
    delete_link="business.roles.delete",
    form=form,
    sections=SECTIONS,
    add=add,
    modify=modify,
    delete=delete,
    uses=uses,
    delete_text="Whoever holds it loses it at once, on open pages too.",
)
