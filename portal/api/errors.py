"""Errors as problem+json (RFC 9457): `detail` is a sentence, `errors` has the sentences of each field."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import status
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from portal.pages.failures import RETRY_SECONDS, database_sentence
from portal.publish.errors import Conflict, Refused

CONTENT_TYPE = "application/problem+json"


class SwitchAway(APIException):
    """The engines did not do what was asked; the text says why."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "switch_away"


class NotDone(APIException):
    """The engines answered, and refused."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "not_done"


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler; None lets an unknown error be a 500."""
    match error:
        case DjangoValidationError():
            set_rollback()
            fields = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
            return _problem(400, _first(fields), errors=fields)
        case Refused():
            reasons = [{"text": reason.text, "link": reason.link} for reason in error.reasons]
            return _problem(409, str(error), reasons=reasons)
        case Conflict():
            differences = [
                {"field": found.field, "mine": found.mine, "theirs": found.theirs} for found in error.differences
            ]
            return _problem(409, str(error), differences=differences)
    if sentence := database_sentence(error):
        return _problem(503, sentence, {"Retry-After": str(RETRY_SECONDS)}, title="The database is away")
    answer = exception_handler(error, context)
    if answer is None:
        return None
    headers = {name: answer[name] for name in ("WWW-Authenticate", "Retry-After", "Allow") if answer.has_header(name)}
    if isinstance(error, ValidationError):
        fields = _sentences(error.detail)
        return _problem(400, _first(fields), headers, errors=fields)
    detail = answer.data.get("detail", "") if isinstance(answer.data, dict) else ""
    return _problem(answer.status_code, str(detail), headers)


def _problem(code: int, detail: str, headers: dict[str, str] | None = None, **more: Any) -> Response:
    data = {"type": "about:blank", "title": _title(code), "status": code, "detail": detail, **more}
    return Response(data, status=code, headers=headers, content_type=CONTENT_TYPE)


def _title(code: int) -> str:
    return {
        400: "What was sent cannot be used",
        401: "Sign in",
        403: "Not allowed",
        404: "Not found",
        405: "Not possible here",
        406: "Not possible here",
        409: "Not saved",
        415: "Send JSON",
        429: "Too many requests",
        503: "The switch is away",
    }.get(code, "Error")


def _sentences(detail: Any) -> dict[str, list[str]]:
    """DRF's nested details as field → sentences; deeper fields with dots."""
    if isinstance(detail, ErrorDetail):
        return {"": [str(detail)]}
    if isinstance(detail, list):
        merged: dict[str, list[str]] = {}
        for part in detail:
            for name, sentences in _sentences(part).items():
                merged.setdefault(name, []).extend(sentences)
        return merged
    flat: dict[str, list[str]] = {}
    for name, part in detail.items():
        name = "" if name == "non_field_errors" else name
        for inner, sentences in _sentences(part).items():
            flat.setdefault(".".join(filter(None, (str(name), inner))), []).extend(sentences)
    return flat


def _first(fields: dict[str, list[str]]) -> str:
    for name, sentences in fields.items():
        for sentence in sentences:
            return f"{name}: {sentence}" if name else sentence
    return ""
