"""Putting a question together: a configuration, the state of the world, and what is asked to be different."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from portal.business.schedules.state import set_by_hand
from portal.live import picture
from portal.publish import versions
from telephony.ask.answer import Answer, ask
from telephony.ask.question import Question
from telephony.messages.snapshot import Presence, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`as_now`: begin with the presences and registrations of this moment; else everybody is In Office and every
    handset is registered and free."""

    dialled: str
    station: str = ""
    line_id: int | None = None
    from_number: str = ""
    at: float
    as_now: bool = False
    presences: Mapping[int, Presence] = field(default_factory=dict)
    in_use: tuple[str, ...] = ()
    not_registered: tuple[str, ...] = ()
    lines_down: tuple[int, ...] = ()
    version: int | None = None  # of the configuration; None: the newest


def answer(asked: Asked) -> Answer:
    """Raises ValidationError (field → sentences)."""
    snapshot = _configuration(asked.version)
    _check(asked, snapshot)
    presences = dict(asked.presences)
    registered = {entry.station for entry in snapshot.appearances}
    if asked.as_now:
        registered &= {str(one["station"]) for one in picture.registrations().items}
        for user_id, presence in dict(picture.presences().items).items():
            presences.setdefault(user_id, Presence(presence))
    question = Question(
        dialled=asked.dialled,
        station=asked.station,
        line_id=asked.line_id,
        from_number=asked.from_number,
        at=asked.at,
        presences=presences,
        registered=frozenset(registered - set(asked.not_registered)),
        in_use=frozenset(asked.in_use),
        lines_down=frozenset(asked.lines_down),
        by_hand=set_by_hand() if asked.as_now else {},
    )
    return ask(snapshot, question)


def _configuration(version: int | None) -> Snapshot:
    number = versions.head_number() if version is None else version
    snapshot = versions.snapshot_of(number)
    if snapshot is None:
        raise ValidationError({"version": [f"There is no version {number} of the configuration."]})
    return snapshot


def _check(asked: Asked, snapshot: Snapshot) -> None:
    wrong: dict[str, list[str]] = {}
    stations = {entry.station for entry in snapshot.appearances}
    if not asked.dialled.strip():
        wrong["dialled"] = ["Say which number is dialled."]
    if asked.line_id is None and asked.station not in stations:
        wrong["caller"] = ["Choose the handset that calls, or the outside line a call comes in on."]
    if asked.line_id is not None and asked.line_id not in {line.line_id for line in snapshot.outside_lines}:
        wrong["caller"] = ["This outside line does not exist in this version of the configuration."]
    for name, given in (("in_use", asked.in_use), ("not_registered", asked.not_registered)):
        if unknown := [station for station in given if station not in stations]:
            wrong[name] = [f"There is no handset with the station number {unknown[0][:20]}."]
    if wrong:
        raise ValidationError(wrong)
