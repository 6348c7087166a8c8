"""A column for a few words out of a small closed set: attendants, queues, presences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models


class SeveralField(models.CharField):
    """Python sees a tuple of words in the order of `words`; the column holds them with spaces between."""

    def __init__(self, *args: Any, words: Iterable[str] = (), **kwargs: Any) -> None:
        self.words = tuple(words)
        kwargs.setdefault("max_length", max(1, len(" ".join(self.words))))
        kwargs.setdefault("default", ())
        kwargs["blank"] = True
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "words": self.words}

    def in_order(self, value: Any) -> tuple[str, ...]:
        chosen = set(value.split() if isinstance(value, str) else (str(word) for word in value or ()))
        return tuple(word for word in self.words if word in chosen)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> tuple[str, ...]:
        return self.in_order(value)

    def to_python(self, value: Any) -> tuple[str, ...]:
        """Raises ValidationError for a word that is not one of ours."""
        chosen = value.split() if isinstance(value, str) else [str(word) for word in value or ()]
        for word in chosen:
            if word not in self.words:
                raise ValidationError(f"{word!r} is not possible here; choose from {', '.join(self.words)}.")
        return self.in_order(chosen)

    def get_prep_value(self, value: Any) -> str:
        return " ".join(self.in_order(value))

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj))
