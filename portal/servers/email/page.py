"""Servers > Email: the account this system sends mail by, what waits and what was sent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portal.access.guard import requires_link
from portal.pages.page import AdminPage, Section
from portal.pages.views import ModifyView
from portal.publish.change import Change, by_request
from portal.servers.email import services
from portal.servers.email.models import MailAccount, OutgoingMail
from portal.servers.email.sending import account

SHOWN = 25  # mails on the page


class AccountForm(forms.Form):
    host = forms.CharField(label="SMTP server", max_length=255, required=False, help_text="Empty: no mail is sent.")
    port = forms.IntegerField(label="Port", min_value=1, max_value=65535)
    encryption = forms.ChoiceField(label="Encryption", choices=MailAccount.Encryption.choices)
    login = forms.CharField(label="User name", max_length=255, required=False, help_text="Empty: no log-in.")
    password = forms.CharField(
        label="Password",
        max_length=128,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Leave empty to keep it.",
    )
    sender = forms.EmailField(label="Sender address", required=False, help_text="Where mail comes from.")

    def __init__(self, data: Any = None, *, instance: MailAccount) -> None:
        super().__init__(data, initial={name: getattr(instance, name) for name in services.FIELDS})


def modify(request: HttpRequest, row: MailAccount, form: forms.Form, seen: int) -> Change:
    values = {name: form.cleaned_data[name] for name in services.FIELDS}
    password = form.cleaned_data["password"] or None
    return services.modify_account(values, password=password, seen=seen, by=by_request(request))


PAGE = AdminPage(
    name="servers.email",
    path="email/",
    menu="Servers",
    title="Email",
    singular="mail account",
    icon="voicemail",
    rows=MailAccount.objects.all,
    columns=(),
    order=("pk",),
    label=lambda row: "the mail account",
    modify_link="servers.email.modify",
    form=lambda data, row: AccountForm(data, instance=row),
    sections=(Section("", ("host", "port", "encryption", "login", "password", "sender")),),
    modify=modify,
)


class ModifyAccountView(ModifyView):
    """There is one row, and the defaults before anybody saved it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().dispatch(request, pk=1)

    def row(self, pk: int) -> MailAccount:
        return account()


@requires_link(PAGE.name)
@never_cache
def email(request: HttpRequest) -> HttpResponse:
    """Template context: page, account, mails (newest first), waiting (how many)."""
    context = {
        "page": PAGE,
        "account": account(),
        "mails": OutgoingMail.objects.all()[:SHOWN],
        "waiting": OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING).count(),
    }
    return render(request, "servers/email/view.html", context)


@requires_link("servers.email.modify")
@require_POST
def send_test(request: HttpRequest) -> HttpResponse:
    try:
        services.send_test(request.POST.get("to", "").strip(), by=by_request(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "The message is on its way: look below what becomes of it.")
    return redirect(PAGE.name)


urlpatterns: list[URLPattern] = [
    path("email/", email, name="servers.email"),
    path(
        "email/modify/",
        requires_link(PAGE.modify_link)(ModifyAccountView.as_view(page=PAGE)),
        name="servers.email.modify",
    ),
    path("email/test/", send_test, name="servers.email.test"),
]
