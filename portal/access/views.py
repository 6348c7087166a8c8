"""Log in, log out, change one's own password and PIN."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from portal.access.forms import ChangeSecretsForm, LoginForm
from portal.access.guard import link_keys, open_to
from portal.access.kept import give_back
from portal.access.lockout import LockedOut, check_login
from portal.access.second_factor import services as second_factor
from portal.access.second_factor.views import ask_for_code
from portal.business.users import services
from portal.business.users.models import User
from portal.publish.change import by_request


@open_to("anybody")
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Template context: `form`, `next`, `kept` and `said` (kept.py)."""
    if request.user.is_authenticated:
        return redirect("/")
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    kept = request.POST.get("kept", "")
    form = LoginForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            user = check_login(request, via="page", **form.cleaned_data)
        except LockedOut as error:
            form.add_error(None, str(error))
            status = 429
        else:
            if user is not None and second_factor.confirmed(user):
                return ask_for_code(request, user, _landing(request, user, wanted), kept)
            if user is not None:
                login(request, user, backend="portal.access.backend.UsernameBackend")
                again = None if user.must_change else give_back(request, kept)
                return again or redirect(_landing(request, user, wanted))
            form.add_error(None, "Login name or password is wrong.")
            status = 401
    return render(request, "access/login.html", {"form": form, "next": wanted, "kept": kept}, status=status)


def _landing(request: HttpRequest, user: User, wanted: str) -> str:
    """Back to the page that asked for the login; else Home, or My Allworx Manager without a role (S02-11)."""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return "/" if user.must_change or link_keys(user) else "/my/"


@open_to("anybody")
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("/login/")


@open_to("signed_in")
@never_cache
@sensitive_post_parameters("old_password", "new_password", "confirm_password", "new_pin", "confirm_pin")
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Template context: `form`, `forced`."""
    user = request.user
    assert isinstance(user, User)
    form = ChangeSecretsForm(request.POST or None, user=user, request=request)
    if request.method == "POST" and form.is_valid():
        try:
            changed, _ = services.change_own_secrets(
                user,
                password=form.cleaned_data.get("new_password"),
                pin=form.cleaned_data.get("new_pin"),
                by=by_request(request),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            update_session_auth_hash(request, changed)
            messages.success(request, "Saved.")
            return redirect(_landing(request, changed, ""))
    return render(request, "access/change_password.html", {"form": form, "forced": user.must_change})
