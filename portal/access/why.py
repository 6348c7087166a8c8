"""*Why can't I see this?*: names the missing link, the roles that hold it, and who could give one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.access.guard import MissingLink, allowed_links, link_keys
from portal.access.links import LINKS, Link
from portal.access.roles import assign_link, links_of_roles
from portal.access.view_as import viewed
from portal.business.users.models import User

BY_KEY: Mapping[str, Link] = {link.key: link for link in LINKS}
NAMED = 4  # people in a sentence; the others are "and n more"


@dataclass(frozen=True, slots=True)
class Explanation:
    """`held`: this person may use it. `roles` hold it; `givers` may give one of them, the Server Administrator last."""

    title: str  # as in the table: page and link
    held: bool
    own: tuple[str, ...]
    roles: tuple[str, ...]
    givers: tuple[str, ...]
    sentence: str


def explain(user: User, key: str) -> Explanation:
    """About this person's own links, whatever the session views as."""
    link = BY_KEY[key]
    title = f"{link.page} › {link.title}"
    groups, links = list(Group.objects.order_by("pk")), links_of_roles()
    holding = [group for group in groups if key in links.get(group.pk, frozenset())]
    own = tuple(user.groups.order_by("pk").values_list("name", flat=True))
    if key in link_keys(user):
        return Explanation(title, True, own, _names(holding), (), f"You may use {title}.")
    givers = _givers(holding, groups, links)
    yours = f"your roles ({', '.join(own)})" if own else "what you may use, because you have no role"
    held_by = _either(_names(holding)) or "no role"
    sentence = f"{title} is not part of {yours}. It comes with: {held_by}. {_either(givers)} can give it to you."
    return Explanation(title, False, own, _names(holding), givers, sentence)


def _names(groups: list[Group]) -> tuple[str, ...]:
    return tuple(group.name for group in groups)


def _givers(wanted: list[Group], groups: list[Group], links: Mapping[int, frozenset[str]]) -> tuple[str, ...]:
    """Names of people with a role that lets them assign one of the wanted (`roles.why_not_assign`)."""
    empty: frozenset[str] = frozenset()
    able = {
        group.pk
        for group in groups
        for role in wanted
        if assign_link(role) in links.get(group.pk, empty) and links.get(role.pk, empty) <= links.get(group.pk, empty)
    }
    people = User.objects.filter(groups__in=able, is_active=True).distinct()
    names = [user.label for user in people[: NAMED + 1]]
    if len(names) > NAMED:
        names = [*names[:NAMED], f"{people.count() - NAMED} more"]
    return (*names, "the Server Administrator")


def who_gives() -> str:
    """Who may give at least one role, as the beginning of a sentence."""
    groups = list(Group.objects.order_by("pk"))
    return _either(_givers(groups, groups, links_of_roles()))


def _either(names: tuple[str, ...]) -> str:
    """ "Ann, Bob or the Server Administrator", as the beginning of a sentence."""
    if not names:
        return ""
    text = f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]
    return text[0].upper() + text[1:]


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403."""
    explanation, user = None, getattr(request, "user", None)
    if isinstance(exception, MissingLink) and exception.key in BY_KEY and isinstance(user, User):
        explanation = explain(user, exception.key)
    role = viewed(getattr(request, "session", None))
    sentence = explanation.sentence if explanation and not explanation.held else str(exception)
    if role is not None:
        sentence = f"The role {role.name} does not include this page. You see what its holders see."
    context = {"exception": sentence, "explanation": explanation, "viewing_as": role.name if role else ""}
    return render(request, "403.html", context, status=403)


def missing(request: HttpRequest, key: str) -> str:
    """The sentence for a program (REST), "" when nothing is missing."""
    if not isinstance(request.user, User) or key in allowed_links(request) or key not in BY_KEY:
        return ""
    return explain(request.user, key).sentence
