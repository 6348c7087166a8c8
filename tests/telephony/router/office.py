"""A small office for the router's tests: Ann 101, Bob 102 (two lines), Cid 103 (no phone), a reception 200."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from telephony.messages import write
from telephony.messages.sealed import seal_credentials
from telephony.messages.snapshot import (
    AppearanceEntry,
    Attempt,
    Credentials,
    Destination,
    DestinationKind,
    Emergency,
    ExtensionEntry,
    Finally,
    FinallyKind,
    Mailbox,
    OutsideLine,
    PinCredential,
    Presence,
    Route,
    SipCredential,
    Snapshot,
    UserEntry,
)
from telephony.router.index import SnapshotIndex, build
from telephony.router.invite import Invite

REALM = "switchroom"
PIN_KEY = b"k" * 32
ANN, BOB, CID = 1, 2, 3
ANNS, BOBS, BOBS_SECOND, LOBBY = "5111", "5112", "5113", "5119"

OWN = Destination(kind=DestinationKind.OWNER_HANDSETS)
HANG_UP = Finally(kind=FinallyKind.HANG_UP)


def to_voicemail(extension: str) -> Finally:
    return Finally(kind=FinallyKind.VOICEMAIL, value=extension)


def to_extension(extension: str) -> Finally:
    return Finally(kind=FinallyKind.EXTENSION, value=extension)


def phone(station: str) -> Destination:
    return Destination(kind=DestinationKind.APPEARANCE, value=station)


def inside(extension: str) -> Destination:
    return Destination(kind=DestinationKind.EXTENSION, value=extension)


def attempt(*destinations: Destination, rings: int = 4, tone: str = "") -> Attempt:
    return Attempt(destinations=destinations or (OWN,), rings=rings, ring_tone=tone)


def route(*attempts: Attempt, end: Finally = HANG_UP, busy: Finally | None = None) -> Route:
    return Route(attempts=attempts, finally_=end, on_busy=busy, link="/routes/")


def extension(number: str, user_id: int | None, routes: Route | dict[Presence, Route]) -> ExtensionEntry:
    if isinstance(routes, Route):
        routes = dict.fromkeys(Presence, routes)
    return ExtensionEntry(number=number, user_id=user_id, routes=routes, description=f"ext {number}")


def standard(number: str) -> Route:
    return route(attempt(), end=to_voicemail(number))


def appearance(station: str, owner: int | None, line: int = 1, **more: Any) -> AppearanceEntry:
    return AppearanceEntry(
        station=station,
        handset_id=int(station) - 5000,
        line=line,
        description=f"Desk {station}",
        owner_id=owner,
        **more,
    )


LINE_LOGIN, LINE_SECRET = "line", "line-secret"
LINE = OutsideLine(line_id=7, description="Carrier", target="sip:10.9.9.9:5060", caller_id="5854213850")
EMERGENCY_LINE = LINE.model_copy(update={"line_id": 8, "description": "Copper", "emergency": True})


def snapshot(
    *,
    version: int = 1,
    extensions: Sequence[ExtensionEntry] = (),
    lines: Sequence[OutsideLine] = (),
    mailbox: Mailbox | None = None,
    emergency: Emergency | None = None,
    ring_seconds: float = 6.0,
) -> Snapshot:
    """`extensions` replace the standard ones of the same number."""
    given = {one.number: one for one in extensions}
    usual = {
        "101": extension("101", ANN, standard("101")),
        "102": extension("102", BOB, standard("102")),
        "103": extension("103", CID, standard("103")),
        "200": extension("200", None, route(attempt(phone(LOBBY)))),
    }
    names = {ANN: ("ann", "Ann Archer", "101"), BOB: ("bob", "Bob Baker", "102"), CID: ("cid", "Cid Chandler", "103")}
    return Snapshot(
        version=version,
        at="2026-01-05T10:00:00+00:00",
        realm=REALM,
        ring_seconds=ring_seconds,
        emergency=emergency or Emergency(),
        users=tuple(
            UserEntry(
                user_id=user_id,
                username=username,
                name=name,
                extension=number,
                mailbox=mailbox if mailbox and user_id == BOB else Mailbox(),
                link=f"/business/users/{user_id}/",
            )
            for user_id, (username, name, number) in names.items()
        ),
        appearances=(
            appearance(ANNS, ANN, emergency_caller_id="5854215555"),
            appearance(BOBS, BOB),
            appearance(BOBS_SECOND, BOB, line=2),
            appearance(LOBBY, None),
        ),
        extensions=tuple({**usual, **given}.values()),
        outside_lines=tuple(lines),
    )


def index(**changes: Any) -> SnapshotIndex:
    return build(snapshot(**changes))


def invite(dialled: str, *, station: str = ANNS, **more: Any) -> Invite:
    return Invite(call_id="c1", kind=more.pop("kind", "phone"), dialled=dialled, station=station, **more)


def ha1(login: str, password: str) -> str:
    return hashlib.md5(f"{login}:{REALM}:{password}".encode()).hexdigest()


def pin_digest(user_id: int, pin: str) -> str:
    return hmac.new(PIN_KEY, f"{user_id}:{pin}".encode(), hashlib.sha256).hexdigest()


def credentials(version: int = 1, lines: Mapping[int, str] | None = None) -> Credentials:
    """Password of login `ann` is `ann-secret`; the PIN of 101 is 1101."""
    logins = {"ann": ANNS, "bob": BOBS, "bob2": BOBS_SECOND, "lobby": LOBBY}
    return Credentials(
        version=version,
        sip=tuple(
            SipCredential(login_id=login, station=station, ha1=ha1(login, f"{login}-secret"))
            for login, station in logins.items()
        ),
        pins=tuple(
            PinCredential(extension=number, user_id=user, digest=pin_digest(user, f"1{number}"))
            for number, user in (("101", ANN), ("102", BOB), ("103", CID))
        ),
        pin_key=PIN_KEY,
        lines=dict(lines or {}),
    )


def publish_on_disk(published: Path, keys: Path, made: Snapshot, lines: Mapping[int, str] | None = None) -> None:
    published.mkdir(parents=True, exist_ok=True)
    for name, data in (
        ("credentials.sealed", seal_credentials(keys, credentials(made.version, lines))),
        ("snapshot.json", write(made)),
    ):
        fresh = published / f"{name}.new"
        fresh.write_bytes(data)
        fresh.rename(published / name)
