"""One mailbox, used by phone, browser and a mail program at once (S15-01..S15-04, S15-22, S15-24)."""

from __future__ import annotations

import email
import errno
import io
import mailbox as maildir_program  # the standard library stands for "another Maildir program"
import os
import stat
import threading
import wave
from datetime import UTC, datetime, timedelta
from email import policy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telephony import mailbox
from telephony.mailbox import Counts, Voicemail

BOB = 2
NOON = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


def wav(seconds: float = 1.0) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\x10\x20" * int(8000 * seconds))
    return out.getvalue()


def voicemail(number: str = "101", name: str = "Ann Archer", after: int = 0) -> Voicemail:
    return Voicemail(
        user_id=BOB,
        user_name="Bob Baker",
        extension="102",
        from_number=number,
        from_name=name,
        received=NOON + timedelta(seconds=after),
        seconds=6,
        call_id="c-1",
    )


def program(root: Path) -> maildir_program.Maildir:
    return maildir_program.Maildir(str(root / str(BOB) / "Maildir"), create=False)


def test_a_mailbox_nobody_ever_wrote_to_is_empty(tmp_path: Path) -> None:
    assert mailbox.counts(tmp_path, BOB) == Counts(0, 0)
    assert mailbox.messages(tmp_path, BOB) == ()
    assert not list(tmp_path.iterdir()), "looking must not create anything"


def test_a_delivered_message_is_listed_with_its_caller_time_and_length(tmp_path: Path) -> None:
    message_id = mailbox.deliver(tmp_path, voicemail(), audio=wav())
    (message,) = mailbox.messages(tmp_path, BOB)
    assert message == mailbox.Message(
        id=message_id, from_number="101", from_name="Ann Archer", received=NOON, seconds=6, new=True
    )
    assert mailbox.audio(tmp_path, BOB, message_id) == wav()
    assert mailbox.counts(tmp_path, BOB) == Counts(new=1, old=0)


def test_a_mail_program_shows_caller_subject_date_and_a_wav_attachment(tmp_path: Path) -> None:
    mailbox.deliver(tmp_path, voicemail(), audio=wav())
    (key,) = program(tmp_path).keys()
    mail = email.message_from_bytes(program(tmp_path).get_bytes(key), policy=policy.default)
    assert str(mail["From"]) == "Ann Archer <101@switchroom>"
    assert str(mail["To"]) == "Bob Baker <102@switchroom>"
    assert str(mail["Subject"]) == "Voicemail from Ann Archer (101)"
    assert mail["Date"].datetime == NOON
    assert mail["X-Switchroom-Caller"] == "101"
    (part,) = mail.iter_attachments()
    assert part.get_content_type() == "audio/wav"
    with wave.open(io.BytesIO(part.get_content())) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getnframes()) == (8000, 1, 8000)


def test_folders_and_messages_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    mailbox.deliver(tmp_path, voicemail(), audio=wav())
    for path in (tmp_path / str(BOB)).rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_hearing_a_message_sets_seen_and_keeps_its_id(tmp_path: Path) -> None:
    message_id = mailbox.deliver(tmp_path, voicemail(), audio=wav())
    assert mailbox.mark_heard(tmp_path, BOB, message_id)
    assert mailbox.mark_heard(tmp_path, BOB, message_id), "hearing twice is no error"
    assert mailbox.counts(tmp_path, BOB) == Counts(new=0, old=1)
    assert mailbox.messages(tmp_path, BOB)[0].id == message_id
    assert program(tmp_path)[message_id].get_flags() == "S"


