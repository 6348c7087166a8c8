"""REST: /api/v1/users/."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.errors import SwitchAway
from portal.api.fields import Words
from portal.business.user_templates.models import ATTENDANTS, QUEUES, SETTINGS, UserTemplate
from portal.business.users import services
from portal.business.users.checks import SECRET_TEXTS
from portal.business.users.models import User
from portal.live.models import UserState
from portal.live.verbs import ask
from portal.phone_system.handsets.models import CallAppearance
from portal.publish.change import By, by_request
from telephony import tasks
from telephony.messages.snapshot import Presence

SECRET = {"write_only": True, "required": False, "trim_whitespace": False}
KEEPS = {**SECRET, "allow_blank": True, "help_text": "Empty keeps it."}
PRESENCES = tuple(presence.value for presence in Presence)


class LevelSerializer(serializers.Serializer[Any]):
    """One level of notification and escalation (S20-06)."""

    to = serializers.CharField(max_length=254, allow_blank=True)
    minutes = serializers.IntegerField(min_value=1, max_value=1440, default=10)
    retries = serializers.IntegerField(min_value=0, max_value=99, default=0)
    go_on = serializers.BooleanField(default=False)


class UserSerializer(serializers.ModelSerializer[User]):
    """The rules are the services': what is wrong comes back as the same sentences as on the page."""

    username = serializers.CharField(max_length=64)
    extension = serializers.CharField(max_length=4, source="extension.number", allow_null=True, required=False)
    password = serializers.CharField(max_length=128, **SECRET)
    pin = serializers.CharField(max_length=8, **SECRET)
    template = serializers.PrimaryKeyRelatedField(
        queryset=UserTemplate.objects.all(),
        required=False,
        allow_null=True,
        help_text="Last applied template. Sending it applies it; see apply.",
    )
    apply = serializers.ChoiceField(
        choices=("set", "merge"),
        write_only=True,
        required=False,
        help_text="How the template is applied; set by default. Settings sent beside it win.",
    )
    overrides = serializers.SerializerMethodField(help_text="Settings that differ from the template as it was applied.")
    roles = serializers.SlugRelatedField(
        slug_field="name", queryset=Group.objects.all(), many=True, required=False, source="groups"
    )
    presence = serializers.ChoiceField(choices=PRESENCES, required=False)
    no_message_in = Words(PRESENCES, required=False)
    supervised_queues = Words(QUEUES, required=False)
    recording_queues = Words(QUEUES, required=False)
    recording_attendants = Words(ATTENDANTS, required=False)
    listed_attendants = Words(ATTENDANTS, required=False)
    primary_phone = serializers.PrimaryKeyRelatedField(
        queryset=CallAppearance.objects.all(), required=False, allow_null=True, help_text="Id of a handset's line."
    )
    notification_levels = LevelSerializer(many=True, required=False)
    smtp_password = serializers.CharField(max_length=128, **KEEPS)
    vpn_password = serializers.CharField(max_length=128, **KEEPS)
    pop3_password = serializers.CharField(max_length=128, **KEEPS)
    row_version = serializers.IntegerField(
        required=False, help_text="Send the one you read, and a change by somebody else since then is not overwritten."
    )

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "first_name",
            "middle_name",
            "last_name",
            "extension",
            "password",
            "pin",
            "require_password_change",
            "require_pin_change",
            "roles",
            "presence",
            "no_message_in",
            "template",
            "apply",
            "overrides",
            *SETTINGS,
            "primary_phone",
            "notification_mode",
            "notification_levels",
            "smtp_server",
            "smtp_port",
            "smtp_encryption",
            "smtp_username",
            "smtp_password",
            "vpn_password",
            "pop3_server",
            "pop3_username",
            "pop3_password",
            "row_version",
        ]

    def get_overrides(self, user: User) -> list[str]:
        return sorted(user.overrides)

    def to_representation(self, user: User) -> dict[str, Any]:
        user.presence = self.context["presences"](user.pk)  # type: ignore[attr-defined]
        shown: dict[str, Any] = super().to_representation(user)
        return shown


