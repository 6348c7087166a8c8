"""Password and PIN."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal.business.users import services
from portal.my_manager.person import own_page, person
from portal.my_manager.secrets.forms import OwnSecretsForm
from portal.publish.change import by_request


@own_page
@sensitive_post_parameters("old_password", "new_password", "confirm_password", "new_pin", "confirm_pin")
@require_http_methods(["GET", "HEAD", "POST"])
def secrets(request: HttpRequest) -> HttpResponse:
    """Template context: form. Other sessions of this person end with the old password; this one goes on."""
    user = person(request)
    form = OwnSecretsForm(request.POST or None, user=user, request=request)
    if request.method == "POST" and form.is_valid():
        password, pin = form.cleaned_data["new_password"], form.cleaned_data["new_pin"]
        try:
            changed, _ = services.change_own_secrets(user, password=password, pin=pin, by=by_request(request))
        except ValidationError as error:
            form.add_error(None, error.messages)  # type: ignore[arg-type]
        else:
            update_session_auth_hash(request, changed)
            what = " and ".join(word for word, new in (("password", password), ("PIN", pin)) if new)
            messages.success(request, f"Your new {what} counts from now on.")
            return redirect("my_manager.secrets")
    return render(request, "my_manager/secrets.html", {"form": form}, status=422 if form.errors else 200)
