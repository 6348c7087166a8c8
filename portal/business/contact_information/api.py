"""REST: /api/v1/contact-information/, one object."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from portal.business.contact_information import services
from portal.business.contact_information.models import FIELDS, ContactInformation
from portal.publish.change import by_request


class ContactInformationSerializer(serializers.ModelSerializer[ContactInformation]):
    row_version = serializers.IntegerField(
        required=False, help_text="Send the one you read, and a change by somebody else since then is not overwritten."
    )

    class Meta:
        model = ContactInformation
        fields = [*FIELDS, "row_version"]


class ContactInformationViewSet(viewsets.GenericViewSet[ContactInformation]):
    required_links = {
        "show": "business.contact_information",
        "partial_update": "business.contact_information.modify",
    }
    serializer_class = ContactInformationSerializer
    queryset = ContactInformation.objects.all()
    pagination_class = None

    @extend_schema(operation_id="contact_information_retrieve")
    def show(self, request: Request) -> Response:
        return Response(self.get_serializer(services.current()).data)

    def partial_update(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        values = {name: sent[name] for name in FIELDS if name in sent}
        services.modify_contact_information(values, seen=sent.get("row_version"), by=by_request(request, via="api"))
        return Response(self.get_serializer(services.current()).data)
