"""A voicemail as an e-mail (RFC 5322): a sentence as text, the recording as `audio/wav` (S15-24).

The X-Switchroom-* headers are what the phone and the pages read back; people read From, Subject and Date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, parsedate_to_datetime

DOMAIN = "switchroom"
HEADERS_AT_MOST = 16_384  # bytes read to find the end of the headers; ours need about 700


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail:
    """What is known of a message before it is one. `received` is aware; `seconds` of audio."""

    user_id: int
    user_name: str
    extension: str
    from_number: str
    from_name: str
    received: datetime
    seconds: int
    call_id: str = ""
    forwarded_by: str = ""  # name of who passed it on; from_number and from_name stay those of the caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One voicemail in a mailbox. `id` is the Maildir base name without flags; `received` is UTC."""

    id: str
    from_number: str
    from_name: str
    received: datetime
    seconds: int
    new: bool
    forwarded_by: str = ""


def compose(voicemail: Voicemail, *, message_id: str, audio: bytes) -> bytes:
    """The whole message with LF line ends, as Maildir programs expect it."""
    name, number = plain(voicemail.from_name), plain(voicemail.from_number)
    caller = f"{name} ({number})" if name and number else name or number or "an unknown caller"
    received = voicemail.received.astimezone()  # local time with offset: what a mail program shows

    mail = EmailMessage(policy=policy.default)
    mail["From"] = Address(name or number, local_part(voicemail.from_number), DOMAIN)
    mail["To"] = Address(plain(voicemail.user_name), local_part(voicemail.extension), DOMAIN)
    mail["Subject"] = f"Voicemail from {caller}"
    mail["Date"] = format_datetime(received)
    mail["Message-ID"] = f"<{message_id}@{DOMAIN}>"
    mail["X-Switchroom-Kind"] = "voicemail"
    mail["X-Switchroom-Caller"] = number
    mail["X-Switchroom-Caller-Name"] = name
    mail["X-Switchroom-Seconds"] = str(voicemail.seconds)
    mail["X-Switchroom-Call"] = plain(voicemail.call_id)
    what = f"a message of {_length(voicemail.seconds)} on {received:%A, %d %B %Y at %H:%M}.\n"
    if forwarder := plain(voicemail.forwarded_by):
        mail["X-Switchroom-Forwarded-By"] = forwarder
        mail.set_content(f"{forwarder} forwarded to you {what}{caller} had left it.\n")
    else:
        mail.set_content(f"{caller} left you {what}")
    mail.add_attachment(audio, maintype="audio", subtype="wav", filename=f"voicemail-{received:%Y%m%d-%H%M%S}.wav")
    return mail.as_bytes()


def read_headers(data: bytes, *, message_id: str, new: bool, fallback: datetime) -> Message:
    """`data`: the beginning of a message file. A header another program mangled reads as empty."""
    head = data.partition(b"\n\n")[0].partition(b"\r\n\r\n")[0]
    mail = BytesParser(policy=policy.default).parsebytes(head + b"\n\n", headersonly=True)
    seconds = str(mail.get("X-Switchroom-Seconds", "")).strip()
    return Message(
        id=message_id,
        from_number=str(mail.get("X-Switchroom-Caller", "")).strip(),
        from_name=str(mail.get("X-Switchroom-Caller-Name", "")).strip(),
        received=_date(str(mail.get("Date", "")), fallback),
        seconds=int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 7 else 0,
        new=new,
        forwarded_by=str(mail.get("X-Switchroom-Forwarded-By", "")).strip(),
    )


def attachment(data: bytes) -> bytes:
    """The WAV file inside a message; raises ValueError when there is none."""
    mail = BytesParser(policy=policy.default).parsebytes(data)
    for part in mail.iter_attachments():
        if part.get_content_maintype() == "audio":
            return bytes(part.get_content())
    raise ValueError("The message has no audio attachment.")


def plain(text: str) -> str:
    """Text fit for a header: caller IDs come from outside and may hold line ends or unpaired surrogates."""
    kept = "".join(" " if not c.isprintable() else c for c in text.encode("utf-8", "replace").decode("utf-8"))
    return " ".join(kept.split())[:200]


def local_part(number: str) -> str:
    """The left side of an address; only what every mail program accepts without quoting."""
    return re.sub(r"[^A-Za-z0-9+*#_-]", "", number)[:64] or "unknown"


def _date(text: str, fallback: datetime) -> datetime:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return fallback
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)


def _length(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
