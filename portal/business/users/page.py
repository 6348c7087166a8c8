"""Business > Users: list, add, modify, delete (S09-31, S09-34..S09-37, S08-09)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from portal.access.lockout import locked_accounts
from portal.business.user_templates import sections as template
from portal.business.user_templates.models import UserTemplate
from portal.business.users import leaving, services
from portal.business.users.forms import UserForm, level_names
from portal.business.users.models import LEVELS, User
from portal.business.users.presence import tell
from portal.pages.page import Action, AdminPage, Column, Filter, Linked, Section, State, Use
from portal.phone_system.did_blocks.numbers import numbers_leading_to
from portal.phone_system.handsets.models import CallAppearance
from portal.publish.change import Change, by_request
from telephony import mailbox


def rows() -> QuerySet[User]:
    """Without what only the user's own page shows: its secrets would all be decrypted."""
    listed = User.objects.select_related("extension", "template").prefetch_related("appearances__handset", "groups")
    return listed.defer("smtp_password", "vpn_password", "pop3_password", "notification_levels")


def one() -> QuerySet[User]:
    return User.objects.select_related("extension", "template")


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


def _login(user: User) -> State:
    if getattr(user, "locked", False):
        return State("locked out", "bad")
    return State("to change", "warn") if user.must_change else State("ready", "good")


def attach(users: Sequence[User]) -> None:
    locked = locked_accounts()
    for user in users:
        user.locked = user.username.lower() in locked  # type: ignore[attr-defined]


def add(request: HttpRequest, form: forms.Form) -> tuple[User, Change]:
    assert isinstance(form, UserForm)
    user, change = services.add_user(form.new_user(), by=by_request(request))
    tell(request, user, form.cleaned_data["presence"])
    return user, change


def modify(request: HttpRequest, user: User, form: forms.Form, seen: int) -> Change:
    assert isinstance(form, UserForm)
    change = services.modify_user(user, form.values(), seen=seen, by=by_request(request), **form.more())
    if "presence" in form.changed_data:
        tell(request, user, form.cleaned_data["presence"])
    return change


def delete(request: HttpRequest, user: User, seen: int) -> Change:
    return services.delete_user(user, seen=seen, by=by_request(request))


def uses(user: User) -> Sequence[Use]:
    """S09-36: what goes with the user, what loses its owner, and what pointed there."""
    found: list[Use] = []
    extension = getattr(user, "extension", None)
    if extension is not None:
        routes = reverse("phone_system.extensions.view_call_routes", args=[extension.pk])
        found.append(Use(f"Extension {extension.number} and its call routes are deleted with the user.", routes))
        for route in leaving.pointing_at(extension.number).select_related("extension"):
            name = route.get_presence_display()
            url = reverse("phone_system.extensions.view_call_routes", args=[route.extension_id])
            found.append(
                Use(f"Extension {route.extension.number} ({name}) rings it or ends at it; it no longer will.", url)
            )
        found += [Use(text, url) for text, url in numbers_leading_to(extension.number)]
    if count := mailbox.counts(settings.INSTANCE.mail, user.pk).total:
        found.append(
            Use(f"{count} voicemail message{'s' if count > 1 else ''} and all e-mail in the inbox are deleted.")
        )
    if count := leaving.recordings(user.pk):
        found.append(Use(f"{count} call recording{'s' if count > 1 else ''} are deleted."))
    if names := ", ".join(group.name for group in user.groups.all()):
        found.append(Use(f"The role is free again: {names}."))
    lines = CallAppearance.objects.filter(owner=user).select_related("handset")
    return found + [
        Use(f"Handset {line} ({line.station}) stays, without an owner.",
            reverse("phone_system.handsets.show", args=[line.handset_id]))
        for line in lines
    ]  # fmt: skip


def by_template(rows: QuerySet[User], value: str) -> QuerySet[User]:
    return rows.filter(template_id=int(value)) if value.isdigit() else rows


def template_filter() -> Filter:
    """Its choices are rows, so it is made for each request."""
    names = tuple((str(pk), name) for pk, name in UserTemplate.objects.values_list("pk", "name"))
    return Filter("template", "Template", (("", "all"), *names), by_template)


