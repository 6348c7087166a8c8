"""Announcing: greater numbers win, copies on disk are whole and private, the database is right."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis as redis_py
from django.conf import settings

from portal.business.users.models import User
from portal.business.users.services import modify_user
from portal.publish import announce, versions
from portal.publish.change import By
from portal.publish.versions import Published
from telephony.messages import read
from telephony.messages.snapshot import Snapshot


def document(number: int) -> Published:
    return Published(number, f'{{"v":1,"version":{number},"at":""}}'.encode(), f"sealed {number}".encode())


@pytest.mark.django_db
def test_an_older_version_never_replaces_a_newer_one(redis: redis_py.Redis) -> None:
    for number in (7, 9, 8):
        assert announce.announce(document(number))
    assert redis.get(announce.NUMBER) == b"9"
    assert redis.get(announce.CREDENTIALS) == b"sealed 9"


def test_copies_are_private_whole_and_never_older(tmp_path: Path) -> None:
    for number in (1, 3, 2):
        announce.write_copies(tmp_path, document(number))
    assert (tmp_path / "snapshot.json").read_bytes() == document(3).snapshot
    assert (tmp_path / "credentials.sealed").read_bytes() == b"sealed 3"
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir() if path.name != ".lock"} == {0o600}
    assert not list(tmp_path.glob("*.new"))


def test_a_full_disk_does_not_undo_a_save(
    redis: redis_py.Redis, ann: User, by: By, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(announce, "write_copies", full)
    announce.catch_up()
    work = modify_user(ann, {"first_name": "Anne"}, by=by)
    assert work.in_force


def test_a_fresh_box_gets_its_first_version_from_the_hub(redis: redis_py.Redis, db: None) -> None:
    assert versions.head_number() == 0
    assert announce.catch_up() == 1
    data = redis.get(announce.SNAPSHOT)
    assert isinstance(data, bytes)
    assert read(Snapshot, data).users[0].username == "admin"
    assert announce.catch_up() == 1


def test_after_a_restored_backup_the_database_is_right(redis: redis_py.Redis, ann: User) -> None:
    """Redis and disk are ahead of the database: their future never happened."""
    announce.announce(document(5000), force=True)
    head = announce.catch_up()
    assert head < 5000
    assert redis.get(announce.NUMBER) == str(head).encode()
    copy = read(Snapshot, (settings.INSTANCE.published / "snapshot.json").read_bytes())
    assert copy.version == head


def test_a_redis_emptied_by_a_power_cut_is_filled_again(redis: redis_py.Redis, ann: User) -> None:
    head = announce.catch_up()
    redis.flushall()
    announce.catch_up()
    assert redis.get(announce.NUMBER) == str(head).encode()
