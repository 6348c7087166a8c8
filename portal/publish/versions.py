"""Versions of the configuration: made by the door, listed by the history, read by whoever announces."""

from __future__ import annotations

import hashlib
import hmac
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db.models import QuerySet

from portal.access.secrets import pin_key
from portal.publish import lint
from portal.publish.models import ConfigurationVersion, PublishHead
from portal.publish.snapshot import Collected, collect
from telephony.messages import read, write
from telephony.messages.sealed import InvalidToken, open_credentials, seal_credentials
from telephony.messages.snapshot import Credentials, Snapshot

ZLIB_LEVEL = 1  # 700 kB of routes take 3 ms; level 6 saves little more and takes 15


@dataclass(frozen=True, slots=True)
class Published:
    """A version as the engines get it."""

    number: int
    snapshot: bytes  # JSON of a Snapshot
    credentials: bytes  # sealed Credentials


def publish(head: PublishHead, *, by_id: int | None, by_name: str, why: str) -> Published | None:
    """Inside the door's transaction: write the next version, or None when the engines would see no difference.
    Raises Refused."""
    collected = collect()
    body = write(collected.snapshot)
    digest, secret_digest = hashlib.sha256(body).hexdigest(), _secret_digest(collected)
    newest = ConfigurationVersion.objects.filter(pk=head.number).values_list("digest", "credentials_digest").first()
    if newest == (digest, secret_digest):
        return None
    linted = lint.lint(collected.snapshot, collected.credentials)
    lint.refuse_new_errors(linted, lambda: linted_version(head.number))

    number = head.number + 1
    json = _numbered(body, number)
    sealed = seal_credentials(settings.INSTANCE.keys, collected.credentials.model_copy(update={"version": number}))
    ConfigurationVersion.objects.create(
        number=number,
        actor_id=by_id,
        actor_name=by_name,
        why=why,
        digest=digest,
        credentials_digest=secret_digest,
        snapshot=zlib.compress(json, ZLIB_LEVEL),
        credentials=sealed,
    )
    head.number = number
    head.save(update_fields=["number"])
    _remember(digest + secret_digest, linted)
    return Published(number, json, sealed)


def _numbered(body: bytes, number: int) -> bytes:
    """The digest is taken of the JSON without number and time; both stand at its beginning and are put in here,
    which saves writing the whole document twice."""
    blank = b'"version":0,"at":""'
    assert body.count(blank, 0, 64) == 1, "Snapshot must begin with v, version, at"
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    return body.replace(blank, f'"version":{number},"at":"{at}"'.encode(), 1)


def _secret_digest(collected: Collected) -> str:
    """Keyed, so that the column tells nothing about the secrets."""
    return hmac.new(pin_key(), write(collected.credentials), hashlib.sha256).hexdigest()


def newest() -> Published | None:
    row = ConfigurationVersion.objects.first()
    return Published(row.number, zlib.decompress(row.snapshot), bytes(row.credentials)) if row else None


def head_number() -> int:
    return PublishHead.objects.filter(pk=1).values_list("number", flat=True).first() or 0


def linted_version(number: int) -> lint.Linted:
    """The snapshot of a version with its findings; an empty one for version 0, before anything was published."""
    digests = ConfigurationVersion.objects.filter(pk=number).values_list("digest", "credentials_digest").first()
    if digests is None:
        return lint.lint(Snapshot(version=0, at="", realm=settings.INSTANCE.realm))
    if remembered := _recent.get("".join(digests)):
        return remembered
    row = ConfigurationVersion.objects.only("snapshot", "credentials").get(pk=number)
    snapshot = read(Snapshot, zlib.decompress(row.snapshot))
    return _remember("".join(digests), lint.lint(snapshot, _opened(bytes(row.credentials))))


def _opened(sealed: bytes) -> Credentials | None:
    """None when they were sealed with a key that is gone: then nothing is said of PINs."""
    try:
        return open_credentials(settings.INSTANCE.keys, sealed)
    except (InvalidToken, ValueError):
        return None


def snapshot_of(number: int) -> Snapshot | None:
    """The configuration as it was in this version; None when it is not kept (any more)."""
    row = ConfigurationVersion.objects.only("snapshot").filter(pk=number).first()
    return read(Snapshot, zlib.decompress(row.snapshot)) if row else None


# By digest, so that Home and the next change need not parse what this process made or read just now.
# A remembered one may carry number 0: who looks at the content does not look at the number.
_recent: dict[str, lint.Linted] = {}
KEPT_SNAPSHOTS = 2


def _remember(digest: str, linted: lint.Linted) -> lint.Linted:
    """Views run in threads: a new dict replaces the old one instead of changing under a reader."""
    global _recent
    _recent = dict([*_recent.items(), (digest, linted)][-KEPT_SNAPSHOTS:])
    return linted


def findings() -> tuple[lint.Finding, ...]:
    """What is wrong with the configuration now, for Home: worst first."""
    return linted_version(head_number()).findings


def history() -> QuerySet[ConfigurationVersion]:
    """Newest first, without the documents."""
    return ConfigurationVersion.objects.only("number", "at", "actor_id", "actor_name", "why", "digest")
