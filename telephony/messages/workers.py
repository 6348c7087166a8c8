"""Between the router and the media supervisor and workers: JSON lines on `var/run/router.sock`.

The router listens; supervisor and workers connect, say hello, and reconnect for ever. After a router
restart their hellos rebuild its leases. Nothing here needs Redis or the portal.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from telephony.messages import Wire
from telephony.messages.snapshot import DialPlan, Language, Mailbox, Presence

# header names on the SIP leg between switch and worker; the switch strips them from everybody else
LEASE_HEADER = "X-Switchroom-Lease"  # on INVITEs to a worker
TRANSFER_USER = "t."  # user part of the one-use address a transferred party is sent to: "t.<token>"
HAND_OVER = (
    499  # the switch's answer to a transferred leg whose carrier shall connect the two itself; see `handed_over`
)
TOKEN_HEADER = "X-Switchroom-Token"  # noqa: S105  a header's name, on INVITEs from a worker


def lease_value(lease: str, *, instead: str = "") -> str:
    """Value of the lease header. `instead`: the INVITE takes the place of the leg with this Call-ID."""
    return f"{lease};instead={instead.encode().hex()}" if instead else lease


def lease_of(value: str) -> tuple[str, str]:
    """(lease, Call-ID of the leg whose place it takes or "")."""
    lease, _, coded = value.partition(";instead=")
    try:
        return lease, bytes.fromhex(coded).decode()
    except ValueError:
        return lease, ""


def hand_over(uri: str, token: str) -> str:
    """Reason of a `HAND_OVER` answer: whom the carrier shall call, and what to dial when it does not."""
    return f"{uri} {TRANSFER_USER}{token}"


_HANDED = re.compile(rf"(sip:[0-9A-Za-z+*#._-]+@[0-9A-Za-z.:\[\]-]+) ({re.escape(TRANSFER_USER)}[\w-]+)")


def handed_over(reason: str) -> tuple[str, str] | None:
    """(URI for the carrier, user part to dial otherwise) of such a reason."""
    found = _HANDED.fullmatch(reason)
    return (found[1], found[2]) if found else None


# -- applications: what a lease asks of a worker ---------------------------------------------------
class TakeMessage(Wire):
    """Record a voicemail for a user (A-009)."""

    app: Literal["voicemail"] = "voicemail"
    user_id: int
    extension: str
    user_name: str
    mailbox: Mailbox
    from_number: str
    from_name: str
    presence: str = "in_office"
    language: Language = Language.PRIMARY  # of the line or DID number the caller came by (S28-04)
    busy: bool = False  # reached because the phones were busy: the greeting says "is on the phone"


class MessageCenter(Wire):
    """Hear and delete messages (A-010). `extension` "" asks for it; else only the PIN is asked."""

    app: Literal["message_center"] = "message_center"
    extension: str = ""
    source: str = ""  # the caller's address, for the lock-out event
    extension_digits: int = 0  # the extension is complete after this many digits; 0: after # or a pause


class OriginateApp(Wire):
    """Call `first` with its token; when answered call `second`, then bridge the two."""

    app: Literal["originate"] = "originate"
    first: str  # user part of the request URI
    first_token: str
    second: str
    second_token: str


class BridgeApp(Wire):
    """Hold the caller's leg, dial the far side with the token, answer when it does (docs/messages.md, "Anchored")."""

    app: Literal["bridge"] = "bridge"
    to: str  # user part of the request URI; the token says what it means
    token: str


class PickUpApp(Wire):
    """Two INVITEs bring this lease: the picker's, reported as leg "first", "ringing"; then the call that rings. Answer
    the second and connect both (docs/messages.md, "Pick-up")."""

    app: Literal["pick_up"] = "pick_up"


class TestRing(Wire):
    app: Literal["test_ring"] = "test_ring"
    station: str
    token: str
    seconds: int = 12


class Listed(Wire):
    """A person callers find in an attendant by spelling the name, or in its directory (S26-07)."""

    first_name: str
    last_name: str
    extension: str


class AttendantApp(Wire):
    """An auto attendant that answers a caller (S26-04). Recordings are named without folder and ending; "" is none."""

    app: Literal["attendant"] = "attendant"
    number: int  # 1..9
    greeting: int  # 0..8, of the schedule at this moment
    open: bool = True  # the schedule's mode is Day
    recordings: tuple[str, ...] = ()  # what is recorded of "0".."8" and "c", the custom message
    dial_by_name: bool = False
    dial_by_name_prompt: bool = True
    spell_by: Literal["first_or_last", "last", "first"] = "first_or_last"
    directory: bool = True
    directory_prompt: bool = True
    dial_now_prompt: bool = True
    end_call_prompt: bool = True
    repeat_prompt: bool = True
    speed_dials: bool = False
    default_extension: str = ""
    shortcuts: dict[str, str] = {}  # a digit -> what it dials
    people: tuple[Listed, ...] = ()  # in the order they are read out
    language: Language = Language.PRIMARY  # of the line or DID number the caller came by (S28-04)
    plan: DialPlan = DialPlan()  # how digits are told apart


