"""REST: /api/v1/message-aliases/."""

from __future__ import annotations

from typing import Any

from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from portal.business.message_aliases import services
from portal.business.message_aliases.models import MessageAlias
from portal.business.users.models import User
from portal.publish.change import by_request


class MessageAliasSerializer(serializers.Serializer[MessageAlias]):
    """Of a user (`user`) or of a group (`group`). `message_center` is the login name of the user in whose inbox a copy
    stays, or null. `warnings` are sentences about addresses that lead nowhere."""

    id = serializers.IntegerField(read_only=True)
    user = serializers.SlugRelatedField(
        slug_field="username", queryset=User.objects.all(), required=False, allow_null=True
    )
    group = serializers.CharField(max_length=64, required=False, allow_blank=True)
    message_center = serializers.SlugRelatedField(
        slug_field="username", queryset=User.objects.all(), required=False, allow_null=True
    )
    addresses = serializers.ListField(child=serializers.CharField(max_length=254), max_length=services.MOST_ADDRESSES)
    warnings = serializers.ListField(child=serializers.CharField(), read_only=True)
    row_version = serializers.IntegerField(
        required=False, help_text="Send the one you read, and a change by somebody else since then is not overwritten."
    )

    def to_representation(self, alias: MessageAlias) -> dict[str, Any]:
        return {
            "id": alias.pk,
            "user": alias.user.username if alias.user else None,
            "group": alias.group,
            "message_center": alias.message_center.username if alias.message_center else None,
            "addresses": alias.addresses.splitlines(),
            "warnings": services.warnings(alias),
            "row_version": alias.row_version,
        }


class MessageAliasViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[MessageAlias]
):
    required_links = {
        "list": "business.message_aliases",
        "retrieve": "business.message_aliases",
        "create": "business.message_aliases.add",
        "partial_update": "business.message_aliases.modify",
        "destroy": "business.message_aliases.delete",
    }
    serializer_class = MessageAliasSerializer
    queryset = MessageAlias.objects.select_related("user", "message_center").order_by("pk")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        alias, _ = services.add_alias(_values(serializer.validated_data, None), by=by_request(request, via="api"))
        return Response(self.get_serializer(alias).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        alias = self.get_object()
        serializer = self.get_serializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        services.modify_alias(
            alias, _values(sent, alias), seen=sent.get("row_version"), by=by_request(request, via="api")
        )
        return Response(self.get_serializer(self.get_queryset().get(pk=alias.pk)).data)

    def perform_destroy(self, alias: MessageAlias) -> None:
        services.delete_alias(alias, by=by_request(self.request, via="api"))


def _values(sent: dict[str, Any], was: MessageAlias | None) -> services.AliasValues:
    return services.AliasValues(
        user=sent.get("user", was.user if was else None),
        group=sent.get("group", was.group if was else ""),
        message_center=sent.get("message_center", was.message_center if was else None),
        addresses=tuple(sent.get("addresses", was.addresses.splitlines() if was else ())),
    )
