"""REST: /api/v1/calls/, the live calls. GET reads the live picture; POST and DELETE are the call-control verbs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.errors import NotDone, SwitchAway
from portal.api.fields import UnixTime, WithFrom
from portal.api.permissions import links_of
from portal.live import picture
from portal.live.call import CallView
from portal.live.verbs import ask
from portal.phone_system.extensions.models import Extension
from telephony import tasks


class ReasonSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    link = serializers.CharField(allow_blank=True)


class CallSerializer(WithFrom):
    id = serializers.CharField()
    from_ = serializers.CharField()
    from_name = serializers.CharField()
    to = serializers.CharField()
    to_name = serializers.CharField()
    dialled = serializers.CharField()
    state = serializers.ChoiceField(choices=["ringing", "talking", "held", "parked", "queued"])
    ringing = serializers.ListField(child=serializers.CharField(), help_text="User IDs of the handsets that ring.")
    answered_by = serializers.CharField()
    started = UnixTime()
    answered = UnixTime(allow_null=True)
    mode = serializers.ChoiceField(choices=["switched", "anchored"])
    anchor_reason = serializers.CharField()
    why = ReasonSerializer(many=True)


class NewCallSerializer(WithFrom):
    from_ = serializers.RegexField(r"^[0-9]{1,4}$", help_text="Extension whose phones ring first.")
    to = serializers.RegexField(r"^[0-9*#+]{1,32}$", help_text="Digits, as that extension would dial them.")


class CallId(serializers.Serializer[Any]):
    id = serializers.CharField()


@extend_schema(parameters=[OpenApiParameter("id", str, OpenApiParameter.PATH)])
class CallViewSet(viewsets.ViewSet):
    """With Reports > Live Calls: every call. Without: one's own."""

    required_links = {"list": "", "retrieve": "", "create": "", "destroy": ""}

    @extend_schema(responses=CallSerializer(many=True), parameters=[])
    def list(self, request: Request) -> Response:
        return Response(CallSerializer(self._seen(request), many=True).data)

    @extend_schema(responses=CallSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(CallSerializer(self._one(request, pk)).data)

    @extend_schema(request=NewCallSerializer, responses={201: CallId}, parameters=[])
    def create(self, request: Request) -> Response:
        """Rings the phones of extension `from`, then calls `to` with that extension's rights."""
        serializer = NewCallSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        owner = Extension.objects.filter(number=sent["from"]).values_list("user_id", flat=True)
        if not owner:
            raise serializers.ValidationError({"from": [f"There is no extension {sent['from']}."]})
        if owner[0] != request.user.pk and "reports.live_calls.originate" not in links_of(request):
            raise PermissionDenied("You may start calls from your own extension only.")
        verdict = ask(tasks.originate, from_extension=sent["from"], to=sent["to"], by=request.user.get_username())
        if not verdict["ok"]:
            raise NotDone(verdict["error"])
        return Response({"id": verdict["call_id"]}, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Ends the call in whatever state it is."""
        call = self._one(request, pk)
        own = request.user.pk in (call["from_user"], call["to_user"])
        if not own and "reports.live_calls.end" not in links_of(request):
            raise PermissionDenied("You may end your own calls only.")
        verdict = ask(tasks.end_call, call_id=pk, by=request.user.get_username())
        if not verdict["ok"]:
            raise NotDone(verdict["error"])
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _seen(self, request: Request) -> tuple[CallView, ...]:
        everything = "reports.live_calls" in links_of(request)
        seen = picture.calls() if everything else picture.calls_of(request.user.pk)
        if seen.problem == picture.AWAY:
            raise SwitchAway(seen.problem)
        return seen.items

    def _one(self, request: Request, call_id: str) -> CallView:
        for call in self._seen(request):
            if call["id"] == call_id:
                return call
        raise NotFound("There is no such call now.")
