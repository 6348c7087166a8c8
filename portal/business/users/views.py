"""Views of Users that the page kernel does not have."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from portal.access import lockout
from portal.access.guard import allowed_links, requires_link
from portal.access.roles import check_may_administer
from portal.business.user_templates.apply import How
from portal.business.users import cleaning
from portal.business.users.forms import UserForm, level_names
from portal.business.users.models import LEVELS, User
from portal.business.users.page import NOTIFICATION, PAGE, TEMPLATE_COLUMN, USER_TEMPLATE, template_filter
from portal.live.verbs import ask
from portal.pages.views import AddView, ListView, ModifyView
from portal.publish.change import by_request
from telephony import tasks
from telephony.messages.snapshot import DialPlan

SHOWN = "users.templates_shown"  # in the session


class UsersView(ListView):
    template = "business/users/list.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """With ?templates=show or hide the column comes and goes, and stays so for the session (S09-35)."""
        if request.GET.get("templates") in ("show", "hide"):
            request.session[SHOWN] = request.GET["templates"] == "show"
        self.may_show = "business.users.templates_last_applied" in allowed_links(request)
        self.shows = self.may_show and request.session.get(SHOWN, True)
        if self.shows:
            columns = (*self.page.columns, TEMPLATE_COLUMN)
            self.page = replace(self.page, columns=columns, filters=(template_filter(),))
        return super().get(request)

    def extra(self) -> dict[str, Any]:
        return {"may_show_templates": self.may_show, "shows_templates": self.shows}


class _Filling:
    """Set and Merge: the same form again with the template's values; nothing is saved (S09-37, S09-45)."""

    request: HttpRequest

    def form(self, data: Any = None, row: Any = None) -> forms.Form:
        actor = self.request.user
        assert isinstance(actor, User)
        return UserForm(data, instance=row, actor=actor, fill=self.filling())

    def filling(self) -> How | None:
        asked = self.request.POST.get("fill")
        return asked if asked in ("set", "merge") else None  # type: ignore[return-value]

    def answer(self, form: forms.Form, **context: Any) -> HttpResponse:
        template = form.fields.get("template")
        levels = [[form[name] for name in level_names(number)] for number in range(1, LEVELS + 1)] if template else ()
        answer: HttpResponse = super().answer(  # type: ignore[misc]
            form,
            levels=levels,
            title_of_template=USER_TEMPLATE,
            title_of_levels=NOTIFICATION,
            filled=self.filling(),
            **context,
        )
        return answer


class AddUserView(_Filling, AddView):
    template = "business/users/form.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        return self.answer(self.form(request.POST)) if self.filling() else super().post(request)


class ModifyUserView(_Filling, ModifyView):
    template = "business/users/form.html"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.filling():
            return super().post(request, pk)
        row = self.row(pk)
        version = request.POST.get("row_version", "")
        original = request.POST.get("original", "")
        return self.answer(self.form(request.POST, row), row=row, original=original, version=version)


@requires_link(PAGE.name)
@never_cache
def welcome(request: HttpRequest, pk: int) -> HttpResponse:
    """S10-28: what a new colleague needs, to print or to mail. Template context: page, person_shown, eligibility,
    message_center, address, mailto."""
    user = get_object_or_404(User.objects.select_related("extension"), pk=pk, is_server_administrator=False)
    eligibility = (
        f"Allworx Reach: {user.reach_count or 'none'}",
        f"Allworx Interact Professional: {user.interact_count or 'none'}",
    )
    address = request.build_absolute_uri("/my/")
    body = "\n".join(
        ("Feature Eligibility", *eligibility, "", f"My Allworx Manager: {address}", f"Login: {user.username}")
    )
    subject = "Allworx Reach Mobile Client Installation Information"
    context = {
        "page": PAGE,
        "person_shown": user,
        "eligibility": eligibility,
        "message_center": DialPlan().message_center,
        "lines": user.appearances.select_related("handset"),  # type: ignore[attr-defined]
        "address": address,
        "mailto": f"mailto:?subject={quote(subject)}&body={quote(body)}",
    }
    return render(request, "business/users/welcome.html", context)


@requires_link("business.users.unlock")
@require_POST
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """The browser's lock-out here, the PIN's at the switch; the answer is a message."""
    user = get_object_or_404(User.objects.select_related("extension"), pk=pk)
    lockout.unlock(user.username)
    cleaning.note(user, "log-in", "locked out", "unlocked", by=by_request(request))
    messages.success(request, f"{user.label} may log in again.")
    if (extension := getattr(user, "extension", None)) is not None:
        verdict = ask(tasks.unlock_pin, extension=extension.number, by=request.user.get_username())
        if verdict["ok"]:
            messages.success(request, f"The PIN of {extension.number} works again.")
    return render(request, "pages/messages.html")


@requires_link("business.users.delete_messages")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete_messages(request: HttpRequest, pk: int) -> HttpResponse:
    return _delete(request, pk, "voicemail messages", cleaning.messages_of, cleaning.delete_messages)


@requires_link("business.users.delete_recordings")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete_recordings(request: HttpRequest, pk: int) -> HttpResponse:
    return _delete(request, pk, "call recordings", cleaning.recordings_of, cleaning.delete_recordings)


def _delete(request: HttpRequest, pk: int, what: str, count: Any, act: Any) -> HttpResponse:
    """Ask first. Template context: page, person_shown, what, count, refused."""
    user = get_object_or_404(User, pk=pk, is_server_administrator=False)
    context = {"page": PAGE, "person_shown": user, "what": what, "count": count(user)}
    try:
        check_may_administer(request.user if isinstance(request.user, User) else None, user)
    except ValidationError as error:
        refused = [{"text": text} for text in error.messages]
        return render(request, "business/users/clean.html", {**context, "refused": refused}, status=409)
    if request.method != "POST":
        return render(request, "business/users/clean.html", context)
    deleted = act(user, by=by_request(request))
    messages.success(
        request, f"{deleted} {what} of {user.label} were deleted." if deleted else f"{user.label} had no {what}."
    )
    return redirect(PAGE.name)
