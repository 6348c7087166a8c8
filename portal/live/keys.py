"""Names of what the hub keeps in Redis, and of the Channels groups it feeds.

The copy of the picture is written in one transaction per tick together with the stream position it stands for
and a number that grows by one each time, so a reader can tell which differences it already contains.
"""

from __future__ import annotations

CALLS = "live:calls"  # hash: call id -> Call.dump()
REGISTRATIONS = "live:registrations"  # hash: station -> JSON Registration
BANS = "live:bans"  # hash: source -> JSON Ban
MAILBOXES = "live:mailboxes"  # hash: user id -> JSON MailboxCount
PRESENCES = "live:presences"  # hash: user id -> presence
ENGINES = "live:engines"  # hash: part -> JSON Engine
VERSION = "live:version"  # configuration version in force
UNWRITTEN = "live:unwritten"  # hash: key -> row the database has not confirmed yet
POSITION = "live:position"  # of the stream call-events: what the copy contains
NUMBER = "live:number"  # of the newest difference
MARKS = "live:marks"  # hash: Channels group -> number of its newest difference
ALIVE = "alive:hub"  # docs/messages.md, "Signs of life"
ALIVE_SECONDS = 10

ALL = (CALLS, REGISTRATIONS, BANS, MAILBOXES, PRESENCES, ENGINES, VERSION, UNWRITTEN, POSITION, NUMBER, MARKS)

GROUP_CALLS = "live.calls"
GROUP_HANDSETS = "live.handsets"
GROUP_EMERGENCY = "live.emergency"


USER_PREFIX = "live.user."


def group_user(user_id: int) -> str:
    return f"{USER_PREFIX}{user_id}"
