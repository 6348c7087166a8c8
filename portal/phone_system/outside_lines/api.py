"""REST: /api/v1/outside-lines/."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from portal.phone_system.outside_lines import services
from portal.phone_system.outside_lines.models import OutsideLine
from portal.publish.change import by_request


class OutsideLineSerializer(serializers.ModelSerializer[OutsideLine]):
    password = serializers.CharField(
        max_length=128, write_only=True, required=False, trim_whitespace=False, allow_blank=True
    )
    port = serializers.IntegerField(min_value=1, max_value=65535, default=5060)
    max_calls = serializers.IntegerField(min_value=0, max_value=1000, default=0, help_text="0: unlimited")
    attendant = serializers.IntegerField(min_value=1, max_value=9, default=1)
    row_version = serializers.IntegerField(required=False)

    class Meta:
        model = OutsideLine
        fields = ["id", "kind", "password", *services.PROXY_ONLY, *services.BOTH, "row_version"]
        read_only_fields = ["kind"]


class OutsideLineViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[OutsideLine]
):
    required_links = {
        "list": "phone_system.outside_lines",
        "retrieve": "phone_system.outside_lines",
        "create": "phone_system.outside_lines.sip_proxies.add",
        "partial_update": "phone_system.outside_lines.sip_proxies.modify",
        "destroy": "phone_system.outside_lines.sip_proxies.delete",
    }
    serializer_class = OutsideLineSerializer

    def get_queryset(self) -> QuerySet[OutsideLine]:
        return OutsideLine.objects.order_by("pk")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        values, password, _ = self._sent(request, partial=False)
        line, _ = services.add_outside_line(values, by=by_request(request, via="api"), password=password or "")
        return Response(self.get_serializer(line).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        line = self.get_object()
        values, password, seen = self._sent(request, partial=True)
        services.modify_outside_line(line, values, by=by_request(request, via="api"), seen=seen, password=password)
        return Response(self.get_serializer(self.get_object()).data)

    def perform_destroy(self, line: OutsideLine) -> None:
        services.delete_outside_line(line, by=by_request(self.request, via="api"))

    def _sent(self, request: Request, *, partial: bool) -> tuple[dict[str, Any], str | None, int | None]:
        serializer = self.get_serializer(data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        sent = dict(serializer.validated_data)
        return sent, sent.pop("password", None), sent.pop("row_version", None)
