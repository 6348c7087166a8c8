"""REST: /api/v1/roles/, the roles and their members. Built-in ones are read, assigned and removed; others also made."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from portal.access import roles
from portal.access.links import KEYS
from portal.access.models import CustomRole
from portal.api.errors import NotDone
from portal.api.permissions import links_of
from portal.business.roles import services
from portal.business.roles.page import about
from portal.business.users.models import User
from portal.publish.change import by_request


class RoleSerializer(serializers.Serializer[Group]):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=64)
    description = serializers.CharField(max_length=200, required=False, allow_blank=True)
    built_in = serializers.BooleanField(read_only=True)
    links = serializers.ListField(
        child=serializers.ChoiceField(choices=sorted(KEYS)), help_text="Keys; what leads to them comes along by itself."
    )
    members = serializers.ListField(child=serializers.IntegerField(), read_only=True, help_text="User ids.")

    def to_representation(self, role: Group) -> dict[str, Any]:
        return {
            "id": role.pk,
            "name": role.name,
            "description": about(role),
            "built_in": role.name in roles.BUILT_IN,
            "links": sorted(roles.links_of_role(role)),
            "members": sorted(user.pk for user in role.user_set.all()),
        }


class MemberSerializer(serializers.Serializer[Any]):
    user = serializers.IntegerField(help_text="User id.")


class RoleViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Group]):
    required_links = {
        "list": "business.roles",
        "retrieve": "business.roles",
        "create": "business.roles.add",
        "partial_update": "business.roles.modify",
        "destroy": "business.roles.delete",
        "assign": "business.roles",  # and the role's own link, see _member
        "remove": "business.roles",
    }
    serializer_class = RoleSerializer
    queryset = Group.objects.order_by("pk")

    def get_queryset(self) -> QuerySet[Group]:
        return Group.objects.select_related("custom_role").prefetch_related("user_set").order_by("pk")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        sent = self._sent(request, partial=False)
        role, _ = services.add_role(
            sent["name"], sent.get("description", ""), sent["links"], by=by_request(request, via="api")
        )
        return Response(self._shown(role.group_id), status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        role, sent = self._custom(), self._sent(request, partial=True)
        services.modify_role(
            role,
            sent.get("name", role.name),
            sent.get("description", role.description),
            sent.get("links", services.keys_of(role)),
            by=by_request(request, via="api"),
        )
        return Response(self._shown(role.group_id))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        services.delete_role(self._custom(), by=by_request(request, via="api"))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=MemberSerializer, responses=RoleSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: str) -> Response:
        """[Assign Role], in force at once."""
        role, user = self._member(request)
        roles.assign(user, role, by=by_request(request, via="api"))
        return Response(self._shown(role.pk))

    @extend_schema(request=MemberSerializer, responses=RoleSerializer)
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, pk: str) -> Response:
        """[Remove Role], in force at once."""
        role, user = self._member(request)
        roles.remove(user, role, by=by_request(request, via="api"))
        return Response(self._shown(role.pk))

    def _shown(self, pk: int) -> Any:
        return self.get_serializer(self.get_queryset().get(pk=pk)).data

    def _custom(self) -> CustomRole:
        found: CustomRole | None = getattr(self.get_object(), "custom_role", None)
        if found is None:
            raise NotDone("A built-in role always equals the table of the guide. Copy it, and change the copy.")
        return found

    def _member(self, request: Request) -> tuple[Group, User]:
        role = self.get_object()
        if roles.assign_link(role) not in links_of(request):
            raise PermissionDenied(f"You may not give or take the role {role.name}.")
        serializer = MemberSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = User.objects.filter(pk=serializer.validated_data["user"]).first()
        if user is None:
            raise NotFound("There is no such user.")
        return role, user

    def _sent(self, request: Request, *, partial: bool) -> dict[str, Any]:
        serializer = self.get_serializer(data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        sent: dict[str, Any] = serializer.validated_data
        return sent
