"""REST: /api/v1/schedules/, with the holidays of each, what it says now, and setting it by hand."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.errors import NotDone
from portal.business.schedules import export, services, state
from portal.business.schedules.models import WEEKDAYS, Holiday, Schedule
from portal.business.schedules.periods import clock, minutes, parse, text_of
from portal.maintenance.time.export import zone
from portal.publish.change import by_request
from telephony.messages.snapshot import ScheduleMode, SchedulePeriod

MODES = [mode.value for mode in ScheduleMode]
SEEN = "Send the one you read, and a change by somebody else since then is not overwritten."


class PeriodSerializer(serializers.Serializer[Any]):
    """Times of the server's wall clock, 00:00 to 24:00."""

    start = serializers.CharField(max_length=5)
    end = serializers.CharField(max_length=5)
    mode = serializers.ChoiceField(choices=MODES)
    greeting = serializers.IntegerField(min_value=0, max_value=8)


@extend_schema_field(PeriodSerializer(many=True))
class PeriodsField(serializers.Field[Any, Any, Any, Any]):
    """A day: a list of periods outside, a text of periods.py inside."""

    def to_representation(self, value: str) -> list[dict[str, Any]]:
        return [
            {"start": clock(p.start), "end": clock(p.end), "mode": p.mode.value, "greeting": p.greeting}
            for p in parse(value)
        ]

    def to_internal_value(self, data: Any) -> str:
        inner = PeriodSerializer(data=data, many=True)
        inner.is_valid(raise_exception=True)
        return text_of(
            SchedulePeriod(
                start=minutes(p["start"]),
                end=minutes(p["end"]),
                mode=ScheduleMode(p["mode"]),
                greeting=p["greeting"],
            )
            for p in inner.validated_data
        )


class HolidaySerializer(serializers.Serializer[Holiday]):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=64)
    first = serializers.DateField()
    last = serializers.DateField(required=False, help_text="The same as first when it is one day.")
    every_year = serializers.BooleanField(required=False, default=False)
    periods = PeriodsField(required=False, default="")
    row_version = serializers.IntegerField(required=False, help_text=SEEN)


class NowSerializer(serializers.Serializer[Any]):
    mode = serializers.ChoiceField(choices=MODES)
    greeting = serializers.IntegerField(min_value=0, max_value=8)
    until = serializers.DateTimeField(allow_null=True)
    because = serializers.ChoiceField(choices=["weekday", "holiday", "uncovered", "override", "manual"])
    text = serializers.CharField()


class SetSerializer(serializers.Serializer[Any]):
    mode = serializers.ChoiceField(choices=MODES, allow_null=True, help_text="null: follow the clock again.")
    greeting = serializers.IntegerField(min_value=0, max_value=8, default=0)


class CopySerializer(serializers.Serializer[Any]):
    copy_of = serializers.IntegerField(min_value=0, help_text="id of a schedule")
    description = serializers.CharField(max_length=64, required=False, default="")


class ScheduleSerializer(serializers.Serializer[Schedule]):
    """`control` manual begins with `manual_mode` and `manual_greeting`."""

    id = serializers.IntegerField(read_only=True)
    number = serializers.IntegerField(read_only=True)
    description = serializers.CharField(max_length=64)
    control = serializers.ChoiceField(choices=Schedule.Control.choices)
    manual_mode = serializers.ChoiceField(choices=MODES, required=False)
    manual_greeting = serializers.IntegerField(min_value=0, max_value=8, required=False)
    monday = PeriodsField(required=False)
    tuesday = PeriodsField(required=False)
    wednesday = PeriodsField(required=False)
    thursday = PeriodsField(required=False)
    friday = PeriodsField(required=False)
    saturday = PeriodsField(required=False)
    sunday = PeriodsField(required=False)
    holidays = HolidaySerializer(many=True, read_only=True)
    now = serializers.SerializerMethodField()
    row_version = serializers.IntegerField(required=False, help_text=SEEN)

    @extend_schema_field(NowSerializer)
    def get_now(self, schedule: Schedule) -> dict[str, Any]:
        known = self.context["known"]
        now = state.now_of(
            known["entries"][schedule.pk], known["zone"], known["names"], known["by_hand"].get(schedule.pk)
        )
        found = now.state
        return {
            "mode": found.mode.value,
            "greeting": found.greeting,
            "until": found.until,
            "because": found.because.value,
            "text": now.text,
        }


class ScheduleViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[Schedule]
):
    required_links = {
        "list": "business.schedules",
        "retrieve": "business.schedules",
        "create": "business.schedules.copy",
        "partial_update": "business.schedules.modify",
        "set": "business.schedules.modify",
        "destroy": "business.schedules.delete",
    }
    serializer_class = ScheduleSerializer
    filterset_fields = ["number", "control"]
    queryset = Schedule.objects.prefetch_related("holidays").order_by("number")

    def get_serializer_context(self) -> dict[str, Any]:
        known = {
            "entries": {entry.schedule_id: entry for entry in export.schedules()},
            "zone": zone(),
            "names": export.greetings(),
            "by_hand": state.set_by_hand(),
        }
        return {**super().get_serializer_context(), "known": known}

    @extend_schema(request=CopySerializer, responses={201: ScheduleSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A schedule is made by copying another one."""
        sent = CopySerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        source = get_object_or_404(Schedule, pk=sent.validated_data["copy_of"])
        made, _ = services.copy_schedule(
            source, description=sent.validated_data["description"], by=by_request(request, via="api")
        )
        return Response(self._shown(made), status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        schedule = self.get_object()
        serializer = self.get_serializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        sent, by = serializer.validated_data, by_request(request, via="api")
        seen = sent.get("row_version")
        values = {name: sent[name] for name in ("description", *WEEKDAYS) if name in sent}
        if values:
            change = services.modify_schedule(schedule, values, seen=seen, by=by)
            seen = schedule.row_version + 1 if seen is not None and change.touched else seen
        if "control" in sent:
            services.set_control(
                schedule,
                sent["control"],
                mode=ScheduleMode(sent.get("manual_mode", ScheduleMode.NIGHT)),
                greeting=sent.get("manual_greeting", 1),
                seen=seen,
                by=by,
            )
        return Response(self._shown(schedule))

    @extend_schema(request=SetSerializer, responses={200: ScheduleSerializer})
    @action(detail=True, methods=["post"])
    def set(self, request: Request, pk: str) -> Response:
        """Mode and greeting by hand (S25-06); with automatic control until the next period begins."""
        schedule = self.get_object()
        sent = SetSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        mode = sent.validated_data["mode"]
        verdict = state.tell(
            schedule,
            ScheduleMode(mode) if mode else None,
            sent.validated_data["greeting"],
            by=request.user.get_username(),
        )
        if not verdict["ok"]:
            raise NotDone(verdict["error"])
        return Response(self._shown(schedule))

    def perform_destroy(self, schedule: Schedule) -> None:
        services.delete_schedule(schedule, by=by_request(self.request, via="api"))

    def _shown(self, schedule: Schedule) -> Any:
        return self.get_serializer(self.get_queryset().get(pk=schedule.pk)).data


class ScheduleHolidayViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[Holiday]
):
    """/api/v1/schedule-holidays/; `schedule` is the id of the schedule."""

    required_links = {
        "list": "business.schedules",
        "retrieve": "business.schedules",
        "create": "business.schedules.add_holiday",
        "partial_update": "business.schedules.modify_holiday",
        "destroy": "business.schedules.delete_holiday",
    }
    filterset_fields = ["schedule"]
    queryset = Holiday.objects.select_related("schedule").order_by("pk")

    class HolidayOfScheduleSerializer(HolidaySerializer):
        schedule = serializers.PrimaryKeyRelatedField(queryset=Schedule.objects.all(), required=True)

    serializer_class = HolidayOfScheduleSerializer

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        holiday, _ = services.add_holiday(sent["schedule"], _values(sent, None), by=by_request(request, via="api"))
        return Response(self.get_serializer(holiday).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A holiday stays with its schedule."""
        holiday = self.get_object()
        serializer = self.get_serializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        services.modify_holiday(
            holiday, _values(sent, holiday), seen=sent.get("row_version"), by=by_request(request, via="api")
        )
        return Response(self.get_serializer(self.get_queryset().get(pk=holiday.pk)).data)

    def perform_destroy(self, holiday: Holiday) -> None:
        services.delete_holiday(holiday, by=by_request(self.request, via="api"))


def _values(sent: dict[str, Any], was: Holiday | None) -> services.HolidayValues:
    """What was not sent stays; a new holiday has one day unless it says more."""
    if was is None:
        return services.HolidayValues(
            name=sent["name"],
            first=sent["first"],
            last=sent.get("last") or sent["first"],
            every_year=sent["every_year"],
            periods=sent["periods"],
        )
    names = ("name", "first", "last", "every_year", "periods")
    return services.HolidayValues(**{name: sent.get(name, getattr(was, name)) for name in names})