class UserFilter(django_filters.FilterSet):
    username = django_filters.CharFilter(lookup_expr="iexact")
    extension = django_filters.CharFilter(field_name="extension__number")
    template = django_filters.NumberFilter(field_name="template_id", min_value=0, max_value=2**62)
    role = django_filters.CharFilter(field_name="groups__name", distinct=True)


class UserViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[User]
):
    required_links = {
        "list": "business.users",
        "retrieve": "business.users",
        "create": "business.users.add",
        "partial_update": "business.users.modify",
        "destroy": "business.users.delete",
    }
    serializer_class = UserSerializer
    filterset_class = UserFilter

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.select_related("extension").prefetch_related("groups").order_by("pk")

    def get_serializer_context(self) -> dict[str, Any]:
        """Presences lie in a table of their own: one query for a whole list."""
        found: dict[int, str] = {}

        def presence(pk: int) -> str:
            if not found:
                found.update(UserState.objects.values_list("user_id", "presence"))
                found.setdefault(0, "")
            return found.get(pk, Presence.IN_OFFICE.value)

        return {**super().get_serializer_context(), "presences": presence}

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """PIN 1234 and both "Require ... Change" unless said otherwise (S08-07, S08-08)."""
        sent = self._sent(request, partial=False)
        if missing := {"extension", "password"} - sent.keys():
            raise serializers.ValidationError({name: ["This field is required."] for name in sorted(missing)})
        for name in ("row_version", "how"):
            sent.pop(name, None)
        presence = sent.pop("presence", None)
        identity = {name: sent.pop(name) for name in NEW if name in sent}
        by = by_request(request, via="api")
        user, _ = services.add_user(services.NewUser(**identity, values=sent), by=by)
        self._set_presence(user, presence, by)
        return self._answer(user, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Only what is named changes. An empty password or PIN means keep."""
        user = self.get_object()
        sent = self._sent(request, partial=True)
        presence = sent.pop("presence", None)
        seen = sent.pop("row_version", None)
        beside = {name: sent.pop(name) for name in BESIDE if name in sent}
        by = by_request(request, via="api")
        services.modify_user(user, sent, seen=seen, by=by, **beside)
        self._set_presence(user, presence, by)
        return self._answer(user, status.HTTP_200_OK)

    def perform_destroy(self, user: User) -> None:
        services.delete_user(user, by=by_request(self.request, via="api"))

    def _answer(self, user: User, code: int) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=user.pk)).data, status=code)

    def _set_presence(self, user: User, presence: str | None, by: By) -> None:
        if presence is None:
            return
        verdict = ask(tasks.set_presence, user_id=user.pk, presence=presence, by=by.name)
        if not verdict["ok"]:
            raise SwitchAway(f"Everything else was saved, but not the presence: {verdict['error']}")

    def _sent(self, request: Request, *, partial: bool) -> dict[str, Any]:
        """As the services call it."""
        serializer = self.get_serializer(data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        sent = dict(serializer.validated_data)
        number = sent.pop("extension", {"number": None})["number"]
        if number is not None:
            sent["extension"] = number
        if "groups" in sent:
            sent["roles"] = tuple(sent.pop("groups"))
        how = sent.pop("apply", None)
        if (template := sent.pop("template", None)) is not None:
            sent |= {"template_id": template.pk, "how": how or "set"}
        elif how is not None:
            raise serializers.ValidationError({"apply": ["Say which template is to be applied."]})
        if "primary_phone" in sent:
            line = sent.pop("primary_phone")
            sent["primary_phone_id"] = line.pk if line else None
        if "notification_levels" in sent:
            sent["notification_levels"] = [dict(level) for level in sent["notification_levels"]]
        return {name: value for name, value in sent.items() if value or name not in SECRET_TEXTS}


BESIDE = ("extension", "password", "pin", "roles", "template_id", "how")  # of modify_user, beside `values`
NEW = (
    "username", "first_name", "middle_name", "last_name", "extension", "password", "pin", "require_password_change",
    "require_pin_change", "roles", "template_id",
)  # fmt: skip
