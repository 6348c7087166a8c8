"""Notifications: who is told of a new voicemail, and how. Two browsers at once are settled as on every admin form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from portal.business.users import services
from portal.business.users.models import User
from portal.my_manager.notifications.forms import LEVEL_NAMES, SMTP, NotificationsForm
from portal.my_manager.person import own_page, person
from portal.pages.page import AdminPage, Section
from portal.pages.views import ModifyView
from portal.publish.change import Change, by_request


def _modify(request: HttpRequest, user: User, form: forms.Form, seen: int) -> Change:
    assert isinstance(form, NotificationsForm)
    return services.modify_user(user, form.values(), seen=seen, by=by_request(request))


PAGE = AdminPage(
    name="my_manager.notifications",
    path="notifications/",
    menu="My Allworx Manager",
    title="Notifications",
    singular="person",
    icon="bell",
    rows=User.objects.all,
    columns=(),
    order=(),
    label=lambda user: user.label,
    form=NotificationsForm,
    sections=(
        Section("Voicemail Notification and Escalation", ("notification_mode",)),
        Section("E-mail account that sends them", SMTP),
    ),
    modify=_modify,
)


class NotificationsView(ModifyView):
    page = PAGE
    template = "my_manager/notifications.html"

    def answer(self, form: forms.Form, **context: Any) -> HttpResponse:
        levels = [[form[name] for name in names] for names in LEVEL_NAMES]
        return super().answer(form, levels=levels, **context)

    def list_url(self) -> str:
        return reverse(self.page.name)


_view = NotificationsView.as_view()


@own_page
def notifications(request: HttpRequest) -> HttpResponse:
    response: HttpResponse = _view(request, pk=person(request).pk)  # type: ignore[assignment]
    return response
