"""Business > Users > User Templates (S09-01..S09-05)."""

from __future__ import annotations

from django import forms
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from portal.business.user_templates import services
from portal.business.user_templates.forms import TemplateForm
from portal.business.user_templates.models import UserTemplate
from portal.business.user_templates.sections import SECTIONS
from portal.pages.page import Action, AdminPage, Column, Linked, Section
from portal.publish.change import Change, by_request


def rows() -> QuerySet[UserTemplate]:
    return UserTemplate.objects.annotate(used=Count("users"))


def modify(request: HttpRequest, template: UserTemplate, form: forms.Form, seen: int) -> Change:
    assert isinstance(form, TemplateForm)
    name = form.cleaned_data["name"]
    return services.modify_template(template, form.values(), name=name, seen=seen, by=by_request(request))


def delete(request: HttpRequest, template: UserTemplate, seen: int) -> Change:
    return services.delete_template(template, seen=seen, by=by_request(request))


def form(data: object, row: UserTemplate | None) -> TemplateForm:
    return TemplateForm(data, instance=row)


def _users(row: UserTemplate) -> Linked:
    used: int = row.used  # type: ignore[attr-defined]
    url = f"{reverse('business.users')}?template={row.pk}" if used else ""
    return Linked(str(used), url, "business.users")


PAGE = AdminPage(
    name="business.user_templates",
    path="user-templates/",
    menu="Business › Users",
    title="User Templates",
    singular="user template",
    icon="list",
    lead="A template is a named set of user settings. Changing one changes no user: apply it again, user by user.",
    rows=rows,
    order=("-is_default", "name"),
    columns=(
        Column(
            "Name",
            lambda row: Linked(row.name, reverse("business.user_templates.modify", args=[row.pk])),
            sort=("name",),
            template="pages/cells/link.html",
        ),
        Column("Last applied to users", _users, sort=("used",), template="pages/cells/link.html", css="num"),
    ),
    search=("name__icontains",),
    search_hint="Name",
    actions=(
        Action("View", "search", "business.users.templates.view",
               lambda row: reverse("business.user_templates.modify", args=[row.pk])),
        Action("Copy", "plus", "business.users.templates.copy",
               lambda row: reverse("business.user_templates.copy", args=[row.pk]), post=True),
        Action("Delete", "trash", "business.users.templates.delete",
               lambda row: reverse("business.user_templates.delete", args=[row.pk]),
               danger=True, when=lambda row: not row.is_default),
    ),
    empty_title="No templates",
    modify_link="business.users.templates.view",
    delete_link="business.users.templates.delete",
    form=form,
    sections=(Section("Template", ("name",)), *SECTIONS),
    modify=modify,
    delete=delete,
    delete_text="Users keep their settings. A template that is the one last applied to somebody cannot be deleted.",
)  # fmt: skip
