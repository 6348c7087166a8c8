"""Log in by login name in any case. The work is the same whether the name exists or not, so that the answer's
time does not tell. Permissions are the guard's matter; this backend grants none."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from portal.business.users.models import User


class UsernameBackend(BaseBackend):
    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        if username is None or password is None:
            return None
        user = User.objects.named(username).first()
        if user is None or not user.is_active or not user.has_usable_password():
            make_password(password)
            return None
        return user if user.check_password(password) else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
