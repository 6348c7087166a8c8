"""Direct Inward Dial blocks and routing plans (S22), sections of Phone System > Outside Lines in the manual."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse

from portal.access.guard import requires_link
from portal.pages.page import Action, AdminPage, Column, Linked, Section, Use
from portal.pages.views import AddView, DeleteView, ListView, ModifyView
from portal.phone_system.did_blocks import services
from portal.phone_system.did_blocks.forms import BlockForm, PlanForm
from portal.phone_system.did_blocks.models import DidBlock, DidRoutingPlan
from portal.phone_system.did_blocks.numbers import numbered
from portal.publish.change import Change, by_request

LINES = "phone_system.outside_lines"
BLOCKS, PLANS = f"{LINES}.did_blocks", f"{LINES}.did_routing_plans"


def block_form(data: Any, row: DidBlock | None) -> forms.Form:
    return BlockForm(data, instance=row)


def plan_form(data: Any, row: DidRoutingPlan) -> forms.Form:
    return PlanForm(data, instance=row)


def add_block(request: HttpRequest, form: forms.Form) -> tuple[DidBlock, Change]:
    sent = form.cleaned_data
    values = {name: sent[name] for name in services.BLOCK_FIELDS}
    return services.add_block(values, lines=sent["lines"], plan=sent["plan"], by=by_request(request))


def modify_block(request: HttpRequest, row: DidBlock, form: forms.Form, seen: int) -> Change:
    sent = form.cleaned_data
    values = {name: sent[name] for name in services.BLOCK_FIELDS}
    return services.modify_block(row, values, lines=sent["lines"], plan=sent["plan"], seen=seen, by=by_request(request))


def delete_block(request: HttpRequest, row: DidBlock, seen: int) -> Change:
    return services.delete_block(row, seen=seen, by=by_request(request))


def modify_plan(request: HttpRequest, row: DidRoutingPlan, form: forms.Form, seen: int) -> Change:
    assert isinstance(form, PlanForm)
    return services.modify_plan(row, form.values(), numbers=form.numbers(), seen=seen, by=by_request(request))


def delete_plan(request: HttpRequest, row: DidRoutingPlan, seen: int) -> Change:
    return services.delete_plan(row, seen=seen, by=by_request(request))


def block_uses(row: DidBlock) -> Sequence[Use]:
    named = [number for number in row.plan.numbers.all() if numbered(row, number.number)]
    lines = [Use(f"Calls on outside line {line} look for their number here.") for line in row.lines.all()]
    if named:
        plan_url = reverse("phone_system.did_routing_plans.modify", args=[row.plan_id])
        lines.append(Use(f"{len(named)} of its numbers are named in the routing plan {row.plan}.", plan_url))
    return lines


def plan_uses(row: DidRoutingPlan) -> Sequence[Use]:
    return [
        Use(f"The DID block {block} uses it.", reverse("phone_system.did_blocks.modify", args=[block.pk]))
        for block in row.blocks.all()
    ]


def _rows() -> QuerySet[DidBlock]:
    return DidBlock.objects.select_related("plan").prefetch_related("lines")


def _url(name: str) -> Any:
    return lambda row: reverse(name, args=[row.pk])


def _block(row: DidBlock) -> Linked:
    return Linked(row.first, reverse("phone_system.did_blocks.modify", args=[row.pk]), f"{BLOCKS}.modify")


def _plan(row: DidBlock) -> Linked:
    url = reverse("phone_system.did_routing_plans.modify", args=[row.plan_id])
    return Linked(str(row.plan), url, f"{PLANS}.details")


PAGE = AdminPage(
    name="phone_system.did_blocks",
    path="did-blocks/",
    menu="Phone System",
    title="Direct Inward Dialing",
    singular="DID block",
    plural="DID blocks",
    icon="extension",
    lead="Numbers that callers from outside dial, and the extensions that answer them. For scattered numbers one "
    "larger block that spans them, with unused numbers, is better than many small ones.",
    rows=_rows,
    order=("first",),
    columns=(
        Column("Starting Phone Number", _block, sort=("first",), template="pages/cells/link.html", css="num"),
        Column("Numbers", lambda row: row.count, sort=("count",), css="num"),
        Column("Last", lambda row: row.last, css="num"),
        Column("Routing Plan", _plan, sort=("plan__description",), template="pages/cells/link.html"),
        Column("Outside lines", lambda row: ", ".join(str(line) for line in row.lines.all()) or "none"),
    ),
    search=("first__contains", "plan__description__icontains", "lines__description__icontains"),
    search_hint="Number, plan or line",
    actions=(
        Action("Modify", "edit", f"{BLOCKS}.modify", _url("phone_system.did_blocks.modify")),
        Action("Delete", "trash", f"{BLOCKS}.delete", _url("phone_system.did_blocks.delete"), danger=True),
    ),
    empty_title="No DID blocks yet",
    empty_text="A block is a run of telephone numbers that the carrier sends to this office.",
    add_link=f"{BLOCKS}.add",
    add_title="add new DID Block",
    modify_link=f"{BLOCKS}.modify",
    delete_link=f"{BLOCKS}.delete",
    form=block_form,
    sections=(
        Section("", ("first", "count", "plan")),
        Section("Outside lines", ("lines",), "Calls on these lines look for the number they called in this block."),
    ),
    add=add_block,
    modify=modify_block,
    delete=delete_block,
    uses=block_uses,
    delete_text="Calls to these numbers take the route of their line from then on. The routing plan stays.",
)
PLAN_PAGE = AdminPage(
    name="phone_system.did_blocks",
    path="did-routing-plans/",
    menu="Phone System",
    title="Direct Inward Dialing",
    singular="DID routing plan",
    icon="extension",
    rows=DidRoutingPlan.objects.all,
    columns=(),
    order=("description",),
    modify_link=f"{PLANS}.details",
    delete_link=f"{PLANS}.delete",
    form=plan_form,
    sections=(Section("", services.PLAN_FIELDS),),
    modify=modify_plan,
    delete=delete_plan,
    uses=plan_uses,
    delete_text="The names and extensions of its numbers are gone.",
)


class BlocksView(ListView):
    """Template context besides the list's: plans."""

    template = "phone_system/did_blocks/list.html"

    def extra(self) -> dict[str, Any]:
        counted = DidRoutingPlan.objects.annotate(
            named=Count("numbers", distinct=True), used=Count("blocks", distinct=True)
        )
        return {"plans": counted.order_by("description", "pk")}


