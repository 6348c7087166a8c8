"""Phone System > Handsets: one row per call appearance (S10-33, S11-08). Modify and delete work on a row; a handset
as a whole, with what to enter on the phone, is `views.show_handset`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from portal.live import picture
from portal.pages.page import Action, AdminPage, Column, Filter, Linked, Section, Use
from portal.phone_system.extensions.models import Destination
from portal.phone_system.handsets import services
from portal.phone_system.handsets.forms import AppearanceForm, GenericHandsetForm
from portal.phone_system.handsets.models import CallAppearance, Handset
from portal.publish.change import Change, by_request
from telephony.messages.snapshot import DestinationKind


def rows() -> QuerySet[CallAppearance]:
    return CallAppearance.objects.select_related("handset", "owner", "owner__extension")


def attach(lines: Sequence[Any]) -> None:
    """`registered_until` (aware, or None) of each line; the page's script keeps it true from then on."""
    until = {seen["station"]: seen["registered_until"] for seen in picture.registrations().items}
    for line in lines:
        moment = until.get(line.station)
        line.registered_until = datetime.fromtimestamp(moment, UTC) if moment else None


def _owner(line: CallAppearance) -> Linked:
    if line.owner is None:
        return Linked("nobody")
    extension = getattr(line.owner, "extension", None)
    text = f"{line.owner.label} {extension.number}" if extension else line.owner.label
    return Linked(text, reverse("business.users.modify", args=[line.owner_id]), "business.users.modify")


def _owned(lines: QuerySet[Any], value: str) -> QuerySet[Any]:
    return lines.filter(owner__isnull=value == "nobody")


def form(data: Any, row: CallAppearance | None) -> forms.Form:
    return AppearanceForm(data, instance=row) if row else GenericHandsetForm(data)


def add(request: HttpRequest, form: forms.Form) -> tuple[Handset, Change]:
    assert isinstance(form, GenericHandsetForm)
    return services.add_generic_handset(form.new_handset(), by=by_request(request))


def modify(request: HttpRequest, line: CallAppearance, form: forms.Form, seen: int) -> Change:
    assert isinstance(form, AppearanceForm)
    return services.modify_appearance(line, form.values(), seen=seen, password=form.password(), by=by_request(request))


def delete(request: HttpRequest, line: CallAppearance, seen: int) -> Change:
    return services.delete_appearance(line, seen=seen, by=by_request(request))


def uses(line: CallAppearance) -> Sequence[Use]:
    found = (
        [Use(f"{line.owner.label} loses this handset.", reverse("business.users.modify", args=[line.owner_id]))]
        if line.owner
        else []
    )
    named = Destination.objects.filter(kind=DestinationKind.APPEARANCE.value, value=line.station)
    for destination in named.select_related("attempt__route__extension"):
        route = destination.attempt.route
        url = reverse("phone_system.extensions.view_call_routes", args=[route.extension_id])
        found.append(Use(f"A call route of extension {route.extension.number} rings it.", f"{url}#{route.presence}"))
    return found


PAGE = AdminPage(
    name="phone_system.handsets",
    path="handsets/",
    item_path="handsets/lines/",
    menu="Phone System",
    title="Handsets",
    singular="handset",
    icon="handset",
    rows=rows,
    attach=attach,
    version=lambda line: line.handset.row_version,
    order=("handset", "line"),
    columns=(
        Column(
            "Description",
            lambda row: Linked(str(row), reverse("phone_system.handsets.show", args=[row.handset_id])),
            sort=("description",),
            template="pages/cells/link.html",
        ),
        Column("User ID", lambda row: row.station, sort=("station",), css="num"),
        Column("Login ID", lambda row: row.login_id, sort=("login_id",)),
        Column("Owner", _owner, sort=("owner__last_name", "owner__first_name"), template="pages/cells/link.html"),
        Column("State", lambda row: row.registered_until, template="phone_system/handsets/state.html", css="nowrap"),
    ),
    search=(
        "description__icontains",
        "handset__description__icontains",
        "station__startswith",
        "login_id__icontains",
        "owner__first_name__icontains",
        "owner__last_name__icontains",
        "owner__extension__number__startswith",
    ),
    search_hint="Description, ID or owner",
    filters=(Filter("owner", "Owner", (("", "All"), ("somebody", "With an owner"), ("nobody", "Nobody")), _owned),),
    actions=(
        Action(
            "Ring",
            "bell",
            "phone_system.handsets.sip.ring",
            lambda row: reverse("phone_system.handsets.ring", args=[row.pk]),
            post=True,
        ),
        Action(
            "Modify",
            "edit",
            "phone_system.handsets.sip.modify",
            lambda row: reverse("phone_system.handsets.modify", args=[row.pk]),
        ),
        Action(
            "Delete",
            "trash",
            "phone_system.handsets.sip.delete",
            lambda row: reverse("phone_system.handsets.delete", args=[row.pk]),
            danger=True,
        ),
    ),
    empty_title="No handsets yet",
    empty_text="Any SIP phone or softphone will do: add it here, then enter its User ID, login ID and password on it.",
    add_link="phone_system.handsets.sip.add_generic",
    add_title="add new Generic SIP Handset",
    modify_link="phone_system.handsets.sip.modify",
    delete_link="phone_system.handsets.sip.delete",
    form=form,
    sections=(
        Section("", ("description", "lines", "owner")),
        Section("What the phone logs in with", ("login_id", "password")),
    ),
    add=add,
    modify=modify,
    delete=delete,
    uses=uses,
    delete_text="The phone is logged out and cannot call any more. The last line takes the handset with it.",
)
