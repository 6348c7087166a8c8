"""Business > Contact Information (S03-08): view, modify, Start Over, Update."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache

from portal.access.guard import requires_link
from portal.business.contact_information import services
from portal.business.contact_information.models import FIELDS, ContactInformation
from portal.pages import conflict
from portal.pages.page import AdminPage, Section
from portal.pages.views import ModifyView
from portal.publish.change import Change, by_request


class ContactInformationForm(forms.ModelForm):
    class Meta:
        model = ContactInformation
        fields = FIELDS

    def __init__(self, data: Any = None, *, instance: ContactInformation) -> None:
        super().__init__(data, instance=ContactInformation(pk=instance.pk), initial=_values(instance))


def _values(row: ContactInformation) -> dict[str, str]:
    return {name: getattr(row, name) for name in FIELDS}


def form(data: Any, row: ContactInformation) -> ContactInformationForm:
    return ContactInformationForm(data, instance=row)


def modify(request: HttpRequest, row: ContactInformation, form: forms.Form, seen: int) -> Change:
    values = {name: form.cleaned_data[name] for name in FIELDS}
    return services.modify_contact_information(values, seen=seen, by=by_request(request))


PAGE = AdminPage(
    name="business.contact_information",
    path="contact-information/",
    menu="Business",
    title="Contact Information",
    singular="contact information",
    icon="person",
    rows=ContactInformation.objects.all,
    columns=(),
    order=("pk",),
    modify_link="business.contact_information.modify",
    form=form,
    sections=(Section("", FIELDS, "Everything is optional."),),
    modify=modify,
)


class ModifyContactInformationView(ModifyView):
    """There is one row. `?start-over` shows the form cleared for re-entry; nothing is saved until Update."""

    template = "business/contact_information/form.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().dispatch(request, pk=1)

    def fresh(self, row: ContactInformation) -> HttpResponse:
        if "start-over" not in self.request.GET:
            return super().fresh(row)
        empty = ContactInformationForm(instance=ContactInformation(pk=row.pk))
        return self.answer(empty, row=row, original=conflict.sign(self.form(row=row)), started_over=True)


@requires_link(PAGE.name)
@never_cache
def contact_information(request: HttpRequest) -> HttpResponse:
    """Template context: page, row, facts ((label, value) pairs)."""
    row = services.current()
    facts = [(row._meta.get_field(name).verbose_name, getattr(row, name)) for name in FIELDS if name != "home_page"]
    context = {"page": PAGE, "row": row, "facts": facts, "empty": not any(_values(row).values())}
    return render(request, "business/contact_information/view.html", context)


urlpatterns: list[URLPattern] = [
    path("contact-information/", contact_information, name="business.contact_information"),
    path(
        "contact-information/modify/",
        requires_link(PAGE.modify_link)(ModifyContactInformationView.as_view(page=PAGE)),
        name="business.contact_information.modify",
    ),
]
