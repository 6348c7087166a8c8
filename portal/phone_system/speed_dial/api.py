"""REST: /api/v1/speed-dials/."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from portal.phone_system.speed_dial import services
from portal.phone_system.speed_dial.models import SpeedDialNumber
from portal.publish.change import by_request


class SpeedDialSerializer(serializers.ModelSerializer[SpeedDialNumber]):
    entry = serializers.IntegerField(
        min_value=0, max_value=1999, help_text="0 to 49: the short numbers; 1000 to 1999: the long ones."
    )
    number = serializers.SerializerMethodField(help_text="What is dialled for it.")
    row_version = serializers.IntegerField(required=False)

    class Meta:
        model = SpeedDialNumber
        fields = ["id", "entry", "number", "description", "target", "row_version"]

    def get_number(self, row: SpeedDialNumber) -> str:
        return services.number(row)


class SpeedDialViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[SpeedDialNumber]
):
    required_links = {
        "list": "phone_system.speed_dial",
        "retrieve": "phone_system.speed_dial",
        "create": "phone_system.speed_dial.add",
        "partial_update": "phone_system.speed_dial.modify",
        "destroy": "phone_system.speed_dial.delete",
    }
    serializer_class = SpeedDialSerializer

    def get_queryset(self) -> QuerySet[SpeedDialNumber]:
        return SpeedDialNumber.objects.order_by("entry")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        values, _ = self._sent(request, partial=False)
        row, _ = services.add_speed_dial(values, by=by_request(request, via="api"))
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = self.get_object()
        values, seen = self._sent(request, partial=True)
        services.modify_speed_dial(row, values, seen=seen, by=by_request(request, via="api"))
        return Response(self.get_serializer(self.get_object()).data)

    def perform_destroy(self, row: SpeedDialNumber) -> None:
        services.delete_speed_dial(row, by=by_request(self.request, via="api"))

    def _sent(self, request: Request, *, partial: bool) -> tuple[dict[str, Any], int | None]:
        serializer = self.get_serializer(self.get_object() if partial else None, data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        sent = dict(serializer.validated_data)
        return sent, sent.pop("row_version", None)
