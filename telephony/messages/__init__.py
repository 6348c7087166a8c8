"""The wire types: what crosses between portal, router, switch, media and hub.

Producers forbid unknown fields (a typo fails at once); readers ignore them (an older reader survives a
newer producer). `read(Type, data)` is the one door in; `write(message)` the one door out.
"""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    """Base of every message and of every part of one: immutable, typed, closed."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")


W = TypeVar("W", bound=Wire)


def read(kind: type[W], data: bytes | str) -> W:
    """Parse JSON from outside; unknown fields are ignored. Raises pydantic.ValidationError."""
    return kind.model_validate_json(data, extra="ignore")


def write(message: Wire) -> bytes:
    return message.model_dump_json(exclude_none=True).encode()
