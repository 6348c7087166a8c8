"""Every admin page once: `python -m tests.bench.pages` prints JSON rows [path, status, queries, best ms].

Runs in the house's settings with Django's own client, so the time is the server's: middleware, view, template.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator

ROUNDS = 3


def paths() -> Iterator[str]:
    """Every page without an argument in its path, from the URL table."""
    from django.urls import URLPattern, URLResolver, get_resolver

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
        for entry in patterns:
            here = prefix + str(entry.pattern)
            if "<" in here or "(" in here or here.startswith("api/"):
                continue
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, here)
            else:
                yield "/" + here

    yield from walk(get_resolver().url_patterns, "")


def first_rows() -> Iterator[str]:
    """Pages about one object, for an object in the middle of the table."""
    from portal.business.users.models import User
    from portal.phone_system.extensions.models import Extension
    from portal.phone_system.handsets.models import Handset

    user, handset, extension = (model.objects.all()[100].pk for model in (User, Handset, Extension))
    yield f"/business/users/{user}/modify/"
    yield f"/phone-system/handsets/{handset}/"
    yield f"/phone-system/extensions/{extension}/"


def measure() -> list[tuple[str, int, int, float]]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from portal.business.users.models import User

    client = Client()
    client.force_login(User.objects.get(is_server_administrator=True), "portal.access.backend.UsernameBackend")
    rows = []
    for path in (*paths(), *first_rows()):
        best, queries, status = 1e9, 0, 0
        for _ in range(ROUNDS):
            with CaptureQueriesContext(connection) as captured:
                began = time.perf_counter()
                answer = client.get(path)
                best = min(best, 1000 * (time.perf_counter() - began))
            queries, status = len(captured), answer.status_code
            if path.rstrip("/").endswith("logout") or status != 200:
                break
        if status == 200:
            rows.append((path, status, queries, round(best, 1)))
    return rows


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")
    django.setup()
    print(json.dumps(measure()))
