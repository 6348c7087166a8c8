"""Business > Message Aliases: list, add of a user or a group, modify, delete (S15-05..S15-07)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse

from portal.access.guard import requires_link
from portal.business.message_aliases import services
from portal.business.message_aliases.models import MessageAlias
from portal.business.users.models import User
from portal.pages.page import Action, AdminPage, Column, Linked
from portal.pages.urls import page_urls
from portal.pages.views import AddView, ListView
from portal.publish.change import Change, by_request

ADDRESSES_HINT = "One or more email addresses, one a line."


def _inboxes() -> QuerySet[User]:
    return User.objects.filter(is_active=True, is_server_administrator=False)


class _AliasForm(forms.Form):
    """`message_center` is a user's key, or "" for no copy."""

    message_center = forms.ChoiceField(
        label="Message Center Alias",
        required=False,
        help_text="Keeps a copy on the server, where it counts for the quota.",
    )
    addresses = forms.CharField(
        label="Addresses", max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}), help_text=ADDRESSES_HINT
    )

    def __init__(self, data: Any = None, *, instance: MessageAlias | None = None) -> None:
        super().__init__(data, initial=self.shown(instance) if instance else None)
        self.instance = instance

    def shown(self, alias: MessageAlias) -> dict[str, Any]:
        return {"addresses": alias.addresses}

    def values(self) -> services.AliasValues:
        raise NotImplementedError("a user alias or a group alias")


class UserAliasForm(_AliasForm):
    user = forms.ModelChoiceField(label="User", queryset=User.objects.none(), empty_label="choose a user")
    field_order = ("user", "message_center", "addresses")

    def __init__(self, data: Any = None, *, instance: MessageAlias | None = None) -> None:
        super().__init__(data, instance=instance)
        free = _inboxes().filter(message_alias__isnull=True)
        if instance and instance.user_id:
            free |= _inboxes().filter(pk=instance.user_id)
        self.fields["user"].queryset = free  # type: ignore[attr-defined]
        self.fields["message_center"].choices = [("", "no copy"), ("keep", "Message Center")]  # type: ignore[attr-defined]

    def shown(self, alias: MessageAlias) -> dict[str, Any]:
        return {
            **super().shown(alias),
            "user": alias.user_id,
            "message_center": "keep" if alias.message_center_id else "",
        }

    def values(self) -> services.AliasValues:
        sent = self.cleaned_data
        return services.AliasValues(
            user=sent["user"],
            message_center=sent["user"] if sent["message_center"] else None,
            addresses=services.split_addresses(sent["addresses"]),
        )


class GroupAliasForm(_AliasForm):
    group = forms.CharField(
        label="Group", max_length=64, help_text="The part of its address before the @, such as Sales."
    )
    field_order = ("group", "message_center", "addresses")

    def __init__(self, data: Any = None, *, instance: MessageAlias | None = None) -> None:
        super().__init__(data, instance=instance)
        choices = [("", "no copy"), *((str(user.pk), f"Message Center of {user.label}") for user in _inboxes())]
        self.fields["message_center"].choices = choices  # type: ignore[attr-defined]

    def shown(self, alias: MessageAlias) -> dict[str, Any]:
        return {**super().shown(alias), "group": alias.group, "message_center": str(alias.message_center_id or "")}

    def values(self) -> services.AliasValues:
        sent = self.cleaned_data
        keeper = _inboxes().filter(pk=sent["message_center"]).first() if sent["message_center"] else None
        return services.AliasValues(
            group=sent["group"], message_center=keeper, addresses=services.split_addresses(sent["addresses"])
        )


def form(data: Any, row: MessageAlias | None) -> _AliasForm:
    return GroupAliasForm(data, instance=row) if row and row.is_group else UserAliasForm(data, instance=row)


def group_form(data: Any, row: None) -> _AliasForm:
    return GroupAliasForm(data)


def add(request: HttpRequest, form: forms.Form) -> tuple[MessageAlias, Change]:
    assert isinstance(form, _AliasForm)
    alias, change = services.add_alias(form.values(), by=by_request(request))
    warn(request, alias)
    return alias, change


def modify(request: HttpRequest, alias: MessageAlias, form: forms.Form, seen: int) -> Change:
    assert isinstance(form, _AliasForm)
    change = services.modify_alias(alias, form.values(), seen=seen, by=by_request(request))
    alias.refresh_from_db()
    warn(request, alias)
    return change


def delete(request: HttpRequest, alias: MessageAlias, seen: int) -> Change:
    return services.delete_alias(alias, seen=seen, by=by_request(request))


def warn(request: HttpRequest, alias: MessageAlias) -> None:
    for sentence in services.warnings(alias):
        messages.warning(request, sentence)


def _keeps(alias: MessageAlias) -> str:
    if alias.message_center is None:
        return ""
    return f"Message Center of {alias.message_center.label}" if alias.is_group else "Message Center"


def _name(alias: MessageAlias) -> Linked:
    return Linked(
        str(alias), reverse("business.message_aliases.modify", args=[alias.pk]), "business.message_aliases.modify"
    )


PAGE = AdminPage(
    name="business.message_aliases",
    path="message-aliases/",
    menu="Business",
    title="Message Aliases",
    singular="message alias",
    plural="message aliases",
    icon="voicemail",
    lead="Where voicemail and email of a user or a group are sent. Aliases are kept and checked now; this system does "
    "not send mail yet, so until it does every message stays in the user's inbox.",
    rows=lambda: MessageAlias.objects.select_related("user", "message_center"),
    order=("group", "user__last_name", "user__first_name", "user__username"),
    columns=(
        Column("User/Group", _name, template="pages/cells/link.html"),
        Column("Type", lambda row: "Group" if row.is_group else "User"),
        Column("Message Center Alias", _keeps),
        Column("Addresses", lambda row: ", ".join(row.addresses.splitlines())),
    ),
    search=(
        "group__icontains",
        "user__username__icontains",
        "user__first_name__icontains",
        "user__last_name__icontains",
        "addresses__icontains",
    ),
    search_hint="Name or address",
    actions=(
        Action(
            "Modify",
            "edit",
            "business.message_aliases.modify",
            lambda row: reverse("business.message_aliases.modify", args=[row.pk]),
        ),
        Action(
            "Delete",
            "trash",
            "business.message_aliases.delete",
            lambda row: reverse("business.message_aliases.delete", args=[row.pk]),
            danger=True,
        ),
    ),
    empty_title="No message aliases yet",
    empty_text="An alias sends the messages of a user, or of a group such as Sales, to other email addresses.",
    add_link="business.message_aliases.add",
    add_title="add new alias of a user",
    modify_link="business.message_aliases.modify",
    delete_link="business.message_aliases.delete",
    form=form,
    add=add,
    modify=modify,
    delete=delete,
    delete_text="Messages stay in the inbox again.",
)
GROUP_PAGE = replace(PAGE, form=group_form, add_title="add new alias of a group")


class MessageAliasesView(ListView):
    def adds(self, links: frozenset[str]) -> tuple[dict[str, str], ...]:
        group = {"title": GROUP_PAGE.add_title, "url": reverse("business.message_aliases.add_group")}
        found = super().adds(links)
        return (*found, group) if found else ()


urlpatterns: list[URLPattern] = [
    *page_urls(PAGE, list_view=MessageAliasesView),
    path(
        "message-aliases/add-group/",
        requires_link(PAGE.add_link)(AddView.as_view(page=GROUP_PAGE)),
        name="business.message_aliases.add_group",
    ),
]
