"""The published schema is true: every operation answers nonsense and sense alike as it says, never with a 500, and what
it answers looks as described."""

from __future__ import annotations

import json
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient
from schemathesis import openapi

from portal.api.models import ApiToken
from portal.business.users.models import User

RAW: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
SCHEMA = openapi.from_dict(RAW)
OPERATIONS = [result.ok() for result in SCHEMA.get_all_operations()]


def plain(part: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema: `nullable` is another type there."""
    if isinstance(part, list):
        return [plain(one) for one in part]
    if not isinstance(part, dict):
        return part
    made = {name: plain(value) for name, value in part.items() if name != "nullable"}
    return {"anyOf": [made, {"type": "null"}]} if part.get("nullable") is True else made


COMPONENTS = plain(RAW["components"])


def promised(operation: Any, answer: Any) -> None:
    """A good answer has a status the schema names, and the body it describes."""
    responses = RAW["paths"][operation.path][operation.method.lower()]["responses"]
    assert str(answer.status_code) in responses, f"{operation.label} answers {answer.status_code}, which is not said"
    described = responses[str(answer.status_code)].get("content", {}).get("application/json")
    if described is None or answer.status_code == 204:
        return
    body = json.loads(answer.content)
    wrong = Draft202012Validator({**plain(described["schema"]), "components": COMPONENTS}).iter_errors(body)
    assert not [f"{'/'.join(map(str, one.absolute_path))}: {one.message[:300]}" for one in wrong], operation.label


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_never_a_server_error(operation: Any, admin: User) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {ApiToken.issue(admin)}")
    allowed = {200, 201, 204, 400, 401, 403, 404, 405, 409, 415, 429, 503}

    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def ask(data: Any) -> None:
        case = data.draw(operation.as_strategy())
        path = case.path
        for name, value in (case.path_parameters or {}).items():
            path = path.replace(f"{{{name}}}", str(value))
        query = {name: value for name, value in (case.query or {}).items() if value is not None}
        body = case.body if isinstance(case.body, dict | list) else None
        send = getattr(client, operation.method.lower())
        answer = send(path, query, format=None) if operation.method == "get" else send(path, body, format="json")
        assert answer.status_code in allowed, (path, query, body, answer.content)
        if answer.status_code >= 400 and path.isascii():
            assert answer["Content-Type"] in ("application/problem+json", "text/html; charset=utf-8")
        if answer.status_code < 300:
            promised(operation, answer)

    ask()


def test_an_answer_that_is_not_as_described_is_caught(admin: User) -> None:
    """The canary of the check above."""
    operation = next(one for one in OPERATIONS if one.label == "GET /api/v1/users/{id}/")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {ApiToken.issue(admin)}")
    answer = client.get(f"/api/v1/users/{admin.pk}/")
    promised(operation, answer)
    body = json.loads(answer.content)
    for spoilt in ({**body, "username": None}, {name: body[name] for name in body if name != "id"}):
        answer.content = json.dumps(spoilt).encode()
        with pytest.raises(AssertionError):
            promised(operation, answer)
    answer.status_code = 299
    with pytest.raises(AssertionError, match="not said"):
        promised(operation, answer)
