"""REST: /api/v1/mail-account/, one object; the password is written, never read."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from portal.publish.change import by_request
from portal.servers.email import services
from portal.servers.email.models import MailAccount
from portal.servers.email.sending import account


class MailAccountSerializer(serializers.ModelSerializer[MailAccount]):
    password = serializers.CharField(
        max_length=128, write_only=True, required=False, trim_whitespace=False, allow_blank=True
    )
    port = serializers.IntegerField(min_value=1, max_value=65535)
    row_version = serializers.IntegerField(required=False)

    class Meta:
        model = MailAccount
        fields = [*services.FIELDS, "password", "row_version"]


class MailAccountViewSet(viewsets.GenericViewSet[MailAccount]):
    required_links = {"show": "servers.email", "partial_update": "servers.email.modify"}
    serializer_class = MailAccountSerializer
    queryset = MailAccount.objects.all()
    pagination_class = None

    @extend_schema(operation_id="mail_account_retrieve")
    def show(self, request: Request) -> Response:
        return Response(self.get_serializer(account()).data)

    def partial_update(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        sent = dict(serializer.validated_data)
        password, seen = sent.pop("password", None), sent.pop("row_version", None)
        services.modify_account(sent, password=password, seen=seen, by=by_request(request, via="api"))
        return Response(self.get_serializer(account()).data)
