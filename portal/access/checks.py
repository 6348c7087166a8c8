"""System check: every view of ours says who may use it, and the link it names exists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import URLPattern, URLResolver, get_resolver

from portal.access.links import KEYS


@register(Tags.urls)
def links_of_views(**_: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    for route, view in _views(get_resolver().url_patterns):
        if not view.__module__.startswith("portal."):
            continue
        links = _links(view)
        if links is None:
            problems.append(
                Error(
                    f"The view at /{route} does not say who may use it.",
                    hint="Decorate it with @requires_link(key) or @open_to(...), or set required_link on the class.",
                    id="access.E001",
                )
            )
            continue
        for key in sorted(links - KEYS):
            problems.append(
                Error(f"The view at /{route} asks for the link {key!r}, which is not in links.py.", id="access.E002")
            )
    return problems


def _views(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


def _links(view: Any) -> set[str] | None:
    """The keys a view asks for; an empty set when it is openly without one; None when it says nothing."""
    for holder in (view, getattr(view, "view_class", None), getattr(view, "cls", None)):
        if holder is None:
            continue
        if key := getattr(holder, "required_link", None):
            return {key}
        if keys := getattr(holder, "required_links", None):  # an API view set: action -> key, "" for signed in
            return {key for key in keys.values() if key}
        if getattr(holder, "access", None) in ("anybody", "signed_in"):
            return set()
    return None
