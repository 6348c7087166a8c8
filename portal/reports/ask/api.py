"""REST: POST /api/v1/ask/, what would happen to a call. Nothing is changed and nobody is called."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from portal.reports.ask.services import Asked, answer
from telephony.messages.snapshot import Presence


def stations() -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(max_length=8), required=False, max_length=1000)


class QuestionSerializer(serializers.Serializer[Any]):
    dialled = serializers.CharField(max_length=40, help_text="From outside: the number that is called.")
    station = serializers.CharField(max_length=8, required=False, help_text="The handset that calls.")
    line = serializers.IntegerField(
        required=False, min_value=1, max_value=2**31 - 1, help_text="Or the outside line a call comes in on."
    )
    from_number = serializers.CharField(max_length=24, required=False, allow_blank=True)
    at = serializers.DateTimeField(required=False, help_text="Now, when it is missing.")
    as_now = serializers.BooleanField(default=False, help_text="Begin with presences and registrations of this moment.")
    presences = serializers.DictField(
        child=serializers.ChoiceField(choices=[one.value for one in Presence]),
        required=False,
        help_text="User id: presence. Everybody else is In Office, or as now.",
    )
    in_use = stations()
    not_registered = stations()
    lines_down = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**31 - 1), required=False, max_length=1000
    )
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)

    def validate_presences(self, sent: dict[str, str]) -> dict[int, Presence]:
        if wrong := [key for key in sent if not (key.isascii() and key.isdigit() and len(key) < 10)]:
            raise serializers.ValidationError(f"{wrong[0][:20]!r} is no user id.")
        return {int(key): Presence(value) for key, value in sent.items()}


class BoxSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="caller, rule, ring, line, application or end")
    title = serializers.CharField()
    text = serializers.CharField()
    link = serializers.CharField(help_text="Page of the setting that caused it.")
    label = serializers.CharField(help_text="What leads here from the box before.")
    on_busy = serializers.CharField(help_text="Where busy leads, when it is not the next box.")


class AnswerSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    kind = serializers.CharField()
    sentence = serializers.CharField()
    anchored = serializers.CharField(help_text="Why a media worker holds the call, or nothing.")
    boxes = BoxSerializer(many=True)


class AskViewSet(viewsets.ViewSet):
    required_links = {"create": "reports.ask"}

    @extend_schema(request=QuestionSerializer, responses={200: AnswerSerializer})
    def create(self, request: Request) -> Response:
        serializer = QuestionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = dict(serializer.validated_data)
        at = sent.pop("at", None) or timezone.now()
        line = sent.pop("line", None)
        lists = {name: tuple(sent.pop(name, ())) for name in ("in_use", "not_registered", "lines_down")}
        return Response(AnswerSerializer(answer(Asked(**sent, **lists, line_id=line, at=at.timestamp()))).data)
