"""Business > Users: list, add, modify, delete (S09-31, S09-34..S09-36, S08-09)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from portal.business.users import services
from portal.business.users.forms import UserForm
from portal.business.users.models import User
from portal.pages.page import Action, AdminPage, Column, Linked, Section, Use
from portal.phone_system.handsets.models import CallAppearance
from portal.publish.change import Change, by_request


def rows() -> QuerySet[User]:
    return User.objects.select_related("extension").prefetch_related("appearances__handset", "groups")


def _extension(user: User) -> Linked:
    extension = getattr(user, "extension", None)
    if extension is None:
        return Linked("")
    url = reverse("phone_system.extensions.view_call_routes", args=[extension.pk])
    return Linked(extension.number, url, "business.users.extension")


def _roles(user: User) -> str:
    if user.is_server_administrator:
        return "Server Administrator"
    return ", ".join(group.name for group in user.groups.all())


def _handsets(user: User) -> str:
    return ", ".join(str(line) for line in user.appearances.all())


def form(data: Any, row: User | None) -> UserForm:
    return UserForm(data, instance=row)


def add(request: HttpRequest, form: forms.Form) -> tuple[User, Change]:
    assert isinstance(form, UserForm)
    return services.add_user(form.new_user(), by=by_request(request))


def modify(request: HttpRequest, user: User, form: forms.Form, seen: int) -> Change:
    assert isinstance(form, UserForm)
    return services.modify_user(user, form.values(), seen=seen, by=by_request(request), **form.secrets())


def delete(request: HttpRequest, user: User, seen: int) -> Change:
    return services.delete_user(user, seen=seen, by=by_request(request))


def uses(user: User) -> Sequence[Use]:
    """S09-36: what goes with the user, and what loses its owner."""
    extension = getattr(user, "extension", None)
    own = (
        [
            Use(
                f"Extension {extension.number} and its call routes are deleted with the user.",
                reverse("phone_system.extensions.view_call_routes", args=[extension.pk]),
            )
        ]
        if extension
        else []
    )
    lines = CallAppearance.objects.filter(owner=user).select_related("handset")
    return own + [
        Use(
            f"Handset {line} ({line.station}) stays, without an owner.",
            reverse("phone_system.handsets.show", args=[line.handset_id]),
        )
        for line in lines
    ]


PAGE = AdminPage(
    name="business.users",
    path="users/",
    menu="Business",
    title="Users",
    singular="user",
    icon="users",
    rows=rows,
    order=("last_name", "first_name", "username"),
    columns=(
        Column(
            "Name",
            lambda row: Linked(row.label, reverse("business.users.modify", args=[row.pk]), "business.users.modify"),
            sort=("last_name", "first_name", "username"),
            template="pages/cells/link.html",
        ),
        Column("Login name", lambda row: row.username, sort=("username",)),
        Column("Extension", _extension, sort=("extension__number",), template="pages/cells/link.html", css="num"),
        Column("Handsets", _handsets),
        Column("Role", _roles),
    ),
    search=(
        "first_name__icontains",
        "middle_name__icontains",
        "last_name__icontains",
        "username__icontains",
        "extension__number__startswith",
    ),
    search_hint="Name, login name or extension",
    actions=(
        Action("Modify", "edit", "business.users.modify", lambda row: reverse("business.users.modify", args=[row.pk])),
        Action(
            "Delete",
            "trash",
            "business.users.delete",
            lambda row: reverse("business.users.delete", args=[row.pk]),
            danger=True,
            when=lambda row: not row.is_server_administrator,
        ),
    ),
    empty_title="No users yet",
    empty_text="A user is a person with an extension, a mailbox and a login of their own.",
    add_link="business.users.add",
    add_title="add new user",
    modify_link="business.users.modify",
    delete_link="business.users.delete",
    form=form,
    sections=(
        Section("Identification", ("first_name", "middle_name", "last_name", "username", "extension")),
        Section(
            "Password and PIN",
            ("password", "confirm_password", "require_password_change", "pin", "confirm_pin", "require_pin_change"),
            "The password is for the browser, the PIN for the keypad of a phone, for example to hear voicemail.",
        ),
        Section(
            "Voicemail",
            ("voicemail_enabled", "max_voicemails", "max_message_seconds", "end_by_silence", "operator_extension"),
        ),
    ),
    add=add,
    modify=modify,
    delete=delete,
    uses=uses,
    delete_text="The login and all settings of this user are gone at once. Call records stay.",
)
