"""A recording survives its worker: the spool and its salvage."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from instance import SOURCE
from ops.softphone import sound
from telephony import mailbox
from telephony.mailbox import Counts, Voicemail
from telephony.media import recording, spool
from tests.harness.audio import parse_wav

BOB = 2
VOICEMAIL = Voicemail(
    user_id=BOB, user_name="Bob", extension="102", from_number="101", from_name="Ann",
    received=datetime(2026, 11, 23, 12, tzinfo=UTC), seconds=0, call_id="c-1",
)  # fmt: skip


def half_written(path: Path, seconds: float) -> None:
    """As a recorder leaves it that was killed: lengths of zero in the header, an odd byte at the end."""
    samples = sound.tone(500, seconds)
    path.write_bytes(recording.header(0) + samples.astype("<i2").tobytes() + b"\x01")


def test_a_recording_is_delivered_complete_cut_after_the_last_word_and_leaves_the_spool(tmp_path: Path) -> None:
    item = spool.begin(tmp_path / "spool", VOICEMAIL)
    half_written(item.sound, 5)
    message_id = spool.deliver(item, tmp_path / "mail", keep=3.5)
    (message,) = mailbox.messages(tmp_path / "mail", BOB)
    assert (message.id, message.seconds, message.received) == (message_id, 4, VOICEMAIL.received)
    samples = parse_wav(mailbox.audio(tmp_path / "mail", BOB, message_id))
    assert len(samples) == 28_000
    assert not list((tmp_path / "spool").iterdir())


def test_nothing_is_salvaged_while_its_worker_lives(tmp_path: Path) -> None:
    item = spool.begin(tmp_path / "spool", VOICEMAIL)
    half_written(item.sound, 5)
    assert spool.salvage(tmp_path / "spool", tmp_path / "mail") == []
    assert item.sound.exists()
    spool.release(item)
    assert spool.salvage(tmp_path / "spool", tmp_path / "mail") == [BOB]


@pytest.mark.parametrize(("seconds", "kept"), [(1.9, 0), (2.1, 1)])
def test_what_a_dead_worker_recorded_is_salvaged_from_two_seconds_on(tmp_path: Path, seconds: float, kept: int) -> None:
    script = (
        "import sys, os, pathlib; from tests.telephony.media.test_spool import *;"
        f"item = spool.begin(pathlib.Path(sys.argv[1]) / 'spool', VOICEMAIL); half_written(item.sound, {seconds});"
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=SOURCE, check=False, timeout=30)
    spool.salvage(tmp_path / "spool", tmp_path / "mail")
    assert mailbox.counts(tmp_path / "mail", BOB) == Counts(kept, 0)
    assert not list((tmp_path / "spool").iterdir())
    if kept:
        (message,) = mailbox.messages(tmp_path / "mail", BOB)
        samples = parse_wav(mailbox.audio(tmp_path / "mail", BOB, message.id))
        assert len(samples) == int(8000 * seconds)
        assert sound.has_tone(samples, 500)


def test_a_recording_whose_worker_died_just_after_delivering_is_one_message(tmp_path: Path) -> None:
    item = spool.begin(tmp_path / "spool", VOICEMAIL)
    half_written(item.sound, 5)
    sound_file, sidecar = item.sound.read_bytes(), item.sidecar.read_bytes()
    spool.deliver(item, tmp_path / "mail", keep=None)
    item.sound.write_bytes(sound_file)
    item.sidecar.write_bytes(sidecar)
    spool.salvage(tmp_path / "spool", tmp_path / "mail")
    assert mailbox.counts(tmp_path / "mail", BOB) == Counts(1, 0)
    assert not list((tmp_path / "spool").iterdir())


def test_a_full_disk_keeps_the_recording_until_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    item = spool.begin(tmp_path / "spool", VOICEMAIL)
    half_written(item.sound, 5)
    spool.release(item)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        assert spool.salvage(tmp_path / "spool", tmp_path / "mail") == []
    assert mailbox.counts(tmp_path / "mail", BOB) == Counts(0, 0)
    assert spool.salvage(tmp_path / "spool", tmp_path / "mail") == [BOB]
    assert mailbox.counts(tmp_path / "mail", BOB) == Counts(1, 0)


def test_a_sidecar_that_is_no_sidecar_is_set_aside(tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    folder.mkdir()
    (folder / "x.json").write_text("[1, 2]")
    assert spool.salvage(folder, tmp_path / "mail") == []
    assert [path.name for path in folder.iterdir()] == ["x.unreadable"]
    assert spool.salvage(folder, tmp_path / "mail") == []
