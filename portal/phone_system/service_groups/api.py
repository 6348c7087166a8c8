"""REST: /api/v1/service-groups/."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from portal.phone_system.service_groups import services
from portal.phone_system.service_groups.models import ServiceGroup
from portal.publish.change import by_request


class ServiceGroupSerializer(serializers.ModelSerializer[ServiceGroup]):
    lines = serializers.ListField(
        child=serializers.IntegerField(min_value=1), help_text="Ids of outside lines, the one tried first on top."
    )
    built_in = serializers.BooleanField(read_only=True, help_text="Has all lines of its kind; only the order is yours.")
    row_version = serializers.IntegerField(required=False)

    class Meta:
        model = ServiceGroup
        fields = ["id", "description", "lines", "built_in", "row_version"]

    def to_representation(self, row: ServiceGroup) -> dict[str, Any]:
        return {
            "id": row.pk,
            "description": row.description,
            "lines": [line.pk for line in services.lines_of(row)],
            "built_in": row.built_in,
            "row_version": row.row_version,
        }


class ServiceGroupViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[ServiceGroup]
):
    required_links = {
        "list": "phone_system.dial_plan",
        "retrieve": "phone_system.dial_plan",
        "create": "phone_system.dial_plan.service_groups.add",
        "partial_update": "phone_system.dial_plan.service_groups.modify",
        "destroy": "phone_system.dial_plan.service_groups.delete",
    }
    serializer_class = ServiceGroupSerializer

    def get_queryset(self) -> QuerySet[ServiceGroup]:
        return ServiceGroup.objects.order_by("pk")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        values, _ = self._sent(request, partial=False)
        row, _ = services.add_group(values, by=by_request(request, via="api"))
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        values, seen = self._sent(request, partial=True)
        services.modify_group(self.get_object(), values, seen=seen, by=by_request(request, via="api"))
        return Response(self.get_serializer(self.get_object()).data)

    def perform_destroy(self, row: ServiceGroup) -> None:
        services.delete_group(row, by=by_request(self.request, via="api"))

    def _sent(self, request: Request, *, partial: bool) -> tuple[dict[str, Any], int | None]:
        serializer = self.get_serializer(self.get_object() if partial else None, data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        sent = dict(serializer.validated_data)
        return sent, sent.pop("row_version", None)
