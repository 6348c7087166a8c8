"""Phone System > Outside Lines: SIP proxies, SIP gateways, anonymous calls (13.3, 13.6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST

from portal.access.guard import requires_link
from portal.live import picture
from portal.pages.page import Action, AdminPage, Column, Linked, Section, State, Use
from portal.pages.urls import page_urls
from portal.pages.views import AddView, DeleteView, FormView, ListView, ModifyView
from portal.phone_system.outside_lines import services
from portal.phone_system.outside_lines.forms import GatewayForm, LineForm
from portal.phone_system.outside_lines.models import OutsideLine
from portal.publish.change import Change, by_request
from portal.publish.errors import Refused

NAME = "phone_system.outside_lines"
PROXIES, GATEWAYS = f"{NAME}.sip_proxies", f"{NAME}.sip_gateways"
ANONYMOUS = f"{NAME}.anonymous_calls"
Kind = OutsideLine.Kind

UNNECESSARY = (
    "Settings of other systems that this one does not need: DTMF packets are sent as negotiated, with the payload "
    "number both sides agreed on, and need no padding; requests carry rport (RFC 3581), so answers come back through "
    "any NAT; reliable provisional answers (100rel) are not offered, as no carrier may require them of a caller that "
    "does not; every INVITE carries an offer, because the audio relay must know both sides before an answer; "
    "calls that are sent on are set up by this system, without redirects to the provider."
)


def form(data: Any, row: OutsideLine | None) -> LineForm:
    return LineForm(data, instance=row)


def gateway_form(data: Any, row: OutsideLine | None) -> LineForm:
    return GatewayForm(data, instance=row)


def _adder(kind: Kind) -> Callable[[HttpRequest, forms.Form], tuple[OutsideLine, Change]]:
    def add(request: HttpRequest, form: Any) -> tuple[OutsideLine, Change]:
        password = form.cleaned_data.get("password", "")
        return services.add_outside_line(form.values(), by=by_request(request), password=password, kind=kind)

    return add


def modify(request: HttpRequest, row: OutsideLine, form: Any, seen: int) -> Change:
    password = form.cleaned_data.get("password", "")
    return services.modify_outside_line(row, form.values(), seen=seen, by=by_request(request), password=password)


def delete(request: HttpRequest, row: OutsideLine, seen: int) -> Change:
    return services.delete_outside_line(row, seen=seen, by=by_request(request))


def uses(row: OutsideLine) -> Sequence[Use]:
    found = [
        Use(f"It leaves the service group {member.group}.")
        for member in row.service_groups.select_related("group").order_by("group__description")
    ]
    return [*found, *(Use(f"The DID block {block} is not called by it any more.") for block in row.did_blocks.all())]


def attach(rows: Sequence[Any]) -> None:
    """`status` of each line, from the live picture."""
    seen = picture.engines()
    engines = {engine.part: engine for engine in seen.items}
    for row in rows:
        engine = engines.get(f"line {row.pk}")
        if seen.problem:
            row.status = State("not known")
        elif engine is None:
            row.status = State("not heard of yet" if row.registers else "does not register")
        else:
            since = localtime(datetime.fromtimestamp(engine.since, UTC)).strftime("%Y-%m-%d %H:%M")
            up = "registered" if row.registers else "takes calls"
            text = f"{up} since {since}" if engine.up else f"down since {since}: {engine.text}"
            row.status = State(text, "good" if engine.up else "bad")


def _item(row: OutsideLine) -> str:
    return "gateways." if row.kind == Kind.SIP_GATEWAY else ""


def _url(action: str) -> Callable[[OutsideLine], str]:
    return lambda row: reverse(f"{NAME}.{_item(row)}{action}", args=[row.pk])


def _description(row: OutsideLine) -> Linked:
    link = GATEWAYS if row.kind == Kind.SIP_GATEWAY else PROXIES
    return Linked(row.description, _url("modify")(row), f"{link}.modify")


def _route(row: OutsideLine) -> str:
    if row.route == OutsideLine.Route.ATTENDANT:
        return f"Auto Attendant {row.attendant}"
    if row.route == OutsideLine.Route.VOICEMAIL:
        return f"Voicemail of {row.destination}"
    return row.destination or "Operator"


def _is(kind: Kind) -> Callable[[OutsideLine], bool]:
    return lambda row: row.kind == kind


def _actions(link: str, kind: Kind) -> tuple[Action, ...]:
    return (
        Action("Modify", "edit", f"{link}.modify", _url("modify"), when=_is(kind)),
        Action("Delete", "trash", f"{link}.delete", _url("delete"), danger=True, when=_is(kind)),
    )


_CALLS_OUT = (
    "caller_id_name", "handset_name", "external_name", "caller_id", "handset_number", "external_number", "max_calls",
    "as_dialed", "digits_sent", "prefix", "emergency",
)  # fmt: skip
_CALLS_IN = ("route", "destination", "attendant", "default_language")
_ADVANCED = (
    "early_media", "supports_refer", "e164", "identity", "diversion", "did_source", "request_user", "codecs",
)  # fmt: skip

PAGE = AdminPage(
    name=NAME,
    path="outside-lines/",
    item_path="outside-lines/",
    menu="Phone System",
    title="Outside Lines",
    singular="outside line",
    icon="out",
    lead="SIP proxies are trunks of a provider, SIP gateways are boxes on the LAN.",
    rows=OutsideLine.objects.all,
    objects=lambda: OutsideLine.objects.filter(kind=Kind.SIP_PROXY),
    order=("kind", "description"),
    columns=(
        Column("Description", _description, sort=("description",), template="pages/cells/link.html"),
        Column("Type", lambda row: row.get_kind_display(), sort=("kind",)),
        Column("Server", lambda row: f"{row.host}:{row.port}", sort=("host",), css="num"),
        Column("Calls go to", _route),
        Column("Active calls", lambda row: row.max_calls or "no limit", sort=("max_calls",), css="num"),
        Column("Emergency", lambda row: "yes" if row.emergency else ""),
        Column("Status", lambda row: row.status, template="pages/cells/state.html"),
    ),
    search=("description__icontains", "host__icontains"),
    search_hint="Description or server",
    attach=attach,
    actions=(*_actions(PROXIES, Kind.SIP_PROXY), *_actions(GATEWAYS, Kind.SIP_GATEWAY)),
    empty_title="No outside lines yet",
    empty_text="Without one this office can neither call the world nor be called, and nobody can call for help.",
    add_link=f"{PROXIES}.add",
    add_title="add new SIP Proxy",
    modify_link=f"{PROXIES}.modify",
    delete_link=f"{PROXIES}.delete",
    form=form,
    sections=(
        Section("Account", ("description", "user_id", "host", "port", "outbound_proxy", "enterprise_server")),
        Section("Registration", ("registers", "login_id", "password", "registrar")),
        Section("Calls to the outside", _CALLS_OUT),
        Section("Call route", _CALLS_IN, "DID blocks of the line are asked first; the route is for all other numbers."),
        Section("Advanced", _ADVANCED, UNNECESSARY),
    ),
    add=_adder(Kind.SIP_PROXY),
    modify=modify,
    delete=delete,
    uses=uses,
    delete_text="Calls on it go on; new ones take other lines.",
)
GATEWAY = replace(
    PAGE,
    singular="SIP gateway",
    objects=lambda: OutsideLine.objects.filter(kind=Kind.SIP_GATEWAY),
    add_link=f"{GATEWAYS}.add",
    add_title="add new SIP Gateway",
    modify_link=f"{GATEWAYS}.modify",
    delete_link=f"{GATEWAYS}.delete",
    form=gateway_form,
    sections=(
        Section("Gateway", ("description", "host", "port"), "A gateway is known by its address; it does not register."),
        *PAGE.sections[2:],
    ),
    add=_adder(Kind.SIP_GATEWAY),
)


class LinesView(ListView):
    """Template context besides the list's: anonymous."""

    template = "phone_system/outside_lines/list.html"

    def adds(self, links: frozenset[str]) -> tuple[dict[str, str], ...]:
        gateway = {"title": GATEWAY.add_title, "url": reverse(f"{NAME}.gateways.add")}
        found = super().adds(links)
        return (*found, gateway) if GATEWAY.add_link in links else found

    def extra(self) -> dict[str, Any]:
        return {"anonymous": services.anonymous_calls()}


