"""Business > Users > Bulk Edit: many users at once, and the CSV table there and back."""

from __future__ import annotations

import zlib

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.access.guard import requires_link
from portal.business.users import bulk, table
from portal.business.users.bulk_forms import BulkForm, ImportForm
from portal.business.users.page import PAGE, one
from portal.publish.change import by_request
from portal.publish.errors import Refused
from telephony.messages.sealed import sealer

LINK = "business.users.bulk_edit"
UPLOAD_LIVES = 3600  # seconds between looking at an import and confirming it


@requires_link(LINK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bulk_edit(request: HttpRequest) -> HttpResponse:
    """Template context: page, form, import_form, people (user, ticked), refused."""
    form = BulkForm(request.POST if request.method == "POST" else None)
    refused = ()
    if request.method == "POST" and form.is_valid():
        template = form.cleaned_data["template"]
        try:
            change = bulk.edit(
                list(form.cleaned_data["users"]),
                form.values(),
                template_id=template.pk if template else None,
                how=(form.cleaned_data["how"] or "merge") if template else None,
                by=by_request(request),
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
        except Refused as error:
            refused = error.reasons
        else:
            messages.success(request, f"{len(form.cleaned_data['users'])} users were changed. {change.outcome}")
            return redirect(PAGE.name)
    ticked = set(request.POST.getlist("users"))
    people = [(user, str(user.pk) in ticked) for user in one().filter(is_server_administrator=False)]
    context = {"page": PAGE, "form": form, "import_form": ImportForm(), "people": people, "refused": refused}
    return render(
        request, "business/users/bulk_edit.html", context, status=422 if form.errors else 409 if refused else 200
    )


@requires_link(LINK)
@never_cache
@require_safe
def export_csv(request: HttpRequest) -> HttpResponse:
    users = one().filter(is_server_administrator=False)
    answer = HttpResponse(table.write(users), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="users.csv"'
    return answer


@requires_link(LINK)
@never_cache
@sensitive_post_parameters("upload")
@require_POST
def import_csv(request: HttpRequest) -> HttpResponse:
    """First the file (preview), then `upload` (the same file, sealed) to do it. Template context: page, plan, upload,
    error, refused."""
    context = {"page": PAGE}
    try:
        confirmed = "upload" in request.POST
        data = _unsealed(request.POST["upload"]) if confirmed else _uploaded(request)
        rows = table.read(data)
        if confirmed:
            plan, change = bulk.import_table(rows, by=by_request(request))
            if change is not None:
                done = f"{plan.count('add')} users were added, {plan.count('modify')} changed. {change.outcome}"
                messages.success(request, done)
                return redirect(PAGE.name)
        else:
            plan = bulk.preview(rows, by=by_request(request))
    except ValidationError as error:
        return render(request, "business/users/import.html", {**context, "error": error.messages}, status=422)
    except Refused as error:
        return render(request, "business/users/import.html", {**context, "refused": error.reasons}, status=409)
    context |= {"plan": plan, "upload": "" if plan.wrong else _sealed(data)}
    return render(request, "business/users/import.html", context, status=422 if plan.wrong else 200)


def _uploaded(request: HttpRequest) -> bytes:
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        raise ValidationError([str(sentence) for sentences in form.errors.values() for sentence in sentences])
    file = form.cleaned_data["file"]
    return bytes(file.read(table.MOST_BYTES + 1))


def _sealed(data: bytes) -> str:
    """The file holds passwords, so it goes through the browser encrypted, and not for long."""
    return sealer(settings.INSTANCE.keys, "secrets").encrypt(zlib.compress(data)).decode()


def _unsealed(text: str) -> bytes:
    try:
        packed = sealer(settings.INSTANCE.keys, "secrets").decrypt(text.encode(), ttl=UPLOAD_LIVES)
    except InvalidToken as error:
        raise ValidationError("This preview is too old. Choose the file again.") from error
    return zlib.decompress(packed)
