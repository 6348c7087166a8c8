"""What several serializers share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers


class UnixTime(serializers.DateTimeField):
    """The live picture counts in Unix seconds; the API speaks ISO 8601, UTC."""

    def to_representation(self, value: Any) -> Any:
        return super().to_representation(datetime.fromtimestamp(value, UTC))


class WithFrom(serializers.Serializer[Any]):
    """`from` is a word of Python: the field is declared as `from_` and renamed here."""

    def get_fields(self) -> dict[str, Any]:
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}


class Words(serializers.ListField):
    """Several words of a closed set, without regard to order."""

    def __init__(self, words: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(child=serializers.ChoiceField(choices=words), max_length=len(words), **kwargs)
