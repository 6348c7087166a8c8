"""The fixed cast of the portal's tests, and what every test of the database needs.

The throw-away instance (folder, keys, database) is made by portal/settings/test.py. `make test` runs tests/portal
twice: on SQLite, and with DATABASE_URL on a throw-away PostgreSQL (ops/postgres.py).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from portal.business.users.models import User
    from portal.publish.change import By

PASSWORD = "correct horse"

# Rooms whose tests hear real audio or wait for real processes: a machine that stands still for some seconds breaks
# them. They are tried a second time; the closing lines count every rerun (docs/decisions/0006).
TESTS = Path(__file__).parent
REAL_TIME = (
    "e2e",
    "harness",
    "ops",
    "telephony/media",
    "telephony/router",
    "telephony/switch",
    "portal/browser",
    "portal/live",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(TESTS) and item.path.relative_to(TESTS).as_posix().startswith(REAL_TIME):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Tests with real transactions empty the tables afterwards (SQLite deletes, PostgreSQL truncates), which the audit
    trail's own triggers forbid. Their tests put them back for themselves."""
    from django.db import connection

    sqlite = connection.vendor == "sqlite"
    name = "audit_no_delete" if sqlite else "audit_no_truncate ON audit_auditentry"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


@pytest.fixture
def by() -> By:
    from portal.publish.change import By

    return By(via="shell")


@pytest.fixture
def make_user(db: None, by: By) -> Callable[..., User]:
    """A user who may log in at once: make_user("ann", "101", role=Role.PHONE)."""
    from django.contrib.auth.models import Group

    from portal.access.links import Role
    from portal.business.users.services import NewUser, add_user

    def make(username: str, extension: str, *, role: Role | None = None, **more: Any) -> User:
        settings: dict[str, Any] = {
            "first_name": username.capitalize(),
            "last_name": "Example",
            "password": PASSWORD,
            "require_password_change": False,
            "require_pin_change": False,
            **more,
        }
        user, _ = add_user(NewUser(username=username, extension=extension, **settings), by=by)
        if role:
            user.groups.add(Group.objects.get(name=role.value))
        return user

    return make


@pytest.fixture
def admin(db: None) -> User:
    """The Server Administrator, who has changed the factory password."""
    from portal.business.users.models import User

    user = User.objects.get(is_server_administrator=True)
    user.set_password(PASSWORD)
    user.require_password_change = user.has_default_password = False
    user.save()
    return user


@pytest.fixture
def ann(make_user: Callable[..., User]) -> User:
    """A plain user, extension 101."""
    return make_user("ann", "101")


@pytest.fixture
def bob(make_user: Callable[..., User]) -> User:
    """Another plain user, extension 102."""
    return make_user("bob", "102")


@pytest.fixture
def phone_admin(make_user: Callable[..., User]) -> User:
    from portal.access.links import Role

    return make_user("paula", "110", role=Role.PHONE)


@pytest.fixture
def as_user(db: None) -> Callable[[User], Any]:
    """A Django test client with this user logged in."""
    from django.test import Client

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="portal.access.backend.UsernameBackend")
        return client

    return log_in
