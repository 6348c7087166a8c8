"""What a server model and the licence policy allow (Table 1 of the guide, tests/spec/server_models.csv).

The model is a property of the installation (S01-02). Policy `unlocked` counts as if every feature key were
installed; `enforced` allows what the bare model has.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, slots=True)
class ServerModel:
    name: str
    users: int
    users_with_keys: int
    generic_handsets: int  # included without a key (AMB-04)
    generic_handsets_capped: bool  # 6x12: no key adds any (S10-34)


MODELS: dict[str, ServerModel] = {
    "6x12": ServerModel("6x12", users=12, users_with_keys=12, generic_handsets=2, generic_handsets_capped=True),
    "6x": ServerModel("6x", users=30, users_with_keys=60, generic_handsets=6, generic_handsets_capped=False),
    "24x": ServerModel("24x", users=24, users_with_keys=250, generic_handsets=12, generic_handsets_capped=False),
    "48x": ServerModel("48x", users=48, users_with_keys=250, generic_handsets=12, generic_handsets_capped=False),
}


@dataclass(frozen=True, slots=True)
class Limits:
    model: str
    users: int
    extensions: int
    generic_handsets: int | None  # None: as many as you like


def limits() -> Limits:
    model = MODELS[settings.SERVER_MODEL]
    unlocked = settings.LICENCE_POLICY == "unlocked"
    users = model.users_with_keys if unlocked else model.users
    handsets = None if unlocked and not model.generic_handsets_capped else model.generic_handsets
    return Limits(model=model.name, users=users, extensions=2 * users, generic_handsets=handsets)
