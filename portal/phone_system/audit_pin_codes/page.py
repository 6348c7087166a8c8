"""Phone System > Audit PIN Codes (S14-34..S14-40)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from portal.access.forms import new_password_field
from portal.access.guard import requires_link
from portal.pages.page import Action, AdminPage, Column, Linked, Section
from portal.pages.urls import page_urls
from portal.pages.views import ListView, ModifyView
from portal.phone_system.audit_pin_codes import services
from portal.phone_system.audit_pin_codes.models import AuditPinCode, AuditPinSettings
from portal.publish.change import Change, by_request
from portal.publish.errors import Refused

NAME = "phone_system.audit_pin_codes"


class CodeForm(forms.Form):
    pin = new_password_field("PIN code")
    description = forms.CharField(label="PIN Code Description", max_length=64, help_text="Whose it is, or what for.")

    def __init__(self, data: Any = None, *, instance: AuditPinCode | None = None) -> None:
        super().__init__(data, initial={"description": instance.description} if instance else None)
        field, length = self.fields["pin"], services.audit_settings().length
        field.required = instance is None
        field.help_text = f"Exactly {length} digits." if instance is None else "Leave empty to keep it."


class DialingRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = AuditPinSettings
        fields = ("length", "group")

    def __init__(self, data: Any = None, *, instance: AuditPinSettings | None = None) -> None:
        super().__init__(data, instance=instance)
        self.fields["group"].empty_label = "As the external dialing rules say"  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """The service fills and checks the row, under the lock; nothing is written into the one that was read."""


def form(data: Any, row: AuditPinCode | None) -> CodeForm:
    return CodeForm(data, instance=row)


def add(request: HttpRequest, form: forms.Form) -> tuple[AuditPinCode, Change]:
    return services.add_code(form.cleaned_data, by=by_request(request))


def modify(request: HttpRequest, row: AuditPinCode, form: forms.Form, seen: int) -> Change:
    return services.modify_code(row, form.cleaned_data, seen=seen, by=by_request(request))


def delete(request: HttpRequest, row: AuditPinCode, seen: int) -> Change:
    return services.delete_code(row, seen=seen, by=by_request(request))


def _url(name: str) -> Callable[[AuditPinCode], str]:
    return lambda row: reverse(name, args=[row.pk])


PAGE = AdminPage(
    name=NAME,
    path="audit-pin-codes/",
    menu="Phone System",
    title="Audit PIN Codes",
    singular="audit PIN code",
    plural="audit PIN codes",
    icon="list",
    lead="Who calls the outside with a code is named in the call's record, whatever telephone was used.",
    rows=AuditPinCode.objects.all,
    order=("description",),
    columns=(
        Column(
            "PIN Code Description",
            lambda row: Linked(row.description, _url(f"{NAME}.modify")(row), f"{NAME}.modify"),
            sort=("description",),
            template="pages/cells/link.html",
        ),
    ),
    search=("description__icontains",),
    search_hint="Description",
    actions=(
        Action("Modify", "edit", f"{NAME}.modify", _url(f"{NAME}.modify")),
        Action("Delete", "trash", f"{NAME}.delete", _url(f"{NAME}.delete"), danger=True),
    ),
    empty_title="No audit PIN codes yet",
    empty_text="With a code somebody calls the outside from any telephone, and the record says who it was.",
    add_link=f"{NAME}.add",
    add_title="add new PIN code",
    modify_link=f"{NAME}.modify",
    delete_link=f"{NAME}.delete",
    form=form,
    sections=(Section("", ("pin", "description")),),
    add=add,
    modify=modify,
    delete=delete,
    delete_text="Calls with it are refused from now on, unless codes are not verified.",
)


class CodesView(ListView):
    """Template context besides the list's: audit (AuditPinSettings)."""

    template = "phone_system/audit_pin_codes/list.html"

    def extra(self) -> dict[str, Any]:
        return {"audit": services.audit_settings()}


@requires_link(f"{NAME}.configuration")
@require_POST
def configuration(request: HttpRequest) -> HttpResponse:
    try:
        work = services.set_verification(request.POST.get("verify") == "on", by=by_request(request))
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, work.outcome)
    return redirect(NAME)


def rule_form(data: Any, row: AuditPinSettings | None) -> DialingRuleForm:
    return DialingRuleForm(data, instance=row)


def modify_rule(request: HttpRequest, row: AuditPinSettings, form: forms.Form, seen: int) -> Change:
    return services.set_dialing_rule(**form.cleaned_data, seen=seen, by=by_request(request))


RULE = AdminPage(
    name=f"{NAME}.dialing_rules",
    path="audit-pin-codes/dialing-rule/",
    menu="Phone System › Audit PIN Codes",
    title="Dialing Rules",
    singular="dialing rule",
    icon="list",
    rows=AuditPinSettings.objects.all,
    columns=(),
    order=("pk",),
    modify_link=f"{NAME}.dialing_rules",
    form=rule_form,
    sections=(
        Section(
            "", ("length", "group"),
            "Calls with a code are dialled with the code first: every code has the same number of digits, so that "
            "the number behind it can be told apart. It cannot change while codes are stored.",
        ),
    ),
    modify=modify_rule,
)  # fmt: skip


class RuleView(ModifyView):
    """One row, so no number in its address."""

    template = "phone_system/audit_pin_codes/dialing_rule.html"

    def get(self, request: HttpRequest, pk: int = 1) -> HttpResponse:
        return super().get(request, pk)

    def post(self, request: HttpRequest, pk: int = 1) -> HttpResponse:
        return super().post(request, pk)

    def row(self, pk: int) -> AuditPinSettings:
        return AuditPinSettings.objects.get_or_create(pk=1)[0]

    def list_url(self) -> str:
        return reverse(NAME)


urlpatterns: list[URLPattern] = [
    path("audit-pin-codes/configuration/", configuration, name=f"{NAME}.configuration"),
    path(RULE.path, requires_link(RULE.name)(RuleView.as_view(page=RULE)), name=RULE.name),
    *page_urls(PAGE, list_view=CodesView),
]