class _Gateway(FormView):
    def delete_url(self, row: Any) -> str:
        return super().delete_url(row).replace("/outside-lines/", "/outside-lines/gateways/")


class AddGateway(_Gateway, AddView):
    pass


class ModifyGateway(_Gateway, ModifyView):
    pass


@requires_link(ANONYMOUS)
@require_POST
def anonymous(request: HttpRequest) -> HttpResponse:
    try:
        work = services.send_anonymous_calls(request.POST.get("destination", ""), by=by_request(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, work.outcome)
    return redirect(NAME)


_gateways = "outside-lines/gateways/"
urlpatterns: list[URLPattern] = [
    path("outside-lines/anonymous-calls/", anonymous, name=ANONYMOUS),
    *page_urls(PAGE, list_view=LinesView),
    path(
        f"{_gateways}add/",
        requires_link(f"{GATEWAYS}.add")(AddGateway.as_view(page=GATEWAY)),
        name=f"{NAME}.gateways.add",
    ),
    path(
        f"{_gateways}<int:pk>/",
        requires_link(f"{GATEWAYS}.modify")(ModifyGateway.as_view(page=GATEWAY)),
        name=f"{NAME}.gateways.modify",
    ),
    path(
        f"{_gateways}<int:pk>/delete/",
        requires_link(f"{GATEWAYS}.delete")(DeleteView.as_view(page=GATEWAY)),
        name=f"{NAME}.gateways.delete",
    ),
]