TEMPLATE_COLUMN = Column("Template last applied", lambda row: row.template_label, sort=("template__name",))
USER_TEMPLATE = "User template"
LEVEL_FIELDS = tuple(name for number in range(1, LEVELS + 1) for name in level_names(number))  # shown as a table
NOTIFICATION = "Voicemail notification and escalation"
SECTIONS = (
    Section("Identification", ("first_name", "middle_name", "last_name", "username", "extension")),
    Section(
        "Password and PIN",
        ("password", "confirm_password", "require_password_change", "pin", "confirm_pin", "require_pin_change"),
        "The password is for the browser, the PIN for the keypad of a phone, for example to hear voicemail.",
    ),
    Section("Phone and presence", ("phone", "presence", "no_message_in"),
            "Each presence has a call route of its own. The ticked ones play the greeting and take no message, "
            "as soon as greetings have their own page."),
    Section("Roles", ("roles",), "Rights on these pages. Without a role a person sees My Allworx Manager only."),
    Section(USER_TEMPLATE, ("template", "applied"),
            "Set takes every setting below from the template; Merge keeps those that differ from the template "
            "applied last, marked with !. Nothing is saved before the button at the end of the page."),
    template.VOICEMAIL,
    template.PERMISSIONS,
    template.CALLER_ID,
    template.DELEGATION,
    template.ELIGIBILITY,
    replace(template.FOLLOW_ME, fields=(*template.FOLLOW_ME.fields, "primary_phone")),
    template.ATTENDANT_MENU,
    Section(NOTIFICATION, ("notification_mode", *LEVEL_FIELDS),
            "Who is told when a message is left, by e-mail or text. It takes effect when the mail service runs."),
    Section("Email forwarding: own SMTP account",
            ("smtp_server", "smtp_port", "smtp_encryption", "smtp_username", "smtp_password"),
            "Used for this person's mail instead of the system's account. It takes effect with the mail service, and "
            "only while a system account is set up."),
    replace(template.VPN, fields=(*template.VPN.fields, "vpn_password", "confirm_vpn_password")),
    replace(template.MAIL, title="POP3 and external accounts",
            fields=(*template.MAIL.fields, "pop3_server", "pop3_username", "pop3_password")),
)  # fmt: skip


def _url(name: str):  # type: ignore[no-untyped-def]
    return lambda row: reverse(name, args=[row.pk])


def _person(row: User) -> bool:
    return not row.is_server_administrator


PAGE = AdminPage(
    name="business.users",
    path="users/",
    menu="Business",
    title="Users",
    singular="user",
    icon="users",
    rows=rows,
    objects=one,
    order=("last_name", "first_name", "username"),
    columns=(
        Column(
            "Name",
            lambda row: Linked(row.label, reverse("business.users.modify", args=[row.pk]), "business.users.modify"),
            sort=("last_name", "first_name", "username"),
            template="pages/cells/link.html",
            css="nowrap",
        ),
        Column("Login name", lambda row: row.username, sort=("username",)),
        Column("Extension", _extension, sort=("extension__number",), template="pages/cells/link.html", css="num"),
        Column("Handsets", _handsets),
        Column("Role", _roles),
        Column("Login", _login, template="pages/cells/state.html"),
    ),
    search=(
        "first_name__icontains",
        "middle_name__icontains",
        "last_name__icontains",
        "username__icontains",
        "extension__number__startswith",
    ),
    search_hint="Name, login name or extension",
    attach=attach,
    actions=(
        Action("Modify", "edit", "business.users.modify", _url("business.users.modify")),
        Action("Delete", "trash", "business.users.delete", _url("business.users.delete"),
               danger=True, more=True, when=_person),
        Action("Welcome page", "info", "business.users", _url("business.users.welcome"), more=True, when=_person),
        Action("Unlock", "key", "business.users.unlock", _url("business.users.unlock"), post=True, more=True),
        Action("Delete messages", "voicemail", "business.users.delete_messages",
               _url("business.users.delete_messages"), danger=True, more=True, when=_person),
        Action("Delete recordings", "trash", "business.users.delete_recordings",
               _url("business.users.delete_recordings"), danger=True, more=True, when=_person),
    ),
    empty_title="No users yet",
    empty_text="A user is a person with an extension, a mailbox and a login of their own.",
    add_link="business.users.add",
    add_title="add new user",
    modify_link="business.users.modify",
    delete_link="business.users.delete",
    form=UserForm,
    sections=SECTIONS,
    add=add,
    modify=modify,
    delete=delete,
    uses=uses,
    delete_text="The login, all settings and everything in the inbox of this user are gone at once. Call records stay.",
)  # fmt: skip
