"""Phone System > Dial Plan, Service Groups (S14-09..S14-14): outside lines in the order in which they are tried. The
other parts of the dial plan's page are added below the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST, require_safe

from portal.access.guard import requires_link
from portal.my_manager.phone_functions.services import groups_of_functions
from portal.pages.page import Action, AdminPage, Column, Linked, Section, Use
from portal.pages.urls import page_urls
from portal.pages.views import AddView, ListView, ModifyView
from portal.phone_system.outside_lines.models import OutsideLine
from portal.phone_system.service_groups import services
from portal.phone_system.service_groups.models import ServiceGroup
from portal.publish.change import Change, by_request
from portal.publish.errors import Refused

NAME = "phone_system.dial_plan"
LINK = f"{NAME}.service_groups"


class GroupForm(forms.Form):
    description = forms.CharField(label="Description", max_length=64)
    lines = forms.TypedMultipleChoiceField(label="Outside lines", coerce=int, required=False)

    def __init__(self, data: Any = None, *, instance: ServiceGroup | None = None) -> None:
        mine = services.lines_of(instance) if instance else []
        super().__init__(
            data, initial={"description": instance.description, "lines": [one.pk for one in mine]} if instance else None
        )
        self.built_in = instance is not None and instance.built_in
        others = (
            [] if self.built_in else [one for one in OutsideLine.objects.order_by("description") if one not in mine]
        )
        self.fields["lines"].choices = [(one.pk, one.description) for one in (*mine, *others)]  # type: ignore[attr-defined]
        if self.built_in:
            self.fields["description"].disabled = True

    def places(self) -> list[dict[str, object]]:
        """What the page shows: every line that may be a member, those that are on top and in their order."""
        chosen = [str(value) for value in self["lines"].value() or ()]
        titles = {str(value): title for value, title in self.fields["lines"].choices}  # type: ignore[attr-defined]
        order = [*(value for value in chosen if value in titles), *(value for value in titles if value not in chosen)]
        return [{"value": value, "title": titles[value], "chosen": value in chosen} for value in order]


def form(data: Any, row: ServiceGroup | None) -> GroupForm:
    return GroupForm(data, instance=row)


def add(request: HttpRequest, form: forms.Form) -> tuple[ServiceGroup, Change]:
    return services.add_group(form.cleaned_data, by=by_request(request))


def modify(request: HttpRequest, row: ServiceGroup, form: forms.Form, seen: int) -> Change:
    return services.modify_group(row, form.cleaned_data, seen=seen, by=by_request(request))


def delete(request: HttpRequest, row: ServiceGroup, seen: int) -> Change:
    return services.delete_group(row, seen=seen, by=by_request(request))


def attach(rows: Sequence[ServiceGroup]) -> None:
    order = services.members()
    titles = dict(OutsideLine.objects.values_list("pk", "description"))
    for row in rows:
        row.shown = ", then ".join(titles[pk] for pk in order[row.pk]) or "none"  # type: ignore[attr-defined]


def _url(name: str) -> Callable[[ServiceGroup], str]:
    return lambda row: reverse(name, args=[row.pk])


PAGE = AdminPage(
    name=NAME,
    path="dial-plan/",
    item_path="dial-plan/service-groups/",
    menu="Phone System",
    title="Dial Plan",
    singular="service group",
    plural="service groups",
    icon="list",
    lead="Service groups: which outside lines take a call, and in which order they are tried.",
    rows=ServiceGroup.objects.all,
    order=("key", "description"),
    columns=(
        Column(
            "Service Group",
            lambda row: Linked(row.description, _url(f"{NAME}.modify")(row), f"{LINK}.modify"),
            sort=("description",),
            template="pages/cells/link.html",
        ),
        Column("Outside lines", lambda row: row.shown),
        Column("Type", lambda row: "built in" if row.built_in else "added"),
    ),
    search=("description__icontains",),
    search_hint="Description",
    attach=attach,
    actions=(
        Action("Modify", "edit", f"{LINK}.modify", _url(f"{NAME}.modify")),
        Action("Copy", "plus", f"{LINK}.copy", _url(f"{NAME}.copy"), post=True),
        Action(
            "Delete", "trash", f"{LINK}.delete", _url(f"{NAME}.delete"), danger=True, when=lambda row: not row.built_in
        ),
    ),
    add_link=f"{LINK}.add",
    add_title="add new Service Group",
    modify_link=f"{LINK}.modify",
    delete_link=f"{LINK}.delete",
    form=form,
    sections=(Section("", ("description", "lines")),),
    add=add,
    modify=modify,
    delete=delete,
    may_delete=lambda row: not row.built_in,
    uses=lambda row: [Use(text) for text in services.users_of(row)],
    delete_text="Its lines stay; only this way of choosing among them goes.",
)


class DialPlanView(ListView):
    template = "phone_system/dial_plan/list.html"


class AddGroup(AddView):
    template = "phone_system/dial_plan/service_group.html"


class ModifyGroup(ModifyView):
    template = "phone_system/dial_plan/service_group.html"


@requires_link(f"{LINK}.copy")
@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Goes to the copy. By htmx: tell the browser to go there."""
    try:
        row, change = services.copy_group(get_object_or_404(ServiceGroup, pk=pk), by=by_request(request))
    except Refused as error:
        messages.error(request, str(error))
        url = reverse(NAME)
    else:
        messages.success(request, f"{row} was added. {change.outcome}")
        url = reverse(f"{NAME}.modify", args=[row.pk])
    return HttpResponse(headers={"HX-Redirect": url}) if request.headers.get("HX-Request") else redirect(url)


@requires_link(f"{NAME}.reference_card")
@require_safe
def reference_card(request: HttpRequest) -> HttpResponse:
    """Template context: groups (as on everybody's sheet, without an extension of one's own)."""
    return render(request, "phone_system/dial_plan/reference_card.html", {"groups": groups_of_functions("")})


urlpatterns: list[URLPattern] = [
    path("dial-plan/reference-card/", reference_card, name=f"{NAME}.reference_card"),
    path("dial-plan/service-groups/<int:pk>/copy/", copy, name=f"{NAME}.copy"),
    *page_urls(PAGE, list_view=DialPlanView, add_view=AddGroup, modify_view=ModifyGroup),
]