class Announcement(Wire):
    """Play prompts (names of the prompt set, without extension) and hang up."""

    app: Literal["announcement"] = "announcement"
    prompts: tuple[str, ...]


AnyApp = Annotated[
    TakeMessage | MessageCenter | OriginateApp | BridgeApp | PickUpApp | TestRing | AttendantApp | Announcement,
    Field(discriminator="app"),
]


# -- worker or supervisor -> router ----------------------------------------------------------------
class Session(Wire):
    lease: str
    call_id: str
    app: str
    legs: int


class WorkerHello(Wire):
    t: Literal["worker"] = "worker"
    worker: int
    pid: int
    address: str  # SIP host:port
    sessions: tuple[Session, ...] = ()


class SupervisorHello(Wire):
    t: Literal["supervisor"] = "supervisor"
    pid: int
    running: int
    maximum: int


class WorkerDied(Wire):
    """From the supervisor, before the replacement is up."""

    t: Literal["died"] = "died"
    worker: int
    pid: int = 0  # of the dead one: its replacement may have said hello already
    status: int  # as os.waitstatus_to_exitcode


class SessionEnded(Wire):
    t: Literal["ended"] = "ended"
    lease: str
    reason: str = ""


class CheckPin(Wire):
    t: Literal["check_pin"] = "check_pin"
    ask: str  # id, comes back in PinChecked
    lease: str
    extension: str
    pin: str


class ChangePin(Wire):
    """The owner of a mailbox has said a new PIN twice; good only in a session that the right PIN has opened."""

    t: Literal["change_pin"] = "change_pin"
    ask: str
    lease: str
    pin: str = Field(repr=False)


class AskCall(Wire):
    """The caller of an application chose a number: may it be called, and how? Answered by CallGranted."""

    t: Literal["ask_call"] = "ask_call"
    ask: str  # id, comes back in CallGranted
    lease: str
    digits: str


class MailboxTouched(Wire):
    """A message was stored, heard or deleted: the router counts again and updates the lamp."""

    t: Literal["mailbox"] = "mailbox"
    user_id: int


class PresenceChosen(Wire):
    """By telephone, in the Message Center, after the PIN was right."""

    t: Literal["presence"] = "presence"
    lease: str
    user_id: int
    presence: Presence


class LegState(Wire):
    """Progress of a leg the worker dialled."""

    t: Literal["leg"] = "leg"
    lease: str
    leg: Literal["first", "second", "far"]
    state: Literal["ringing", "answered", "ended"]
    code: int = 0


class WorkerWorn(Wire):
    """Places of its library are taken by calls that have ended: a far side that is gone does not answer the BYE, which
    takes 32 seconds (RFC 3261 17.1.2). It wants to be recycled and should be given nothing more."""

    t: Literal["worn"] = "worn"
    worker: int


FromMedia = Annotated[
    WorkerHello
    | WorkerWorn
    | SupervisorHello
    | WorkerDied
    | SessionEnded
    | CheckPin
    | ChangePin
    | AskCall
    | MailboxTouched
    | PresenceChosen
    | LegState,
    Field(discriminator="t"),
]
from_media: TypeAdapter[FromMedia] = TypeAdapter(FromMedia)


# -- router -> worker or supervisor ----------------------------------------------------------------
class Lease(Wire):
    """Sent before the plan that brings the INVITE; without one within 5 s the lease lapses."""

    t: Literal["lease"] = "lease"
    lease: str
    call_id: str
    app: AnyApp


class EndSession(Wire):
    t: Literal["end"] = "end"
    lease: str


class PinChecked(Wire):
    t: Literal["pin"] = "pin"
    ask: str
    ok: bool
    locked: bool = False
    user_id: int = 0
    name: str = ""
    extension: str = ""
    require_change: bool = False
    mailbox: Mailbox = Mailbox()


class CallGranted(Wire):
    """Dial `to` with `token`; or go on as another attendant; or, with neither, it cannot be called (`reason`)."""

    t: Literal["call"] = "call"
    ask: str
    to: str = ""  # user part of the request URI
    token: str = ""
    attendant: AttendantApp | None = None
    reason: str = ""


class PinSet(Wire):
    """Answer to ChangePin. Not `ok`: it is the old one, or the one every new user has, or nobody is logged in."""

    t: Literal["pin_set"] = "pin_set"
    ask: str
    ok: bool


class Grow(Wire):
    """To the supervisor: have at least this many workers running."""

    t: Literal["grow"] = "grow"
    workers: int


class Recycle(Wire):
    """To an idle worker: end yourself; the supervisor starts a fresh one."""

    t: Literal["recycle"] = "recycle"


ToMedia = Annotated[Lease | EndSession | PinChecked | PinSet | CallGranted | Grow | Recycle, Field(discriminator="t")]
to_media: TypeAdapter[ToMedia] = TypeAdapter(ToMedia)
