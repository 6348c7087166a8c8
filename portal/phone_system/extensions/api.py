"""REST: /api/v1/extensions/, to read. Their routes are edited on their page."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers, viewsets

from portal.phone_system.extensions.models import CallRoute, ConnectionAttempt, Destination, Extension


class DestinationSerializer(serializers.ModelSerializer[Destination]):
    class Meta:
        model = Destination
        fields = ["kind", "value"]


class AttemptSerializer(serializers.ModelSerializer[ConnectionAttempt]):
    destinations = DestinationSerializer(many=True)

    class Meta:
        model = ConnectionAttempt
        fields = ["rings", "ring_tone", "destinations"]


class RouteSerializer(serializers.ModelSerializer[CallRoute]):
    attempts = AttemptSerializer(many=True)
    finally_kind = serializers.CharField()
    busy_kind = serializers.CharField(help_text='"": busy is treated as no answer (S18-16).')

    class Meta:
        model = CallRoute
        fields = ["presence", "attempts", "finally_kind", "finally_value", "busy_kind", "busy_value"]


class ExtensionSerializer(serializers.ModelSerializer[Extension]):
    user = serializers.CharField(source="user.username", default=None, allow_null=True)
    routes = RouteSerializer(many=True)

    class Meta:
        model = Extension
        fields = ["id", "number", "user", "description", "routes"]


class ExtensionFilter(django_filters.FilterSet):
    number = django_filters.CharFilter()
    user = django_filters.CharFilter(field_name="user__username", lookup_expr="iexact")


class ExtensionViewSet(viewsets.ReadOnlyModelViewSet[Extension]):
    required_links = {"list": "phone_system.extensions", "retrieve": "phone_system.extensions"}
    serializer_class = ExtensionSerializer
    filterset_class = ExtensionFilter

    def get_queryset(self) -> QuerySet[Extension]:
        return (
            Extension.objects.select_related("user")
            .prefetch_related("routes__attempts__destinations")
            .order_by("number")
        )
