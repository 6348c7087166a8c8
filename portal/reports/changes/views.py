"""Reports > Changes: the list with its filters, the export of what it shows, the retention."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.access.guard import requires_link
from portal.audit.models import AuditRetention
from portal.audit.retention import retention, set_retention
from portal.pages import tables
from portal.pages.views import ListView
from portal.publish.change import by_request
from portal.publish.errors import Conflict
from portal.reports.changes.export import DIALECTS, lines
from portal.reports.changes.page import PAGE, page


class ChangesView(ListView):
    """Adds to the context: `query` (of the export, as the list is filtered), `days` (how long changes are kept)."""

    template = "reports/changes/list.html"

    def extra(self) -> dict[str, Any]:
        return {"query": self.request.GET.urlencode(), "days": retention().days}


@requires_link("reports.changes")
@require_safe
def changes(request: HttpRequest) -> HttpResponseBase:
    return ChangesView.as_view(page=page())(request)


@requires_link("reports.changes.export")
@require_safe
def export(request: HttpRequest, kind: str) -> StreamingHttpResponse:
    """What the list shows, all screens of it."""
    if kind not in DIALECTS:
        raise Http404("There is no such export.")
    entries = tables.matching(page(), request).order_by("-id")
    response = StreamingHttpResponse(lines(entries, kind), content_type=f"{DIALECTS[kind][1]}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="changes.{kind}"'
    return response


class RetentionForm(forms.Form):
    days = forms.IntegerField(
        label="Keep for (days)",
        min_value=AuditRetention.SHORTEST,
        max_value=AuditRetention.LONGEST,
        help_text=f"{AuditRetention.SHORTEST} to {AuditRetention.LONGEST}. What is older is deleted in the night.",
    )


@requires_link("reports.changes.retention")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def modify_retention(request: HttpRequest) -> HttpResponse:
    """Template context: page, form, version."""
    row = retention()
    form = RetentionForm(request.POST or None, initial={"days": row.days})
    if request.method == "POST" and form.is_valid():
        seen = request.POST.get("row_version", "")
        try:
            work = set_retention(
                form.cleaned_data["days"], by=by_request(request), seen=int(seen) if seen.isdigit() else None
            )
        except ValidationError as error:
            form.add_error(None, error)
        except Conflict as error:
            form.add_error(None, str(error))
            row = retention()
        else:
            messages.success(request, work.outcome)
            return redirect(PAGE.name)
    status = 422 if form.is_bound else 200
    context = {"page": PAGE, "form": form, "version": row.row_version}
    return render(request, "reports/changes/retention.html", context, status=status)
