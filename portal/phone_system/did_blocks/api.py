"""REST: /api/v1/did-blocks/ and /api/v1/did-routing-plans/."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from portal.phone_system.did_blocks import services
from portal.phone_system.did_blocks.models import DidBlock, DidLanguage, DidNumber, DidRoutingPlan
from portal.phone_system.did_blocks.services import NamedNumber
from portal.phone_system.outside_lines.models import OutsideLine
from portal.publish.change import by_request
from telephony.numbers.did import MOST_NUMBERS

LINES = "phone_system.outside_lines"


class DidBlockSerializer(serializers.ModelSerializer[DidBlock]):
    first = serializers.CharField(max_length=24)
    count = serializers.IntegerField(min_value=1, max_value=MOST_NUMBERS)
    plan = serializers.PrimaryKeyRelatedField(
        queryset=DidRoutingPlan.objects.all(), required=False, help_text="Without one the block gets its own."
    )
    lines = serializers.PrimaryKeyRelatedField(queryset=OutsideLine.objects.all(), many=True, required=False)
    row_version = serializers.IntegerField(required=False)

    class Meta:
        model = DidBlock
        fields = ["id", "first", "count", "plan", "lines", "row_version"]


class DidBlockViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[DidBlock]
):
    required_links = {
        "list": "phone_system.did_blocks",
        "retrieve": "phone_system.did_blocks",
        "create": f"{LINES}.did_blocks.add",
        "partial_update": f"{LINES}.did_blocks.modify",
        "destroy": f"{LINES}.did_blocks.delete",
    }
    serializer_class = DidBlockSerializer

    def get_queryset(self) -> QuerySet[DidBlock]:
        return DidBlock.objects.prefetch_related("lines").order_by("pk")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = dict(serializer.validated_data)
        values = {name: sent[name] for name in services.BLOCK_FIELDS}
        block, _ = services.add_block(
            values, lines=sent.get("lines", ()), plan=sent.get("plan"), by=by_request(request, via="api")
        )
        return Response(self.get_serializer(block).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        block = self.get_object()
        serializer = self.get_serializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        sent = dict(serializer.validated_data)
        values = {name: sent[name] for name in services.BLOCK_FIELDS if name in sent}
        services.modify_block(
            block,
            values,
            lines=sent.get("lines"),
            plan=sent.get("plan"),
            seen=sent.get("row_version"),
            by=by_request(request, via="api"),
        )
        return Response(self.get_serializer(self.get_queryset().get(pk=block.pk)).data)

    def perform_destroy(self, block: DidBlock) -> None:
        services.delete_block(block, by=by_request(self.request, via="api"))


class DidNumberSerializer(serializers.ModelSerializer[DidNumber]):
    number = serializers.CharField(max_length=24)
    language = serializers.ChoiceField(choices=DidLanguage.choices, default=DidLanguage.SOURCE)

    class Meta:
        model = DidNumber
        fields = ["number", "extension", "dnis", "language"]


class DidRoutingPlanSerializer(serializers.ModelSerializer[DidRoutingPlan]):
    numbers = DidNumberSerializer(
        many=True, required=False, help_text="What is sent takes the place of what was there."
    )
    row_version = serializers.IntegerField(required=False)

    class Meta:
        model = DidRoutingPlan
        fields = ["id", "description", "default_extension", "default_language", "numbers", "row_version"]


class DidRoutingPlanViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[DidRoutingPlan]
):
    """A plan is made with the first block that has none."""

    required_links = {
        "list": "phone_system.did_blocks",
        "retrieve": "phone_system.did_blocks",
        "partial_update": f"{LINES}.did_routing_plans.details",
        "destroy": f"{LINES}.did_routing_plans.delete",
    }
    serializer_class = DidRoutingPlanSerializer

    def get_queryset(self) -> QuerySet[DidRoutingPlan]:
        return DidRoutingPlan.objects.prefetch_related("numbers").order_by("pk")

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        plan = self.get_object()
        serializer = self.get_serializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        sent = dict(serializer.validated_data)
        numbers = sent.pop("numbers", None)
        seen = sent.pop("row_version", None)
        named = None if numbers is None else [NamedNumber(**number) for number in numbers]
        services.modify_plan(plan, sent, numbers=named, seen=seen, by=by_request(request, via="api"))
        return Response(self.get_serializer(self.get_queryset().get(pk=plan.pk)).data)

    def perform_destroy(self, plan: DidRoutingPlan) -> None:
        services.delete_plan(plan, by=by_request(self.request, via="api"))
