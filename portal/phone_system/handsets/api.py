"""REST: /api/v1/handsets/. Registration states come from the live picture."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from portal.business.users.models import User
from portal.live import picture
from portal.phone_system.handsets import services
from portal.phone_system.handsets.models import CallAppearance, Handset
from portal.publish.change import by_request


class OwnerField(serializers.SlugRelatedField[User]):
    """By login name, in any case."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="username", queryset=User.objects.filter(extension__isnull=False), **kwargs)

    def to_internal_value(self, data: Any) -> User:
        user = User.objects.named(str(data)).filter(extension__isnull=False).first()
        if user is None:
            raise serializers.ValidationError(f"There is no user {data!r} with an extension.")
        return user


class LineSerializer(serializers.Serializer[CallAppearance]):
    """One line (call appearance) as it is; the context holds `registrations`."""

    line = serializers.IntegerField()
    user_id = serializers.CharField(source="station", help_text="The SIP user to register as.")
    login_id = serializers.CharField()
    description = serializers.CharField()
    owner = serializers.CharField(source="owner.username", default=None, allow_null=True)
    registered = serializers.SerializerMethodField()
    registered_until = serializers.SerializerMethodField()

    def get_registered(self, line: CallAppearance) -> bool:
        return line.station in self.context["registrations"]

    def get_registered_until(self, line: CallAppearance) -> datetime | None:
        until = self.context["registrations"].get(line.station)
        return datetime.fromtimestamp(until, UTC) if until else None


class HandsetSerializer(serializers.Serializer[Handset]):
    """A handset. `user_id`, `login_id`, `owner`, `registered` are those of its first line; `appearances` has all."""

    id = serializers.IntegerField(read_only=True)
    kind = serializers.ChoiceField(choices=Handset.Kind.choices, default=Handset.Kind.GENERIC)
    description = serializers.CharField(max_length=64)
    lines = serializers.IntegerField(min_value=1, max_value=services.MAX_LINES, default=1)
    login_id = serializers.CharField(max_length=64)
    password = serializers.CharField(max_length=128, write_only=True, trim_whitespace=False)
    owner = OwnerField(required=False, allow_null=True)
    user_id = serializers.CharField(read_only=True, help_text="The SIP user to register as.")
    registered = serializers.BooleanField(read_only=True)
    registered_until = serializers.DateTimeField(read_only=True, allow_null=True)
    appearances = LineSerializer(many=True, read_only=True)
    row_version = serializers.IntegerField(
        required=False, help_text="Send the one you read, and a change by somebody else since then is not overwritten."
    )

    def validate_kind(self, kind: str) -> str:
        if kind != Handset.Kind.GENERIC:
            raise serializers.ValidationError("Only generic SIP handsets can be added so far: kind generic.")
        return kind

    def to_representation(self, handset: Handset) -> dict[str, Any]:
        lines = list(handset.appearances.all())
        shown = [LineSerializer(line, context=self.context).data for line in lines]
        first = shown[0] if shown else {}
        return {
            "id": handset.pk,
            "kind": handset.kind,
            "description": handset.description,
            "lines": len(lines),
            "login_id": first.get("login_id", ""),
            "owner": first.get("owner"),
            "user_id": first.get("user_id", ""),
            "registered": first.get("registered", False),
            "registered_until": first.get("registered_until"),
            "appearances": shown,
            "row_version": handset.row_version,
        }


class HandsetFilter(django_filters.FilterSet):
    owner = django_filters.CharFilter(field_name="appearances__owner__username", lookup_expr="iexact", distinct=True)
    login_id = django_filters.CharFilter(field_name="appearances__login_id", lookup_expr="iexact")
    user_id = django_filters.CharFilter(field_name="appearances__station")


class HandsetViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[Handset]
):
    required_links = {
        "list": "phone_system.handsets",
        "retrieve": "phone_system.handsets",
        "create": "phone_system.handsets.sip.add_generic",
        "partial_update": "phone_system.handsets.sip.modify",
        "destroy": "phone_system.handsets.sip.delete",
    }
    serializer_class = HandsetSerializer
    filterset_class = HandsetFilter

    def get_queryset(self) -> QuerySet[Handset]:
        return Handset.objects.prefetch_related("appearances__owner").order_by("pk")

    def get_serializer_context(self) -> dict[str, Any]:
        seen = picture.registrations().items
        registrations = {registration["station"]: registration["registered_until"] for registration in seen}
        return {**super().get_serializer_context(), "registrations": registrations}

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        new = services.NewHandset(
            description=sent["description"],
            login_id=sent["login_id"],
            password=sent["password"],
            lines=sent["lines"],
            owner=sent.get("owner"),
        )
        handset, _ = services.add_generic_handset(new, by=by_request(request, via="api"))
        return Response(self._shown(handset), status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Description, login ID, password and owner of the first line. The number of lines and the kind stay."""
        handset = self.get_object()
        serializer = self.get_serializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        values = {name: sent[name] for name in ("description", "login_id") if name in sent}
        if "owner" in sent:
            values["owner_id"] = sent["owner"].pk if sent["owner"] else None
        services.modify_appearance(
            handset.appearances.all()[0],
            values,
            by=by_request(request, via="api"),
            seen=sent.get("row_version"),
            password=sent.get("password"),
        )
        return Response(self._shown(handset))

    def perform_destroy(self, handset: Handset) -> None:
        services.delete_handset(handset, by=by_request(self.request, via="api"))

    def _shown(self, handset: Handset) -> Any:
        return self.get_serializer(self.get_queryset().get(pk=handset.pk)).data
