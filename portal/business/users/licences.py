"""Settings of a user that need a feature key (tests/spec/feature_keys.csv). Policy `unlocked` has them all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from portal.access.limits import MODELS, limits
from portal.business.users.models import User


def check_user_ceiling(*, more: int = 1) -> None:
    """S01-03. The Server Administrator is not a phone user and does not count."""
    allowed = limits()
    have = User.objects.filter(is_server_administrator=False).count()
    if have + more <= allowed.users:
        return
    model = MODELS[allowed.model]
    helps = (
        "The User Expansion feature key allows more."
        if model.users_with_keys > allowed.users
        else "There is no User Expansion feature key for this model; delete users who have left."
    )
    asked = "and it has them" if have >= allowed.users else f"and has {have}; {more} more are too many"
    raise ValidationError(f"This system (model {allowed.model}) can have {allowed.users} users, {asked}. {helps}")


def check_licensed(after: Mapping[str, Any], before: Mapping[str, Any] | None = None, *, user: User | None) -> None:
    """Raises ValidationError by field for what is switched on now and needs a key; what was on before stays."""
    wrong: dict[str, list[str]] = {}
    for name, wanted, check in _CHECKS:
        if after.get(name) == wanted and (before is None or before.get(name) != wanted):
            sentence = check(user)
            if sentence:
                wrong[name] = [sentence]
    if wrong:
        raise ValidationError(wrong)


def _locked() -> bool:
    return bool(settings.LICENCE_POLICY != "unlocked")


def _vpn(user: User | None) -> str:
    """S06-03, AMB-07: one user is included; on a 6x12 never more."""
    fixed = settings.SERVER_MODEL == "6x12"
    if not (_locked() or fixed):
        return ""
    others = User.objects.filter(vpn_access=True).exclude(pk=user.pk if user else None)
    other = others.first()
    if other is None:
        return ""
    helps = "This model allows no more." if fixed else "The Virtual Private Network (VPN) feature key allows more."
    return f"One user may have VPN access, and {other.label} has it. {helps}"


def _conferences(user: User | None) -> str:
    return "Creating conferences needs the Conference Center feature key." if _locked() else ""


def _second_language(user: User | None) -> str:
    return "The secondary language needs the Dual Language Support feature key." if _locked() else ""


_CHECKS = (
    ("vpn_access", True, _vpn),
    ("create_conferences", True, _conferences),
    ("default_language", "secondary", _second_language),
)