class ModifyPlanView(ModifyView):
    """Template context besides the form's: numbers (rows of four fields), known (extensions to choose from)."""

    template = "phone_system/did_blocks/plan.html"

    def answer(self, form: forms.Form, **context: Any) -> Any:
        assert isinstance(form, PlanForm)
        return super().answer(form, numbers=form.number_rows(), known=form.known, **context)

    def delete_url(self, row: Any) -> str:
        url = super().delete_url(row)
        return url and reverse("phone_system.did_routing_plans.delete", args=[row.pk])


def _view(link: str, view: Any, page: AdminPage) -> Any:
    return requires_link(link)(view.as_view(page=page))


urlpatterns: list[URLPattern] = [
    path("did-blocks/", _view(PAGE.name, BlocksView, PAGE), name=PAGE.name),
    path("did-blocks/add/", _view(PAGE.add_link, AddView, PAGE), name=f"{PAGE.name}.add"),
    path("did-blocks/<int:pk>/", _view(PAGE.modify_link, ModifyView, PAGE), name=f"{PAGE.name}.modify"),
    path("did-blocks/<int:pk>/delete/", _view(PAGE.delete_link, DeleteView, PAGE), name=f"{PAGE.name}.delete"),
    path(
        "did-routing-plans/<int:pk>/",
        _view(PLAN_PAGE.modify_link, ModifyPlanView, PLAN_PAGE),
        name="phone_system.did_routing_plans.modify",
    ),
    path(
        "did-routing-plans/<int:pk>/delete/",
        _view(PLAN_PAGE.delete_link, DeleteView, PLAN_PAGE),
        name="phone_system.did_routing_plans.delete",
    ),
]
