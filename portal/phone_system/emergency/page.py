"""Emergency numbers, notices of emergency calls, and the proof (S14-04..S14-07, S23-14)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portal.access.guard import requires_link
from portal.pages.page import AdminPage, Section
from portal.pages.views import ModifyView
from portal.phone_system.emergency import proofs, services
from portal.phone_system.emergency.models import EmergencyProof, EmergencySettings
from portal.publish import versions
from portal.publish.change import Change, by_request
from portal.servers.email.sending import account

EMERGENCY = "phone_system.dial_plan.external.emergency"
NOTIFICATION = "phone_system.dial_plan.external.emergency_call_email_notification"
HISTORY = 60  # proofs on the list


class EmergencyForm(forms.Form):
    numbers = forms.CharField(
        label="Emergency Dialed Number", max_length=100, help_text="One, or several with commas: 911, 112."
    )
    direct_dial = forms.BooleanField(
        label="Dial Direct",
        required=False,
        help_text="The number alone works. With the outside line digit it always does.",
    )

    def __init__(self, data: Any = None, *, instance: EmergencySettings) -> None:
        super().__init__(data, initial={name: getattr(instance, name) for name in self.base_fields})


class NotificationForm(forms.Form):
    notify = forms.BooleanField(label="Enable Email Notifications of Emergency Calls", required=False)
    recipients = forms.CharField(
        label="Recipients",
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="One a line: a user name, a message alias, an email address, or the address of a cell phone's text "
        "messages. Users and aliases are told at the addresses of their message alias.",
    )

    def __init__(self, data: Any = None, *, instance: EmergencySettings) -> None:
        super().__init__(data, initial={name: getattr(instance, name) for name in self.base_fields})


def modify(request: HttpRequest, row: EmergencySettings, form: forms.Form, seen: int) -> Change:
    return services.modify_emergency(form.cleaned_data, seen=seen, by=by_request(request))


PAGE = AdminPage(
    name="phone_system.emergency_cid",
    path="dial-plan/emergency/",
    menu="Phone System",
    title="Emergency CID",
    singular="emergency settings",
    icon="warning",
    rows=EmergencySettings.objects.all,
    columns=(),
    order=("pk",),
    label=lambda row: "the emergency numbers",
    modify_link=EMERGENCY,
    form=lambda data, row: EmergencyForm(data, instance=row),
    sections=(
        Section(
            "",
            ("numbers", "direct_dial"),
            "An emergency number is looked for before everything else: extensions, functions, outside rules, "
            "privileges. Telephones with a dial plan of their own must be rebooted after a change.",
        ),
    ),
    modify=modify,
)
NOTIFICATION_PAGE = replace(
    PAGE,
    path="dial-plan/emergency-notification/",
    label=lambda row: "the notices of emergency calls",
    modify_link=NOTIFICATION,
    form=lambda data, row: NotificationForm(data, instance=row),
    sections=(
        Section(
            "",
            ("notify", "recipients"),
            "Whoever is named here gets a message with the name of the handset's user, or its station number, the "
            "place and the time. It is sent after the call was placed and never holds it up; when it cannot be sent it "
            "is tried again for a day.",
        ),
    ),
)


class ModifySettingsView(ModifyView):
    """There is one row, and the defaults before anybody saved it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().dispatch(request, pk=1)

    def row(self, pk: int) -> EmergencySettings:
        return services.current()


class ModifyNotificationView(ModifySettingsView):
    template = "phone_system/emergency/notification.html"

    def answer(self, form: forms.Form, **context: Any) -> HttpResponse:
        return super().answer(form, mail=account(), **context)


@requires_link("phone_system.emergency_proof")
@never_cache
def emergency_proof(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Template context: proof (None before the first), history, rows (dicts of telephony.ask.proof.Proven), newest
    (version of the configuration)."""
    history = EmergencyProof.objects.defer("rows")[:HISTORY]
    proof = EmergencyProof.objects.first() if pk is None else get_object_or_404(EmergencyProof, pk=pk)
    context = {
        "proof": proof,
        "rows": proof.rows if proof else (),
        "history": history,
        "newest": versions.head_number(),
    }
    return render(request, "phone_system/emergency/proof.html", context)


@requires_link("phone_system.emergency_proof.run")
@require_POST
def prove(request: HttpRequest) -> HttpResponse:
    made = proofs.prove_now(by_request(request).name)
    if made.failed:
        messages.error(request, f"{made.failed} of {made.handsets} handsets do not reach help. They are marked below.")
    else:
        messages.success(request, f"Proved for {made.handsets} handsets: every one reaches help.")
    return redirect(reverse("phone_system.emergency_proof"))


urlpatterns: list[URLPattern] = [
    path(
        PAGE.path,
        requires_link(EMERGENCY)(ModifySettingsView.as_view(page=PAGE)),
        name="phone_system.dial_plan.emergency",
    ),
    path(
        NOTIFICATION_PAGE.path,
        requires_link(NOTIFICATION)(ModifyNotificationView.as_view(page=NOTIFICATION_PAGE)),
        name="phone_system.dial_plan.emergency_notification",
    ),
    path("emergency-proof/", emergency_proof, name="phone_system.emergency_proof"),
    path("emergency-proof/<int:pk>/", emergency_proof, name="phone_system.emergency_proof.one"),
    path("emergency-proof/run/", prove, name="phone_system.emergency_proof.run"),
]
