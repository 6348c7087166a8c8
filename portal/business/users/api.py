"""REST: /api/v1/users/."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from portal.business.users import services
from portal.business.users.models import User
from portal.publish.change import by_request

SECRET = {"write_only": True, "required": False, "trim_whitespace": False}


class UserSerializer(serializers.ModelSerializer[User]):
    """The rules are the services': what is wrong comes back as the same sentences as on the page."""

    username = serializers.CharField(max_length=64)
    extension = serializers.CharField(max_length=4, source="extension.number", allow_null=True, required=False)
    password = serializers.CharField(max_length=128, **SECRET)
    pin = serializers.CharField(max_length=8, **SECRET)
    max_voicemails = serializers.IntegerField(min_value=1, max_value=1000, required=False)
    max_message_seconds = serializers.IntegerField(min_value=10, max_value=3600, required=False)
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
            "voicemail_enabled",
            "max_voicemails",
            "max_message_seconds",
            "end_by_silence",
            "operator_extension",
            "row_version",
        ]


class UserFilter(django_filters.FilterSet):
    username = django_filters.CharFilter(lookup_expr="iexact")
    extension = django_filters.CharFilter(field_name="extension__number")


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
        return User.objects.select_related("extension").order_by("pk")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """PIN 1234 and both "Require ... Change" unless said otherwise (S08-07, S08-08)."""
        sent = self._sent(request, partial=False)
        if missing := {"extension", "password"} - sent.keys():
            raise serializers.ValidationError({name: ["This field is required."] for name in sorted(missing)})
        sent.pop("row_version", None)
        user, _ = services.add_user(services.NewUser(**sent), by=by_request(request, via="api"))
        return Response(self.get_serializer(self.get_queryset().get(pk=user.pk)).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """An empty password or PIN means keep."""
        user = self.get_object()
        sent = self._sent(request, partial=True)
        secrets = {name: sent.pop(name, None) for name in ("extension", "password", "pin")}
        seen = sent.pop("row_version", None)
        services.modify_user(user, sent, seen=seen, by=by_request(request, via="api"), **secrets)
        return Response(self.get_serializer(self.get_queryset().get(pk=user.pk)).data)

    def perform_destroy(self, user: User) -> None:
        services.delete_user(user, by=by_request(self.request, via="api"))

    def _sent(self, request: Request, *, partial: bool) -> dict[str, Any]:
        serializer = self.get_serializer(data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        sent = dict(serializer.validated_data)
        number = sent.pop("extension", {"number": None})["number"]
        if number is not None:
            sent["extension"] = number
        return sent
