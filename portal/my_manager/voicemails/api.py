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
    forwarded_by = serializers.CharField(
        source="message.forwarded_by", read_only=True, help_text="Name of who passed it on, or empty."
    )
    audio = serializers.SerializerMethodField(help_text="Path of the WAV file.")

    def get_audio(self, entry: Entry) -> str:
        return f"/api/v1/voicemails/{entry.key}/audio/"


class ForwardSerializer(serializers.Serializer[dict[str, list[str]]]):
    to = serializers.ListField(
        child=serializers.CharField(max_length=64), min_length=1, max_length=250, help_text="Login names."
    )


@extend_schema(parameters=[OpenApiParameter("id", str, OpenApiParameter.PATH)])
class VoicemailViewSet(viewsets.ViewSet):
    required_links = {"list": "", "retrieve": "", "partial_update": "", "destroy": "", "audio": "", "forward": ""}
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
        """{"new": false}: heard; {"new": true}: to be heard again."""
        entry = self._entry(request, pk, own=True)
        serializer = VoicemailSerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        new = serializer.validated_data.get("message", {}).get("new", entry.message.new)
        mark = services.mark_new if new else services.mark_heard
        if new != entry.message.new and not mark(entry.user, entry.message.id):
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

    @extend_schema(request=ForwardSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def forward(self, request: Request, pk: str) -> Response:
        """A copy into each of these mailboxes, or into none of them."""
        entry = self._entry(request, pk, own=True)
        serializer = ForwardSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        people = {user.username.lower(): user for user in services.recipients(entry.user)}
        names = serializer.validated_data["to"]
        if wrong := [name for name in names if name.lower() not in people]:
            raise serializers.ValidationError({"to": [f"There is no mailbox of {name} for you." for name in wrong]})
        try:
            services.forward(entry.user, entry.message.id, [people[name.lower()] for name in names])
        except mailbox.MessageGone as error:
            raise NotFound("This voicemail was deleted.") from error
        return Response(status=status.HTTP_204_NO_CONTENT)

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
