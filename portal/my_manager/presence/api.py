"""REST: /api/v1/presence/, one's own."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.errors import NotDone
from portal.business.users.models import User
from portal.my_manager.presence import services


class PresenceSerializer(serializers.Serializer[dict[str, str]]):
    presence = serializers.ChoiceField(choices=tuple(services.TITLES))


class PresenceViewSet(viewsets.ViewSet):
    """Of others: the field `presence` of /api/v1/users/."""

    required_links = {"show": "", "partial_update": ""}

    @extend_schema(operation_id="presence_retrieve", responses=PresenceSerializer)
    def show(self, request: Request) -> Response:
        return Response({"presence": services.presence_now(_phone_user(request))})

    @extend_schema(request=PresenceSerializer, responses=PresenceSerializer)
    def partial_update(self, request: Request) -> Response:
        """Takes effect for the next call. 409 when the switch cannot be told."""
        user = _phone_user(request)
        serializer = PresenceSerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        wanted = serializer.validated_data.get("presence")
        if wanted is None:
            return self.show(request)
        verdict = services.set_presence(user, wanted, by=user.username)
        if not verdict["ok"]:
            raise NotDone(verdict["error"])
        return Response({"presence": wanted})


def _phone_user(request: Request) -> User:
    user: User = request.user
    if user.is_server_administrator:
        raise NotFound("The Server Administrator is not a phone user and has no presence.")
    return user