def test_reading_in_a_mail_program_counts_as_heard_and_deleting_there_removes_it(tmp_path: Path) -> None:
    first = mailbox.deliver(tmp_path, voicemail(), audio=wav())
    second = mailbox.deliver(tmp_path, voicemail(after=1), audio=wav())
    box = program(tmp_path)
    opened = box[first]
    opened.set_subdir("cur")  # what an IMAP server does when it opens the folder: seen by it, not by the user
    box[first] = opened
    assert mailbox.counts(tmp_path, BOB) == Counts(new=2, old=0)
    opened.add_flag("S")
    box[first] = opened
    assert mailbox.counts(tmp_path, BOB) == Counts(new=1, old=1)
    box.remove(second)
    assert mailbox.counts(tmp_path, BOB) == Counts(new=0, old=1)
    opened.add_flag("T")
    box[first] = opened
    assert mailbox.counts(tmp_path, BOB) == Counts(0, 0), "marked for deletion is as good as deleted"


def test_deleting_is_idempotent_and_other_messages_stay(tmp_path: Path) -> None:
    first = mailbox.deliver(tmp_path, voicemail(), audio=wav())
    second = mailbox.deliver(tmp_path, voicemail(after=1), audio=wav())
    assert mailbox.delete(tmp_path, BOB, first) is True
    assert mailbox.delete(tmp_path, BOB, first) is False
    assert mailbox.mark_heard(tmp_path, BOB, first) is False
    with pytest.raises(mailbox.MessageGone):
        mailbox.audio(tmp_path, BOB, first)
    assert [message.id for message in mailbox.messages(tmp_path, BOB)] == [second]


def test_e_mail_in_the_same_inbox_is_not_a_voicemail(tmp_path: Path) -> None:
    mailbox.deliver(tmp_path, voicemail(), audio=wav())
    program(tmp_path).add(b"From: carol@example.com\nSubject: lunch\n\nNoon?\n")
    assert mailbox.counts(tmp_path, BOB) == Counts(1, 0)


def test_the_same_recording_delivered_twice_is_one_message(tmp_path: Path) -> None:
    first = mailbox.deliver(tmp_path, voicemail(), audio=wav(), key="lease-7")
    mailbox.mark_heard(tmp_path, BOB, first)
    assert mailbox.deliver(tmp_path, voicemail(), audio=wav(), key="lease-7") == first
    assert mailbox.counts(tmp_path, BOB) == Counts(new=0, old=1)


@pytest.mark.parametrize("hostile", ["../../../etc/passwd", "", ".", "/etc/passwd", "x/../y", "a\x00b", "*", "\udcff"])
def test_an_id_that_is_no_message_is_simply_not_there(tmp_path: Path, hostile: str) -> None:
    mailbox.deliver(tmp_path, voicemail(), audio=wav())
    (tmp_path / str(BOB) / "secret.voicemail").write_text("not a message")
    for message_id in (hostile, "../secret.voicemail", "../../secret.voicemail"):
        assert mailbox.delete(tmp_path, BOB, message_id) is False
        assert mailbox.mark_heard(tmp_path, BOB, message_id) is False
        with pytest.raises(mailbox.MessageGone):
            mailbox.audio(tmp_path, BOB, message_id)
    assert (tmp_path / str(BOB) / "secret.voicemail").exists()


def test_a_full_disk_leaves_nothing_half_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mailbox.deliver(tmp_path, voicemail(), audio=wav())

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        mailbox.deliver(tmp_path, voicemail(after=1), audio=wav())
    folder = tmp_path / str(BOB) / "Maildir"
    assert not list((folder / "tmp").iterdir())
    assert mailbox.counts(tmp_path, BOB) == Counts(1, 0)


def test_remains_of_a_delivery_that_died_are_swept_after_a_day_and_a_half(tmp_path: Path) -> None:
    mailbox.deliver(tmp_path, voicemail(), audio=wav())
    tmp = tmp_path / str(BOB) / "Maildir" / "tmp"
    (tmp / "old").write_bytes(b"half")
    os.utime(tmp / "old", (1, 1))
    (tmp / "young").write_bytes(b"half")
    mailbox.deliver(tmp_path, voicemail(after=1), audio=wav())
    assert [path.name for path in tmp.iterdir()] == ["young"]
    assert mailbox.counts(tmp_path, BOB).total == 2


