"""REST: /api/v1/user-templates/."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Count, QuerySet
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.fields import Words
from portal.business.user_templates import services
from portal.business.user_templates.models import ATTENDANTS, QUEUES, SETTINGS, UserTemplate
from portal.publish.change import by_request


class UserTemplateSerializer(serializers.ModelSerializer[UserTemplate]):
    name = serializers.CharField(max_length=64)
    copy_of = serializers.PrimaryKeyRelatedField(
        queryset=UserTemplate.objects.all(),
        write_only=True,
        required=False,
        help_text="Whose settings to begin with; System User (Default) unless said otherwise.",
    )
    users = serializers.IntegerField(read_only=True, source="used", help_text="How many users it was last applied to.")
    supervised_queues = Words(QUEUES, required=False)
    recording_queues = Words(QUEUES, required=False)
    recording_attendants = Words(ATTENDANTS, required=False)
    listed_attendants = Words(ATTENDANTS, required=False)
    row_version = serializers.IntegerField(
        required=False, help_text="Send the one you read, and a change by somebody else since then is not overwritten."
    )

    class Meta:
        model = UserTemplate
        fields = ["id", "name", "is_default", "copy_of", "users", *SETTINGS, "row_version"]
        read_only_fields = ["is_default"]
        validators: list[Any] = []  # the services say it with a sentence


class UserTemplateFilter(django_filters.FilterSet):
    name = django_filters.CharFilter(lookup_expr="iexact")
    is_default = django_filters.BooleanFilter()


class UserTemplateViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[UserTemplate]
):
    required_links = {
        "list": "business.users.templates.view",
        "retrieve": "business.users.templates.view",
        "create": "business.users.templates.copy",
        "partial_update": "business.users.templates.view",
        "destroy": "business.users.templates.delete",
    }
    serializer_class = UserTemplateSerializer
    filterset_class = UserTemplateFilter

    def get_queryset(self) -> QuerySet[UserTemplate]:
        return UserTemplate.objects.annotate(used=Count("users")).order_by("pk")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A copy of another template, with the settings sent in place of its own."""
        sent = self._sent(request, partial=False)
        sent.pop("row_version", None)
        source = sent.pop("copy_of", None) or UserTemplate.objects.get(is_default=True)
        name = sent.pop("name")
        template, _ = services.copy_template(source, name=name, values=sent, by=by_request(request, via="api"))
        return self._answer(template, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Changes no user: apply it again. System User (Default) stays as it is."""
        template = self.get_object()
        sent = self._sent(request, partial=True)
        sent.pop("copy_of", None)
        seen, name = sent.pop("row_version", None), sent.pop("name", None)
        services.modify_template(template, sent, name=name, seen=seen, by=by_request(request, via="api"))
        return self._answer(template, status.HTTP_200_OK)

    def perform_destroy(self, template: UserTemplate) -> None:
        services.delete_template(template, by=by_request(self.request, via="api"))

    def _sent(self, request: Request, *, partial: bool) -> dict[str, Any]:
        serializer = self.get_serializer(data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _answer(self, template: UserTemplate, code: int) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=template.pk)).data, status=code)
