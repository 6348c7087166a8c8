"""REST: /api/v1/voicemails/. One's own; who may delete users' messages sees the lists of all, but never hears them."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.fields import WithFrom
from portal.api.permissions import links_of
from portal.business.users.models import User
from portal.my_manager.voicemails import services
from telephony import mailbox

OTHERS = "business.users.delete_messages"


@dataclass(frozen=True, slots=True)
class Entry:
    user: User
    message: mailbox.Message

    @property
    def key(self) -> str:
        """Message ids are unique within a mailbox only."""
        return f"{self.user.pk}-{self.message.id}"


class VoicemailSerializer(WithFrom):
    id = serializers.CharField(source="key", read_only=True)
    user = serializers.CharField(source="user.username", read_only=True)
    from_ = serializers.CharField(source="message.from_number", read_only=True)
    from_name = serializers.CharField(source="message.from_name", read_only=True)
    received = serializers.DateTimeField(source="message.received", read_only=True)
    seconds = serializers.IntegerField(source="message.seconds", read_only=True)
    new = serializers.BooleanField(source="message.new")
    audio = serializers.SerializerMethodField(help_text="Path of the WAV file.")

    def get_audio(self, entry: Entry) -> str:
        return f"/api/v1/voicemails/{entry.key}/audio/"


@extend_schema(parameters=[OpenApiParameter("id", str, OpenApiParameter.PATH)])
class VoicemailViewSet(viewsets.ViewSet):
    required_links = {"list": "", "retrieve": "", "partial_update": "", "destroy": "", "audio": ""}
    lookup_value_regex = r"[0-9]{1,18}-[^/]+"

    @extend_schema(
        responses=VoicemailSerializer(many=True),
        parameters=[OpenApiParameter("user", str, description="Login name; your own without it.")],
    )
    def list(self, request: Request) -> Response:
        """Oldest first."""
        user = self._owner(request, request.query_params.get("user", ""))
        entries = [Entry(user, message) for message in mailbox.messages(settings.INSTANCE.mail, user.pk)]
        return Response(VoicemailSerializer(entries, many=True).data)

    @extend_schema(responses=VoicemailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(VoicemailSerializer(self._entry(request, pk)).data)

    @extend_schema(request=VoicemailSerializer, responses=VoicemailSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """{"new": false}: heard."""
        entry = self._entry(request, pk, own=True)
        serializer = VoicemailSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        if serializer.validated_data["message"]["new"]:
            raise serializers.ValidationError({"new": ["A voicemail can be marked as heard (false), not as new."]})
        if not services.mark_heard(entry.user, entry.message.id):
            raise NotFound("This voicemail was deleted.")
        return Response(VoicemailSerializer(self._entry(request, pk, own=True)).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        entry = self._entry(request, pk)
        if not services.delete(entry.user, entry.message.id):
            raise NotFound("This voicemail was deleted.")
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={(200, "audio/wav"): OpenApiResponse(OpenApiTypes.BINARY)})
    @action(detail=True)
    def audio(self, request: Request, pk: str) -> HttpResponse:
        """The recording. Only for its owner: reading a voicemail is nobody else's business."""
        entry = self._entry(request, pk, own=True)
        try:
            data = services.audio(entry.user, entry.message.id)
        except mailbox.MessageGone as error:
            raise NotFound("This voicemail was deleted.") from error
        return HttpResponse(data, content_type="audio/wav", headers={"Cache-Control": "private, no-store"})

    def _owner(self, request: Request, username: str) -> User:
        me: User = request.user
        if not username or username.lower() == me.username.lower():
            return me
        owner = User.objects.named(username).first() if OTHERS in links_of(request) else None
        if owner is None:
            raise NotFound("There is no such mailbox for you.")
        return owner

    def _entry(self, request: Request, key: str, *, own: bool = False) -> Entry:
        user_id, _, message_id = key.partition("-")
        mine = user_id == str(request.user.pk)
        if mine or (not own and OTHERS in links_of(request)):
            user = request.user if mine else User.objects.filter(pk=int(user_id)).first()
            for message in mailbox.messages(settings.INSTANCE.mail, int(user_id)) if user else ():
                if message.id == message_id:
                    return Entry(user, message)
        raise NotFound("There is no such voicemail.")
