"""PIN checks and their lock-outs (A-010). They need neither the database nor Redis.

Five wrong PINs within an hour lock the extension, and the source they came from, for five minutes; every
further lock lasts twice as long. Locks survive a restart of the router in a small file.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from telephony.messages.snapshot import Credentials, PinCredential
from telephony.numbers import pin as pin_rule

TRIES = 5
WINDOW_SECONDS = 3600.0
FIRST_LOCK_SECONDS = 300.0
LONGEST_LOCK_SECONDS = 86_400.0


@dataclass(slots=True)
class Attempts:
    wrong: int = 0
    last: float = 0.0  # Unix time of the last wrong PIN
    locks: int = 0
    until: float = 0.0  # Unix time; locked before it


@dataclass(frozen=True, slots=True)
class Renewed:
    """A PIN changed by telephone, until the configuration has it."""

    user_id: int
    digest: str
    replaces: str  # the digest that was configured
    made: float  # Unix time


@dataclass(frozen=True, slots=True)
class Verdict:
    ok: bool
    locked: bool = False
    user_id: int = 0
    locked_now: tuple[str, ...] = ()  # keys that this very attempt locked: "extension/101", "source/10.0.0.9"
    until: float = 0.0


def extension_key(extension: str) -> str:
    return f"extension/{extension}"


def source_key(source: str) -> str:
    return f"source/{source}"


class Pins:
    def __init__(self) -> None:
        self.credentials: dict[str, PinCredential] = {}
        self.key = b""
        self.attempts: dict[str, Attempts] = {}
        self.renewed: dict[str, Renewed] = {}  # by extension
        self.changed = False  # since the last `dump`

    def use(self, credentials: Credentials) -> None:
        """What was changed by telephone counts until the configuration says anything else than what it replaced."""
        configured = {one.extension: one for one in credentials.pins}
        kept = {
            extension: mine
            for extension, mine in self.renewed.items()
            if (known := configured.get(extension)) is not None
            and (known.user_id, known.digest.lower()) == (mine.user_id, mine.replaces)
        }
        self.changed = self.changed or kept != self.renewed
        self.renewed = kept
        self.credentials = configured
        self.key = credentials.pin_key

    def renew(self, extension: str, new: str, now: float) -> Renewed | None:
        """A new PIN by telephone, in force at once; None when it may not be: the old one, or everybody's first."""
        known = self.credentials.get(extension)
        if known is None or not self.key or not pin_rule.fits(new) or new == pin_rule.DEFAULT:
            return None
        digest = self._digest(known.user_id, new)
        if digest == self._in_force(extension, known):
            return None
        made = Renewed(known.user_id, digest, known.digest.lower(), now)
        self.renewed[extension] = made
        self.changed = True
        return made

    def _in_force(self, extension: str, known: PinCredential) -> str:
        mine = self.renewed.get(extension)
        return mine.digest if mine else known.digest.lower()

    def _digest(self, user_id: int, digits: str) -> str:
        return hmac.new(self.key, f"{user_id}:{digits}".encode(), hashlib.sha256).hexdigest()

    def check(self, *, extension: str, pin: str, source: str, now: float) -> Verdict:
        """`source` is the caller's address without the port, or "" when unknown."""
        keys = [extension_key(extension)] + ([source_key(source)] if source else [])
        until = max((self.attempts[key].until for key in keys if key in self.attempts), default=0.0)
        if until > now:
            return Verdict(ok=False, locked=True, until=until)
        known = self.credentials.get(extension)
        # An unknown extension costs the same work and counts the same: it must not be told apart by asking.
        user_id = known.user_id if known else 0
        digest = self._digest(user_id, pin)
        right = hmac.compare_digest(digest, self._in_force(extension, known) if known else "-" * 64)
        if known is not None and right and self.key:
            if self.attempts.pop(extension_key(extension), None) is not None:
                self.changed = True
            return Verdict(ok=True, user_id=user_id)
        return self._wrong(keys, now)

    def _wrong(self, keys: list[str], now: float) -> Verdict:
        self.changed = True
        locked: list[str] = []
        until = 0.0
        for key in keys:
            entry = self.attempts.setdefault(key, Attempts())
            if now - entry.last > WINDOW_SECONDS:
                entry.wrong = 0
            if now - max(entry.last, entry.until) > LONGEST_LOCK_SECONDS:
                entry.locks = 0
            entry.wrong += 1
            entry.last = now
            if entry.wrong >= TRIES:
                entry.wrong = 0
                entry.until = now + min(LONGEST_LOCK_SECONDS, FIRST_LOCK_SECONDS * 2**entry.locks)
                entry.locks += 1
                locked.append(key)
                until = max(until, entry.until)
        return Verdict(ok=False, locked=bool(locked), locked_now=tuple(locked), until=until)

    def unlock(self, extension: str) -> bool:
        """Lift an extension's lock; False when there was none. Sources stay locked: they guess at others too."""
        found = self.attempts.pop(extension_key(extension), None)
        self.changed = self.changed or found is not None
        return found is not None

    # -- the file ------------------------------------------------------------------------------------
    def dump(self, now: float) -> bytes:
        """What must survive a restart; forgets what is a day old."""
        self.attempts = {
            key: entry
            for key, entry in self.attempts.items()
            if now - max(entry.last, entry.until) < LONGEST_LOCK_SECONDS
        }
        self.changed = False
        return orjson.dumps({
            "attempts": {key: asdict(entry) for key, entry in self.attempts.items()},
            "renewed": {extension: asdict(one) for extension, one in self.renewed.items()},
        })  # fmt: skip

    def restore(self, data: bytes) -> None:
        """Raises ValueError when the file is none of ours."""
        try:
            found = orjson.loads(data)
            self.attempts = {str(key): Attempts(**entry) for key, entry in found["attempts"].items()}
            self.renewed = {str(key): Renewed(**entry) for key, entry in found["renewed"].items()}
        except (TypeError, AttributeError, KeyError) as error:
            raise ValueError("The file of PIN locks cannot be read.") from error


def write_file(path: Path, data: bytes) -> None:
    """Complete or not at all; 0600."""
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_bytes(data)
    fresh.rename(path)
