"""The one owner of a mailbox on disk: `<mail_root>/<user_id>/Maildir`, 0700.

A voicemail is an e-mail with a WAV attachment (S15-24), so phone, browser, POP3 and IMAP see one object
(S15-01) and the phone works without the database and Redis. `store.py` is the folder (Maildir), `mail.py`
the message (RFC 5322).

    counts(mail_root, user_id)              -> Counts(new, old); directory listings only, nothing is parsed
    messages(mail_root, user_id)            -> tuple[Message, ...], oldest first; reads headers only
    audio(mail_root, user_id, message_id)   -> bytes, a WAV file; raises MessageGone
    mark_heard(mail_root, user_id, id)      -> False when it is gone
    mark_new(mail_root, user_id, id)        -> the same, back to new
    delete(mail_root, user_id, id)          -> True for the one caller that removed it
    clear(mail_root, user_id)               -> how many voicemails were deleted
    remove(mail_root, user_id)              -> the whole folder, of a user who is gone; raises OSError
    deliver(mail_root, voicemail, audio=)   -> message id; raises OSError (disk full) with nothing left behind

Nothing is locked: every change is one rename or unlink, as Maildir wants it, and a lost race is retried.
After a change tell the router (worker: `MailboxTouched`; portal: command `MailboxChanged`), so the lamp follows.
"""

from __future__ import annotations

from telephony.mailbox.mail import Message, Voicemail
from telephony.mailbox.store import (
    Counts,
    MessageGone,
    audio,
    clear,
    counts,
    delete,
    deliver,
    mark_heard,
    mark_new,
    messages,
    remove,
)

__all__ = [
    "Counts",
    "Message",
    "MessageGone",
    "Voicemail",
    "audio",
    "clear",
    "counts",
    "delete",
    "deliver",
    "mark_heard",
    "mark_new",
    "messages",
    "remove",
]
