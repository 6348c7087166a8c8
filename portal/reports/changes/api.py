"""REST: /api/v1/changes/, the audit trail to read, newest first."""

from __future__ import annotations

import django_filters
from rest_framework import serializers, viewsets

from portal.audit.models import AuditEntry
from portal.reports.call_details.api import Moment


class ChangeSerializer(serializers.ModelSerializer[AuditEntry]):
    class Meta:
        model = AuditEntry
        fields = [
            "id",
            "at",
            "actor_name",
            "source",
            "via",
            "action",
            "kind",
            "object_id",
            "object_label",
            "field",
            "before",
            "after",
            "why",
            "version",
        ]


class ChangeFilter(django_filters.FilterSet):
    who = django_filters.CharFilter(field_name="actor_name")
    kind = django_filters.CharFilter()
    action = django_filters.CharFilter()
    via = django_filters.CharFilter()
    object_id = django_filters.CharFilter()
    since = Moment(field_name="at", lookup_expr="gte", label="since")
    until = Moment(field_name="at", lookup_expr="lt", label="until")


class ChangeViewSet(viewsets.ReadOnlyModelViewSet[AuditEntry]):
    required_links = {"list": "reports.changes", "retrieve": "reports.changes"}
    serializer_class = ChangeSerializer
    filterset_class = ChangeFilter
    queryset = AuditEntry.objects.order_by("-id")
