from __future__ import annotations

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from portal.api.models import ApiToken
from portal.business.users.models import User


@pytest.fixture
def api(db: None) -> Callable[[User], APIClient]:
    """A client with a token of this user."""

    def with_token(user: User) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {ApiToken.issue(user)}")
        client.default_format = "json"
        return client

    return with_token
