"""REST: /api/v1/call-records/, to read, newest first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from rest_framework import serializers, viewsets

from portal.api.fields import WithFrom
from portal.api.permissions import links_of
from portal.live.models import CallRecord
from portal.reports.live_calls.api import ReasonSerializer


class CallRecordSerializer(WithFrom, serializers.ModelSerializer[CallRecord]):
    from_ = serializers.CharField(source="from_number")
    to = serializers.CharField(source="to_number")
    explanation = ReasonSerializer(many=True)

    class Meta:
        model = CallRecord
        fields = [
            "id",
            "call_id",
            "from_",
            "from_name",
            "to",
            "to_name",
            "dialled",
            "answered_by",
            "started",
            "answered",
            "ended",
            "seconds",
            "outcome",
            "mode",
            "anchor_reason",
            "explanation",
            "version",
        ]


class Moment(django_filters.IsoDateTimeFilter):
    """PostgreSQL takes no offset of sixteen hours and more, though ISO 8601 does; we ask in UTC."""

    def filter(self, records: QuerySet[CallRecord], value: datetime | None) -> QuerySet[CallRecord]:
        try:
            return super().filter(records, value and value.astimezone(UTC))
        except OverflowError as error:
            raise serializers.ValidationError({str(self.label): ["This moment is not in the calendar."]}) from error


class _Filter(django_filters.FilterSet):
    to = django_filters.CharFilter(field_name="to_number")
    call_id = django_filters.CharFilter()
    outcome = django_filters.CharFilter()
    since = Moment(field_name="started", lookup_expr="gte", label="since")
    until = Moment(field_name="started", lookup_expr="lt", label="until")
    number = django_filters.CharFilter(method="either", label="from or to")

    def either(self, records: QuerySet[CallRecord], name: str, value: str) -> QuerySet[CallRecord]:
        return records.filter(Q(from_number=value) | Q(to_number=value))


# `from` is a word of Python, so this one filter is added by name
CallRecordFilter: Any = type(
    "CallRecordFilter", (_Filter,), {"from": django_filters.CharFilter(field_name="from_number")}
)


class CallRecordViewSet(viewsets.ReadOnlyModelViewSet[CallRecord]):
    """With Reports > Call Details: every record. Without: those of one's own calls."""

    required_links = {"list": "", "retrieve": ""}
    serializer_class = CallRecordSerializer
    filterset_class = CallRecordFilter
    queryset = CallRecord.objects.all()

    def get_queryset(self) -> QuerySet[CallRecord]:
        records = CallRecord.objects.all()
        if "reports.call_details" in links_of(self.request):
            return records
        me = self.request.user.pk
        return records.filter(Q(from_user=me) | Q(to_user=me))
