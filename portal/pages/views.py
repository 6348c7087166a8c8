"""The four views of an AdminPage: list, add, modify, delete. A slice that needs more passes a subclass.

Every view is wrapped in the link guard by `portal/pages/urls.py`. All of them answer with Cache-Control:
no-store, so a browser's Back button never shows rows from before a change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.views import View

from portal.access.guard import allowed_links
from portal.audit.models import AuditEntry
from portal.pages import conflict, tables
from portal.pages.findings import at_fields
from portal.pages.page import AdminPage, Section
from portal.publish.errors import Conflict, Reason, Refused


class Gone(Exception):
    """The row was deleted since the person saw it; the text is a sentence."""


class PageView(View):
    page: AdminPage = None  # type: ignore[assignment]  # as_view() insists on a class attribute
    template: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = super().dispatch(request, *args, **kwargs)
        except Gone as error:
            messages.warning(request, str(error))
            response = redirect(self.list_url())
        add_never_cache_headers(response)
        patch_vary_headers(response, ["HX-Request"])
        return response  # type: ignore[return-value]

    def show(self, context: Mapping[str, Any], *, template: str = "", status: int = 200) -> HttpResponse:
        return render(self.request, template or self.template, {"page": self.page, **context}, status=status)

    def list_url(self) -> str:
        return reverse(self.page.name)

    def row(self, pk: int) -> Any:
        """Raises Gone: then the answer is the list, with a sentence."""
        found = (self.page.objects or self.page.rows)().filter(pk=pk).first()
        if found is None:
            raise Gone(f"This {self.page.singular} does not exist any more: somebody deleted it.")
        return found


class ListView(PageView):
    template = "pages/list.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        links = allowed_links(request)
        context = {"table": tables.build(self.page, request, links), "adds": self.adds(links), **self.extra()}
        partial = bool(request.headers.get("HX-Request")) and not request.headers.get("HX-History-Restore-Request")
        return self.show(context, template="pages/table.html" if partial else "")

    def adds(self, links: frozenset[str]) -> tuple[dict[str, str], ...]:
        """What may be added: buttons above the table and in an empty one."""
        if not self.page.add_link or self.page.add_link not in links:
            return ()
        return ({"title": self.page.add_title, "url": reverse(f"{self.page.name}.add")},)

    def extra(self) -> dict[str, Any]:
        return {}


class FormView(PageView):
    """What add and modify share: show the form, and say at the field what is wrong with it."""

    template = "pages/form.html"

    def form(self, data: Any = None, row: Any = None) -> forms.Form:
        assert self.page.form is not None
        return self.page.form(data, row)

    def answer(self, form: forms.Form, *, row: Any = None, original: str = "", **context: Any) -> HttpResponse:
        found = at_fields(form, self.request.path) if row is not None else ()
        refused = bool(context.get("refused") or context.get("conflict"))
        wrong = form.is_bound and bool(form.errors)
        return self.show(
            {
                "form": form,
                "row": row,
                "label": self.page.label(row) if row else "",
                "version": self.page.version(row) if row else "",
                "original": original,
                "sections": _sections(self.page.sections, form),
                "list_url": self.list_url(),
                "delete_url": self.delete_url(row),
                "findings": found,
                **context,
            },
            status=409 if refused else 422 if wrong else 200,
        )

    def delete_url(self, row: Any) -> str:
        if row is None or not self.page.may_delete(row) or self.page.delete_link not in allowed_links(self.request):
            return ""
        return reverse(f"{self.page.name}.delete", args=[row.pk])

    def done(self, row: Any, outcome: str) -> HttpResponse:
        messages.success(self.request, outcome)
        return redirect(self.list_url())


class AddView(FormView):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer(self.form())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST)
        if form.is_valid():
            assert self.page.add is not None
            try:
                row, change = self.page.add(request, form)
            except ValidationError as error:
                form.add_error(None, error)
            except Refused as error:
                return self.answer(form, refused=error.reasons)
            else:
                return self.done(row, f"{self.page.label(row)} was added. {change.outcome}")
        return self.answer(form)


class ModifyView(FormView):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.fresh(self.row(pk))

    def fresh(self, row: Any) -> HttpResponse:
        form = self.form(row=row)
        return self.answer(form, row=row, original=conflict.sign(form))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self.row(pk)
        original, seen = request.POST.get("original", ""), request.POST.get("row_version", "")
        form = self.form(request.POST, row)
        if not seen.isdigit():
            return self.fresh(row)
        base = conflict.unsign(original)
        if int(seen) != self.page.version(row):  # known before anything is checked: an error must not hide it
            if conflict.merge(base, form, self.form(row=row))[1]:
                return self.compare(form, row, base)
            seen = str(self.page.version(row))  # what somebody else saved is not on this form
        if form.is_valid():
            assert self.page.modify is not None
            try:
                change = self.page.modify(request, row, form, int(seen))
            except ValidationError as error:
                form.add_error(None, error)
            except Refused as error:
                return self.answer(form, row=row, original=original, refused=error.reasons)
            except Conflict:
                return self.compare(form, self.row(pk), base)
            else:
                return self.done(row, change.outcome)
        return self.answer(form, row=row, original=original)

    def compare(self, form: forms.Form, row: Any, base: Mapping[str, str]) -> HttpResponse:
        """Somebody saved in between: the form again, with what both have done (portal/pages/conflict.py)."""
        now = self.form(row=row)
        data, notes = conflict.merge(base, form, now)
        again = self.form(data, row)
        for field in again.fields.values():
            if isinstance(field.widget, forms.PasswordInput):
                field.widget.render_value = True  # typed seconds ago by this person: it is not to be lost
        who = AuditEntry.objects.filter(kind=str(row._meta.verbose_name), object_id=str(row.pk))
        name = who.values_list("actor_name", flat=True).first() or "somebody else"
        return self.answer(again, row=row, original=conflict.sign(now), notes=notes, conflict=name)


class DeleteView(PageView):
    template = "pages/delete.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.confirm(self.row(pk))

    def confirm(self, row: Any, refused: tuple[Reason, ...] = (), status: int = 200) -> HttpResponse:
        context = {
            "row": row,
            "label": self.page.label(row),
            "version": self.page.version(row),
            "uses": self.page.uses(row),
            "list_url": self.list_url(),
            "refused": refused,
        }
        return self.show(context, status=status)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self.row(pk)
        seen = request.POST.get("row_version", "")
        label = self.page.label(row)
        assert self.page.delete is not None
        try:
            change = self.page.delete(request, row, int(seen) if seen.isdigit() else self.page.version(row))
        except Conflict:
            row = self.row(pk)
            messages.warning(request, f"{label} was changed by somebody else since you opened this page. Look again.")
            return self.confirm(row, status=409)
        except ValidationError as error:
            return self.confirm(row, tuple(Reason(text) for text in error.messages), status=409)
        except Refused as error:
            return self.confirm(row, error.reasons, status=409)
        messages.success(request, f"{label} was deleted. {change.outcome}")
        return redirect(self.list_url())


def _sections(sections: tuple[Section, ...], form: forms.Form) -> list[dict[str, Any]]:
    """The form's fields by section; a field that no section names comes last, so none can be forgotten."""
    named = {name for section in sections for name in section.fields}
    found = [
        {"title": s.title, "text": s.text, "fields": [form[name] for name in s.fields if name in form.fields]}
        for s in sections
    ]
    rest = [form[name] for name in form.fields if name not in named]
    if rest:
        found.append({"title": "", "text": "", "fields": rest})
    return [section for section in found if section["fields"]]
