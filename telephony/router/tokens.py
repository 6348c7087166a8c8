"""One-use tokens for INVITEs that a worker makes: who it calls for, and what the INVITE is part of.

A worker can never invent a call: without a token of the router its INVITE is refused.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace

from telephony.router.draft import Caller
from telephony.router.invite import Invite
from telephony.router.live import Role

SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Token:
    call_id: str
    role: Role
    acting: str  # extension whose rights and identity the leg has; "" for a test ring
    target: str  # dialled digits of a second leg; user's extension of a first; station of a test ring
    until: float  # monotonic seconds
    origin: Invite | None = None  # of a far leg: the INVITE it continues, with the caller's identity and rights
    station: str = ""  # the only phone that may use it (transfer); "" for a worker's
    caller: Caller | None = None  # who is transferred, when no phone of the office is
    lease: str = ""  # of the worker whose leg an attended transfer replaces
    recall: str = ""  # the transferor's station
    replaces: str = ""  # header of an attended transfer
    handed: bool = False  # the carrier was asked already to connect the two itself


@dataclass(slots=True)
class Tokens:
    known: dict[str, Token] = field(default_factory=dict)

    def mint(
        self, *, call_id: str, role: Role, acting: str = "", target: str = "", now: float, origin: Invite | None = None
    ) -> str:
        self.known = {text: token for text, token in self.known.items() if token.until > now}
        text = secrets.token_urlsafe(18)
        self.known[text] = Token(call_id, role, acting, target, now + SECONDS, origin)
        return text

    def keep(self, token: Token, now: float) -> str:
        """A token made elsewhere; its text."""
        text = secrets.token_urlsafe(18)
        self.known[text] = replace(token, until=now + SECONDS)
        return text

    def take(self, text: str, now: float) -> Token | None:
        token = self.known.pop(text, None)
        return token if token is not None and token.until > now else None
