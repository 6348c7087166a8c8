"""Add and modify a user (S08-09, S09-31..S09-37). One form for both; what differs is said in `__init__`."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict

from portal.access.forms import new_password_field
from portal.access.roles import assignable
from portal.access.secrets import DEFAULT_PIN, check_pin_rules, check_user_password, current_requirements
from portal.business.user_templates.apply import How, apply, overridden, plain, values_of
from portal.business.user_templates.forms import setting_fields
from portal.business.user_templates.models import SETTINGS, UserTemplate
from portal.business.users.checks import EMPTY_LEVEL, PERSONAL, SECRET_TEXTS, check_login_name
from portal.business.users.models import LEVELS, Encryption, NotificationMode, User
from portal.business.users.services import NewUser
from portal.live.models import UserState
from portal.pages.conflict import shown_value
from portal.phone_system.extensions.services import check_number
from portal.phone_system.handsets.models import CallAppearance
from telephony.messages.snapshot import Presence

IDENTITY = ("first_name", "middle_name", "last_name", "username", "extension")
LOGIN = ("password", "confirm_password", "require_password_change")
PIN = ("pin", "confirm_pin", "require_pin_change")
PRESENCES = tuple((p.value, p.value.replace("_", " ").title()) for p in Presence)
KEEP = "Leave empty to keep it."
ERRORS_AT = {"primary_phone_id": "primary_phone", "notification_levels": "notification_mode"}
SALT = "portal.business.users.template"


def level_names(number: int) -> tuple[str, ...]:
    return tuple(f"level{number}_{part}" for part in EMPTY_LEVEL)


class LineChoice(forms.ModelChoiceField):
    def label_from_instance(self, line: Any) -> str:
        return f"{line} ({line.station})"


class UserForm(forms.Form):
    first_name = forms.CharField(label="First name", max_length=64, required=False)
    middle_name = forms.CharField(label="Middle name", max_length=64, required=False)
    last_name = forms.CharField(label="Last name", max_length=64, required=False)
    username = forms.CharField(label="Login name", max_length=64)
    extension = forms.CharField(label="Extension", max_length=4)
    password = new_password_field("Password")
    confirm_password = new_password_field("Confirm password")
    require_password_change = forms.BooleanField(label="Require Password Change", required=False, initial=True)
    pin = forms.CharField(label="PIN", max_length=8, initial=DEFAULT_PIN)
    confirm_pin = forms.CharField(label="Confirm PIN", max_length=8, required=False)
    require_pin_change = forms.BooleanField(label="Require PIN Change", required=False, initial=True)
    phone = LineChoice(
        label="Phone",
        queryset=None,
        required=False,
        empty_label="none",
        help_text="Lines of handsets without an owner.",
    )
    presence = forms.ChoiceField(label="Presence", choices=PRESENCES)
    no_message_in = forms.MultipleChoiceField(
        label="Prevent caller from leaving a message",
        choices=PRESENCES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    roles = forms.MultipleChoiceField(label="Roles", required=False, widget=forms.CheckboxSelectMultiple)
    template = forms.ModelChoiceField(label="Template", queryset=None, empty_label=None)
    applied = forms.CharField(widget=forms.HiddenInput, required=False)
    primary_phone = LineChoice(
        label="Primary Phone",
        queryset=None,
        required=False,
        empty_label="none",
        help_text="Where a call taken on a cell phone goes with *7.",
    )
    notification_mode = forms.ChoiceField(
        label="Voicemail Notification and Escalation", choices=NotificationMode.choices
    )
    smtp_server = forms.CharField(label="SMTP server", max_length=255, required=False)
    smtp_port = forms.IntegerField(label="Port", min_value=1, max_value=65535)
    smtp_encryption = forms.ChoiceField(label="Encryption", choices=Encryption.choices)
    smtp_username = forms.CharField(label="User name", max_length=255, required=False)
    smtp_password = new_password_field("Password of the SMTP account", required=False)
    vpn_password = new_password_field("VPN password", required=False)
    confirm_vpn_password = new_password_field("Confirm VPN password", required=False)
    pop3_server = forms.CharField(label="External POP3 mail server", max_length=255, required=False)
    pop3_username = forms.CharField(label="User name on it", max_length=255, required=False)
    pop3_password = new_password_field("Password on it", required=False)

    def __init__(
        self, data: Any = None, *, instance: User | None = None, actor: User | None = None, fill: How | None = None
    ) -> None:
        """`fill`: Set or Merge was pressed; the form is shown again with the template's values, nothing is wrong."""
        super().__init__(data, initial=_initial(instance))
        self.instance = instance
        self.base_fields_added()
        self.fields["password"].help_text = current_requirements().sentence()
        if instance is not None:
            self._for(instance)
        self._roles(actor)
        self.used = self._applied()
        if fill and data is not None:
            self._fill(fill)
        self._mark()

    def base_fields_added(self) -> None:
        self.fields.update(setting_fields())
        for number in range(1, LEVELS + 1):
            to, minutes, retries, go_on = level_names(number)
            self.fields[to] = forms.CharField(label="SMS Email Message", max_length=254, required=False)
            self.fields[minutes] = forms.IntegerField(label="Notification Period", min_value=1, max_value=1440)
            self.fields[retries] = forms.IntegerField(label="Maximum Retries", min_value=0, max_value=99)
            self.fields[go_on] = forms.BooleanField(label="Continue Notifications", required=False)
        lines = CallAppearance.objects.select_related("handset").order_by("handset__description", "line")
        self.fields["phone"].queryset = lines.filter(owner=None)  # type: ignore[attr-defined]
        self.fields["primary_phone"].queryset = lines  # type: ignore[attr-defined]
        self.fields["template"].queryset = UserTemplate.objects.all()  # type: ignore[attr-defined]
        if self.instance is None:
            del self.fields["confirm_pin"]

    def _for(self, user: User) -> None:
        for name in ("password", "confirm_password", "pin"):
            self.fields[name].required = False
        self.fields["password"].help_text = self.fields["pin"].help_text = KEEP
        for name in SECRET_TEXTS:
            self.fields[name].help_text = f"{KEEP} One is set." if getattr(user, name) else ""
        self.fields["pin"].initial = None
        self.fields["phone"].label = "Another phone"
        if user.is_server_administrator:  # not a phone user (S26-11)
            for name in list(self.fields):
                if name not in (*IDENTITY, *LOGIN) or name == "extension":
                    del self.fields[name]

    def _roles(self, actor: User | None) -> None:
        """What this person may give; roles beyond that stay as they are, and are not shown as a choice."""
        if "roles" not in self.fields:
            return
        self.may_give = {str(group.pk): group for group in assignable(actor)} if actor else {}
        held = tuple(self.instance.groups.all()) if self.instance else ()
        self.stays = tuple(group for group in held if str(group.pk) not in self.may_give)
        self.fields["roles"].choices = [(key, group.name) for key, group in self.may_give.items()]  # type: ignore[attr-defined]
        self.fields["roles"].initial = [str(group.pk) for group in held if str(group.pk) in self.may_give]
        if self.stays:
            names = ", ".join(group.name for group in self.stays)
            self.fields["roles"].help_text = f"Also holds {names}, which you may not take."
        if not self.may_give:
            del self.fields["roles"]

    # -- the template ------------------------------------------------------------------------------
    def _applied(self) -> dict[str, Any]:
        """The template this form's settings come from: {"id", "version", "values"}; of the user until Set or Merge."""
        sent = self.data.get("applied", "") if self.is_bound else ""
        if sent:
            try:
                return dict(signing.loads(sent, salt=SALT))
            except signing.BadSignature:
                pass
        if self.instance is not None:
            return {"id": self.instance.template_id, "version": None, "values": self.instance.template_values}
        return _use(UserTemplate.objects.get(is_default=True))

    def _fill(self, how: How) -> None:
        template = UserTemplate.objects.filter(pk=self.data.get("template") or 0).first()
        if template is None:
            return
        values = apply(how, current=self._typed(), applied=self.used["values"], template=values_of(template))
        self.data = self.data.copy()
        for name, value in values.items():
            put(self.data, name, self.fields[name], value)
        self.used = _use(template)
        self.data["applied"] = signing.dumps(self.used, salt=SALT)
        self._errors = ErrorDict()
        for field in self.fields.values():
            if isinstance(field.widget, forms.PasswordInput):
                field.widget.render_value = True  # typed seconds ago by this person: it is not to be lost

    def _typed(self) -> dict[str, Any]:
        """The settings as they stand on the form; what is no number keeps its old value."""
        typed: dict[str, Any] = {}
        for name in SETTINGS:
            try:
                typed[name] = self.fields[name].clean(self[name].value())
            except ValidationError:
                typed[name] = self.used["values"].get(name)
        return typed

    def _mark(self) -> None:
        """S09-33: `!` at what differs from the template, with the template's value."""
        if "template" not in self.fields or not self.used["values"]:
            return
        template = UserTemplate.objects.filter(pk=self.used["id"]).first()
        current = self._typed() if self.is_bound else (values_of(self.instance) if self.instance else {})
        for name in overridden(current, self.used["values"]) if current else ():
            field = self.fields[name]
            value = shown_value(field, self.used["values"][name])
            field.mark = f"Differs from {template}: {value} there."  # type: ignore[attr-defined]

    # -- checks ------------------------------------------------------------------------------------
    def clean_username(self) -> str:
        return check_login_name(self.cleaned_data["username"])

    def clean_extension(self) -> str:
        check_number(self.cleaned_data["extension"])
        return str(self.cleaned_data["extension"])

    def clean_password(self) -> str:
        if password := self.cleaned_data["password"]:
            check_user_password(password)
        return str(password)

    def clean_pin(self) -> str:
        if pin := self.cleaned_data["pin"]:
            check_pin_rules(pin)
        return str(pin)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        pairs = (("password", "confirm_password"), ("pin", "confirm_pin"), ("vpn_password", "confirm_vpn_password"))
        for secret, confirm in pairs:
            if secret in cleaned and confirm in self.fields and cleaned.get(confirm, "") != cleaned[secret]:
                self.add_error(confirm, ValidationError("The two entries differ. Type it twice."))
        chosen = cleaned.get("template")
        if self.instance is not None and chosen is not None and chosen.pk != self.used["id"]:
            sentence = f"Press Set or Merge to apply {chosen}, or choose the template this user has."
            self.add_error("template", ValidationError(sentence))
        return cleaned

    def add_error(self, field: str | None, error: Any) -> None:
        """What the service says of something that is not a field here is said above the form, or at the part of it
        that shows the column."""
        if field is None and isinstance(error, ValidationError) and hasattr(error, "error_dict"):
            for name, errors in error.error_dict.items():
                shown = ERRORS_AT.get(name, name)
                super().add_error(shown if shown in self.fields else None, errors)
            return
        super().add_error(field, error)

    # -- results -----------------------------------------------------------------------------------
    def new_user(self) -> NewUser:
        """Of a valid form without an instance. A template chosen without Set is applied; what was typed stays."""
        cleaned, template = self.cleaned_data, self.cleaned_data["template"]
        values = self.settings()
        if template.pk != self.used["id"]:
            values |= apply("merge", current=values, applied=self.used["values"], template=values_of(template))
        names = ("username", "first_name", "middle_name", "last_name", "extension", *LOGIN, *PIN)
        kept = {name: cleaned[name] for name in names if name in cleaned and not name.startswith("confirm_")}
        roles = self.given_roles() or ()
        return NewUser(
            **kept, values=values | self.personal(), template_id=template.pk, roles=roles, phone_id=self.line()
        )

    def settings(self) -> dict[str, Any]:
        return {name: plain(self.cleaned_data[name]) for name in SETTINGS}

    def personal(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        found = {name: cleaned[name] for name in PERSONAL if name in cleaned}
        phone = cleaned["primary_phone"]
        found["primary_phone_id"] = phone.pk if phone else None
        found["notification_levels"] = [
            dict(zip(EMPTY_LEVEL, (cleaned[name] for name in level_names(number)), strict=True))
            for number in range(1, LEVELS + 1)
        ]
        return found

    def values(self) -> dict[str, Any]:
        """Of a valid form with an instance: what `modify_user` calls `values`."""
        cleaned = self.cleaned_data
        names = ("first_name", "middle_name", "last_name", "username", "require_password_change", "require_pin_change")
        found = {name: cleaned[name] for name in names if name in cleaned}
        return found if "template" not in self.fields else found | self.settings() | self.personal()

    def more(self) -> dict[str, Any]:
        """The other arguments of `modify_user`."""
        cleaned = self.cleaned_data
        found: dict[str, Any] = {name: cleaned.get(name) or None for name in ("extension", "password", "pin")}
        if "template" not in self.fields:
            return found
        if self.used["version"] is not None:  # Set or Merge was pressed
            found |= {"template_id": self.used["id"], "template_seen": self.used["version"]}
        return found | {"roles": self.given_roles(), "phone_id": self.line()}

    def given_roles(self) -> tuple[Any, ...] | None:
        if "roles" not in self.fields:
            return None
        return (*self.stays, *(self.may_give[key] for key in self.cleaned_data["roles"]))

    def line(self) -> int | None:
        line = self.cleaned_data.get("phone")
        return line.pk if line else None


def _use(template: UserTemplate) -> dict[str, Any]:
    return {"id": template.pk, "version": template.row_version, "values": values_of(template)}


def put(data: Any, name: str, field: forms.Field, value: Any) -> None:
    """As a browser would send it."""
    data.pop(name, None)
    if isinstance(field, forms.MultipleChoiceField):
        data.setlist(name, value)
    elif not isinstance(field, forms.BooleanField):
        data[name] = str(value)
    elif value:
        data[name] = "on"


def _initial(user: User | None) -> dict[str, Any]:
    holder = user or User()
    initial = {name: plain(getattr(holder, name)) for name in (*SETTINGS, *PERSONAL) if name not in SECRET_TEXTS}
    initial["primary_phone"] = initial.pop("primary_phone_id")
    levels = [*holder.notification_levels, *(EMPTY_LEVEL for _ in range(LEVELS))][:LEVELS]
    for number, level in enumerate(levels, start=1):
        initial |= dict(zip(level_names(number), (level[part] for part in EMPTY_LEVEL), strict=True))
    if user is None:
        initial["template"] = UserTemplate.objects.filter(is_default=True).values_list("pk", flat=True).first()
        initial["presence"] = Presence.IN_OFFICE.value
        return initial
    for name in ("first_name", "middle_name", "last_name", "username", "require_password_change", "require_pin_change"):
        initial[name] = getattr(user, name)
    initial["extension"] = user.extension.number if hasattr(user, "extension") else ""
    initial["template"] = user.template_id
    initial["presence"] = presence_of(user)
    return initial


def presence_of(user: User) -> str:
    state = UserState.objects.filter(user_id=user.pk).values_list("presence", flat=True).first()
    return state or Presence.IN_OFFICE.value
