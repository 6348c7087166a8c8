"""REST: /api/v1/emergency/, one object; /api/v1/emergency-proofs/, kept as they were."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from portal.phone_system.emergency import proofs, services
from portal.phone_system.emergency.export import numbers_of
from portal.phone_system.emergency.models import EmergencyProof, EmergencySettings
from portal.publish.change import by_request


class EmergencySerializer(serializers.Serializer[EmergencySettings]):
    numbers = serializers.ListField(child=serializers.CharField(max_length=8), allow_empty=False)
    direct_dial = serializers.BooleanField(
        help_text="The number alone works; with the outside line digit it always does."
    )
    notify = serializers.BooleanField()
    recipients = serializers.ListField(
        child=serializers.CharField(max_length=254),
        help_text="User names, message aliases, email addresses, addresses of text messages.",
    )
    row_version = serializers.IntegerField(required=False)

    def to_representation(self, row: EmergencySettings) -> dict[str, Any]:
        return {
            "numbers": list(numbers_of(row.numbers)),
            "direct_dial": row.direct_dial,
            "notify": row.notify,
            "recipients": row.recipients.splitlines(),
            "row_version": row.row_version,
        }


class EmergencyViewSet(viewsets.GenericViewSet[EmergencySettings]):
    required_links = {
        "show": "phone_system.emergency_cid",
        "partial_update": "phone_system.dial_plan.external.emergency",
    }
    serializer_class = EmergencySerializer
    queryset = EmergencySettings.objects.all()
    pagination_class = None

    @extend_schema(operation_id="emergency_retrieve")
    def show(self, request: Request) -> Response:
        return Response(self.get_serializer(services.current()).data)

    def partial_update(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        sent = dict(serializer.validated_data)
        seen = sent.pop("row_version", None)
        if "numbers" in sent:
            sent["numbers"] = ", ".join(sent["numbers"])
        if "recipients" in sent:
            sent["recipients"] = "\n".join(sent["recipients"])
        services.modify_emergency(sent, seen=seen, by=by_request(request, via="api"))
        return Response(self.get_serializer(services.current()).data)


class ProvenSerializer(serializers.Serializer[Any]):
    station = serializers.CharField()
    handset = serializers.CharField()
    owner = serializers.CharField()
    dialled = serializers.CharField()
    lines = serializers.ListField(
        child=serializers.CharField(), help_text="In the order they are tried; none: no help."
    )
    caller_id = serializers.CharField()
    location = serializers.CharField()
    why = serializers.CharField()


class EmergencyProofSerializer(serializers.ModelSerializer[EmergencyProof]):
    class Meta:
        model = EmergencyProof
        fields = ["id", "at", "version", "by", "handsets", "failed"]


class WholeProofSerializer(EmergencyProofSerializer):
    rows = ProvenSerializer(many=True)

    class Meta(EmergencyProofSerializer.Meta):
        fields = [*EmergencyProofSerializer.Meta.fields, "rows"]


class EmergencyProofViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[EmergencyProof]):
    """POST makes one of the newest configuration, now."""

    required_links = {
        "list": "phone_system.emergency_proof",
        "retrieve": "phone_system.emergency_proof",
        "create": "phone_system.emergency_proof.run",
    }
    queryset = EmergencyProof.objects.all()

    def get_serializer_class(self) -> type[EmergencyProofSerializer]:
        return EmergencyProofSerializer if self.action == "list" else WholeProofSerializer

    @extend_schema(request=None, responses={201: WholeProofSerializer})
    def create(self, request: Request) -> Response:
        made = proofs.prove_now(by_request(request).name)
        return Response(WholeProofSerializer(made).data, status=status.HTTP_201_CREATED)
