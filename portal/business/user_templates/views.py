"""View, Modify and Copy of a template."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from portal.access.guard import requires_link
from portal.business.user_templates import services
from portal.business.user_templates.models import UserTemplate
from portal.pages.views import DeleteView, ModifyView
from portal.publish.change import by_request

SHOWN = 100  # users named below a template


class TemplateView(ModifyView):
    """View with the section *Template Last Applied To Users*; for all but the default also Modify (S09-02)."""

    template = "business/user_templates/form.html"

    def answer(self, form: forms.Form, *, row: Any = None, original: str = "", **context: Any) -> HttpResponse:
        users = list(row.users.order_by("last_name", "first_name", "username")[:SHOWN])
        return super().answer(form, row=row, original=original, users=users, fixed=row.is_default, **context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        _refuse_default(self.row(pk))
        return super().post(request, pk)

    def delete_url(self, row: Any) -> str:
        return "" if row.is_default else super().delete_url(row)


class DeleteTemplateView(DeleteView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if UserTemplate.objects.filter(pk=kwargs["pk"], is_default=True).exists():
            raise PermissionDenied(services.DEFAULT_STAYS)
        return super().dispatch(request, *args, **kwargs)


@requires_link("business.users.templates.copy")
@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Goes to the copy. By htmx: tell the browser to go there."""
    source = get_object_or_404(UserTemplate, pk=pk)
    template, change = services.copy_template(source, by=by_request(request))
    messages.success(request, f"{template} was added. {change.outcome}")
    url = reverse("business.user_templates.modify", args=[template.pk])
    return HttpResponse(headers={"HX-Redirect": url}) if request.headers.get("HX-Request") else redirect(url)


def _refuse_default(template: UserTemplate) -> None:
    """S09-44: forged requests fail."""
    if template.is_default:
        raise PermissionDenied(services.DEFAULT_STAYS)
