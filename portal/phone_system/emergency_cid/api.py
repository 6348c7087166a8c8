"""REST: /api/v1/emergency-caller-ids/."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from portal.phone_system.emergency_cid import services
from portal.phone_system.emergency_cid.models import EmergencyCallerId
from portal.phone_system.handsets.models import CallAppearance
from portal.phone_system.outside_lines.models import OutsideLine
from portal.publish.change import by_request


class EmergencyCallerIdSerializer(serializers.ModelSerializer[EmergencyCallerId]):
    first_line = serializers.PrimaryKeyRelatedField(
        queryset=OutsideLine.objects.all(), required=False, allow_null=True, help_text="Tried before the other lines."
    )
    number = serializers.CharField(max_length=24)
    handsets = serializers.ListField(
        child=serializers.CharField(max_length=8),
        required=False,
        help_text="Station numbers of the handsets that show it; what is sent takes the place of what was there.",
    )
    row_version = serializers.IntegerField(required=False)

    class Meta:
        model = EmergencyCallerId
        fields = ["id", "number", "location", "first_line", "handsets", "row_version"]

    def to_representation(self, entry: EmergencyCallerId) -> dict[str, Any]:
        return {
            "id": entry.pk,
            "number": entry.number,
            "location": entry.location,
            "first_line": entry.first_line_id,
            "handsets": sorted(line.station for line in entry.appearances.all()),
            "row_version": entry.row_version,
        }


class EmergencyCallerIdViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet[EmergencyCallerId],
):
    required_links = {
        "list": "phone_system.emergency_cid",
        "retrieve": "phone_system.emergency_cid",
        "create": "phone_system.emergency_cid.add",
        "partial_update": "phone_system.emergency_cid.modify",
        "destroy": "phone_system.emergency_cid.delete",
    }
    serializer_class = EmergencyCallerIdSerializer

    def get_queryset(self) -> QuerySet[EmergencyCallerId]:
        return EmergencyCallerId.objects.prefetch_related("appearances").order_by("pk")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values, handsets, _ = _sent(serializer)
        by = by_request(request, via="api")
        entry, _ = services.add_caller_id(values, by=by)
        if handsets:
            services.assign(entry, handsets, by=by)
        return Response(self._shown(entry), status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        entry = self.get_object()
        serializer = self.get_serializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        values, handsets, seen = _sent(serializer)
        by = by_request(request, via="api")
        if values:
            services.modify_caller_id(entry, values, seen=seen, by=by)
        if handsets is not None:
            shown = set(CallAppearance.objects.filter(emergency_cid=entry).values_list("station", flat=True))
            if gone := shown - set(handsets):
                services.assign(None, gone, by=by)
            if new := set(handsets) - shown:
                services.assign(entry, new, by=by)
        return Response(self._shown(entry))

    def perform_destroy(self, entry: EmergencyCallerId) -> None:
        services.delete_caller_id(entry, by=by_request(self.request, via="api"))

    def _shown(self, entry: EmergencyCallerId) -> Any:
        return self.get_serializer(self.get_queryset().get(pk=entry.pk)).data


def _sent(serializer: Any) -> tuple[dict[str, Any], list[str] | None, int | None]:
    sent = dict(serializer.validated_data)
    return sent, sent.pop("handsets", None), sent.pop("row_version", None)