def test_ten_programs_deleting_the_same_messages_delete_each_once(tmp_path: Path) -> None:
    ids = [mailbox.deliver(tmp_path, voicemail(after=n), audio=b"RIFF") for n in range(20)]
    removed: list[str] = []

    def reader(hear: bool) -> None:
        for message_id in ids:
            if hear:
                mailbox.mark_heard(tmp_path, BOB, message_id)
            if mailbox.delete(tmp_path, BOB, message_id):
                removed.append(message_id)

    threads = [threading.Thread(target=reader, args=(n % 2 == 0,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(removed) == sorted(ids)
    assert mailbox.counts(tmp_path, BOB) == Counts(0, 0)


def test_no_message_is_missed_or_doubled_while_others_are_being_heard(tmp_path: Path) -> None:
    ids = {mailbox.deliver(tmp_path, voicemail(after=n), audio=b"RIFF") for n in range(60)}
    stop = threading.Event()

    def hear() -> None:
        for message_id in sorted(ids):
            mailbox.mark_heard(tmp_path, BOB, message_id)
        stop.set()

    thread = threading.Thread(target=hear)
    thread.start()
    while not stop.is_set():
        listed = [message.id for message in mailbox.messages(tmp_path, BOB)]
        assert sorted(listed) == sorted(ids)
        assert mailbox.counts(tmp_path, BOB).total == 60
    thread.join()
    assert mailbox.counts(tmp_path, BOB) == Counts(new=0, old=60)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.text(max_size=60), name=st.text(max_size=60), call=st.text(max_size=30))
def test_no_caller_id_breaks_a_message_or_adds_a_header(
    tmp_path_factory: pytest.TempPathFactory, number: str, name: str, call: str
) -> None:
    root = tmp_path_factory.mktemp("mail")
    hostile = Voicemail(
        user_id=BOB, user_name=name, extension=number, from_number=number, from_name=name,
        received=NOON, seconds=3, call_id=call,
    )  # fmt: skip
    message_id = mailbox.deliver(root, hostile, audio=wav(0.1))
    (message,) = mailbox.messages(root, BOB)
    assert (message.received, message.seconds, message.new) == (NOON, 3, True)
    assert message.from_name.split() == "".join(c if c.isprintable() else " " for c in name).split()
    assert mailbox.audio(root, BOB, message_id) == wav(0.1)
    mail = email.message_from_bytes(program(root).get_bytes(message_id), policy=policy.default)
    assert len(mail.keys()) == 12, mail.keys()


class Step:
    """Verbs of the model below."""

    verbs = st.sampled_from(["deliver", "hear", "delete", "seen elsewhere", "opened elsewhere"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(Step.verbs, st.integers(0, 5)), max_size=25))
def test_the_mailbox_agrees_with_a_list_of_messages_whatever_is_done(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    root = tmp_path_factory.mktemp("mail")
    model: dict[str, bool] = {}  # id -> new
    for at, (verb, which) in enumerate(steps):
        if verb == "deliver":
            model[mailbox.deliver(root, voicemail(after=at), audio=b"RIFF")] = True
            continue
        if not model:
            continue
        message_id = sorted(model)[which % len(model)]
        if verb == "hear":
            mailbox.mark_heard(root, BOB, message_id)
            model[message_id] = False
        elif verb == "delete":
            mailbox.delete(root, BOB, message_id)
            del model[message_id]
        else:
            box = program(root)
            mail = box[message_id]
            mail.set_subdir("cur")
            if verb == "seen elsewhere":
                mail.add_flag("S")
                model[message_id] = False
            box[message_id] = mail
        new = sum(model.values())
        assert mailbox.counts(root, BOB) == Counts(new, len(model) - new)
    assert {message.id: message.new for message in mailbox.messages(root, BOB)} == model
