"""REST: /api/v1/audit-pin-codes/. A code is sent and never answered."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from portal.phone_system.audit_pin_codes import services
from portal.phone_system.audit_pin_codes.models import AuditPinCode
from portal.publish.change import by_request


class AuditPinCodeSerializer(serializers.ModelSerializer[AuditPinCode]):
    pin = serializers.CharField(max_length=services.LONGEST, write_only=True, help_text="Digits only.")
    row_version = serializers.IntegerField(required=False)

    class Meta:
        model = AuditPinCode
        fields = ["id", "pin", "description", "row_version"]


class AuditPinCodeViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[AuditPinCode]
):
    required_links = {
        "list": "phone_system.audit_pin_codes",
        "retrieve": "phone_system.audit_pin_codes",
        "create": "phone_system.audit_pin_codes.add",
        "partial_update": "phone_system.audit_pin_codes.modify",
        "destroy": "phone_system.audit_pin_codes.delete",
    }
    serializer_class = AuditPinCodeSerializer

    def get_queryset(self) -> QuerySet[AuditPinCode]:
        return AuditPinCode.objects.order_by("pk")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        values, _ = self._sent(request, partial=False)
        row, _ = services.add_code(values, by=by_request(request, via="api"))
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        values, seen = self._sent(request, partial=True)
        services.modify_code(self.get_object(), values, seen=seen, by=by_request(request, via="api"))
        return Response(self.get_serializer(self.get_object()).data)

    def perform_destroy(self, row: AuditPinCode) -> None:
        services.delete_code(row, by=by_request(self.request, via="api"))

    def _sent(self, request: Request, *, partial: bool) -> tuple[dict[str, Any], int | None]:
        serializer = self.get_serializer(self.get_object() if partial else None, data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        sent = dict(serializer.validated_data)
        return sent, sent.pop("row_version", None)
