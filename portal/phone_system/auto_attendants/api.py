"""REST: /api/v1/auto-attendants/. The nine are there; they are modified, neither added nor deleted."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from portal.business.schedules.models import Schedule
from portal.phone_system.auto_attendants import services
from portal.phone_system.auto_attendants.models import SHORTCUTS, AutoAttendant
from portal.publish.change import by_request


class AutoAttendantSerializer(serializers.ModelSerializer[AutoAttendant]):
    extension = serializers.SerializerMethodField(help_text="What is dialled to reach it")
    description = serializers.CharField(source="name", max_length=64)
    schedule = serializers.PrimaryKeyRelatedField(
        queryset=Schedule.objects.all(), allow_null=True, required=False, help_text="null: schedule 0"
    )
    shortcuts = serializers.DictField(
        child=serializers.CharField(max_length=8, allow_blank=True),
        required=False,
        help_text="Digit 0 to 9 to what it calls; digits that are not named keep theirs, an empty text clears one.",
    )
    recordings = serializers.SerializerMethodField(help_text="0 to 8: greetings, c: the custom message")
    row_version = serializers.IntegerField(required=False)

    class Meta:
        model = AutoAttendant
        fields = [
            "id", "number", "extension", "description", "is_default", "schedule", "dial_by_name", "dial_by_name_prompt",
            "spell_by", "directory", "directory_prompt", "directory_order", "dial_now_prompt", "end_call_prompt",
            "repeat_prompt", "speed_dials", "default_extension", "shortcuts", "recordings", "row_version",
        ]  # fmt: skip
        read_only_fields = ["number"]

    def get_extension(self, row: AutoAttendant) -> str:
        return services.number_of(row)

    def get_recordings(self, row: AutoAttendant) -> list[str]:
        return list(row.recorded)

    def validate_shortcuts(self, value: dict[str, str]) -> dict[str, str]:
        if wrong := sorted(value.keys() - set(SHORTCUTS)):
            raise serializers.ValidationError(f"A shortcut is one digit from 0 to 9, not {wrong[0]!r}.")
        return value

    def to_representation(self, row: AutoAttendant) -> dict[str, Any]:
        said = super().to_representation(row)
        said["shortcuts"] = row.shortcuts()
        return said


class AutoAttendantViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[AutoAttendant]):
    required_links = {
        "list": "phone_system.auto_attendants",
        "retrieve": "phone_system.auto_attendants",
        "partial_update": "phone_system.auto_attendants.modify",
    }
    serializer_class = AutoAttendantSerializer

    def get_queryset(self) -> QuerySet[AutoAttendant]:
        return AutoAttendant.objects.order_by("number")

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = self.get_object()
        serializer = self.get_serializer(row, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        sent = dict(serializer.validated_data)
        seen = sent.pop("row_version", None)
        for digit, target in sent.pop("shortcuts", {}).items():
            sent[f"shortcut_{digit}"] = target
        if "schedule" in sent:
            schedule = sent.pop("schedule")
            sent["schedule_id"] = schedule.pk if schedule else None
        services.modify_attendant(row, sent, seen=seen, by=by_request(request, via="api"))
        return Response(self.get_serializer(self.get_object()).data)
