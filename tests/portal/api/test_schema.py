"""The published schema is true: every operation answers nonsense and sense alike as it says, never with a 500."""

from __future__ import annotations

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient
from schemathesis import openapi

from portal.api.models import ApiToken
from portal.business.users.models import User

SCHEMA = openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
OPERATIONS = [result.ok() for result in SCHEMA.get_all_operations()]


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

    ask()
