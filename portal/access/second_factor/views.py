"""Set up and end one's own second factor; and the second step of a login."""

from __future__ import annotations

import time
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal.access.guard import link_keys, open_to
from portal.access.kept import give_back
from portal.access.lockout import LockedOut, check_code
from portal.access.second_factor import services
from portal.business.users.models import User
from portal.publish.change import by_request

PENDING = "second_factor.pending"  # in the session: {"user", "at", "next"}
PATIENCE = 300  # seconds between password and code


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code",
        max_length=16,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class PasswordForm(forms.Form):
    password = forms.CharField(
        label="Current password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def ask_for_code(request: HttpRequest, user: User, landing: str, kept: str = "") -> HttpResponse:
    """The password was right; nobody is logged in yet. `kept`: a form to give back afterwards (access/kept.py)."""
    request.session.cycle_key()
    request.session[PENDING] = {"user": user.pk, "at": time.time(), "next": landing}
    if kept:
        return render(request, "access/login_code.html", {"form": CodeForm(), "kept": kept})
    return redirect("login_code")


@open_to("anybody")
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def login_code(request: HttpRequest) -> HttpResponse:
    """Template context: `form`, `kept`."""
    kept = request.POST.get("kept", "")
    pending: dict[str, Any] = request.session.get(PENDING) or {}
    user = User.objects.filter(pk=pending.get("user"), is_active=True).first()
    if user is None or time.time() - pending["at"] > PATIENCE:
        request.session.pop(PENDING, None)
        messages.warning(request, "Log in again: the code was not entered in time.")
        return redirect("login")
    form, status = CodeForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            right = check_code(request, user, form.cleaned_data["code"])
        except LockedOut as error:
            form.add_error(None, str(error))
            status = 429
        else:
            if right:
                landing = pending["next"]
                login(request, user, backend="portal.access.backend.UsernameBackend")
                request.session.pop(PENDING, None)
                return give_back(request, kept) or redirect(landing)
            form.add_error("code", services.WRONG)
            status = 401
    return render(request, "access/login_code.html", {"form": form, "kept": kept}, status=status)


@open_to("signed_in")
@never_cache
@sensitive_post_parameters("code", "password")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Template context: on, form, picture and key (while it is off), codes (once, after it was put in force)."""
    user = request.user
    assert isinstance(user, User)
    if not (user.is_server_administrator or link_keys(user)):
        return redirect("/my/")  # administrators only
    if services.confirmed(user):
        return _end(request, user)
    factor = services.begin(user)
    form = CodeForm(request.POST or None)
    context: dict[str, Any] = {"on": False, "form": form, "key": factor.key}
    if request.method == "POST" and form.is_valid():
        try:
            codes = services.confirm(user, form.cleaned_data["code"], by=by_request(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return render(request, "access/second_factor.html", {"on": True, "codes": codes, "form": PasswordForm()})
    # segno's own drawing of our own text: nothing in it was typed by anybody but the login name, inside the modules
    context["picture"] = mark_safe(services.picture(factor))  # noqa: S308
    return render(request, "access/second_factor.html", context, status=422 if form.errors else 200)


def _end(request: HttpRequest, user: User) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if user.check_password(form.cleaned_data["password"]):
            services.forget(user, by=by_request(request))
            messages.success(request, "Logging in asks for the password alone again.")
            return redirect("second_factor")
        form.add_error("password", "This is not your current password.")
    return render(request, "access/second_factor.html", {"on": True, "form": form}, status=422 if form.errors else 200)
