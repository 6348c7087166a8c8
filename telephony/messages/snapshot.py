"""The configuration as the engines see it: one immutable, numbered RoutingSnapshot, and beside it the
Credentials document, which travels encrypted. Collected by `portal/publish/snapshot.py`, read by the router.

Catalog: S18-03..S18-17 (routes), S10-33 (generic SIP handsets), S07-19 (dial plan), S23 (emergency).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

from telephony.messages import Wire
from telephony.messages.dialing import AuditPin, AuditPinDialing, ExternalDialing, PrivilegesGroup, SpeedDialEntry


class Presence(StrEnum):
    """The seven presences of a user (S18-03), in the order of the manual."""

    IN_OFFICE = "in_office"
    AT_A_MEETING = "at_a_meeting"
    ON_VACATION = "on_vacation"
    ON_BUSINESS_TRIP = "on_business_trip"
    AT_HOME = "at_home"
    AWAY = "away"
    BUSY = "busy"


class DestinationKind(StrEnum):
    OWNER_HANDSETS = "owner_handsets"  # every appearance the extension's user owns, whatever it is now
    APPEARANCE = "appearance"  # value: station number
    EXTENSION = "extension"  # value: extension number


class FinallyKind(StrEnum):
    HANG_UP = "hang_up"
    VOICEMAIL = "voicemail"  # value: extension number of the mailbox's user
    EXTENSION = "extension"  # value: extension number ("dial a number", internal)


class Destination(Wire):
    kind: DestinationKind
    value: str = ""


class Attempt(Wire):
    destinations: tuple[Destination, ...]
    rings: int = 4  # one ring is 6 s (S18-15); `Snapshot.ring_seconds` holds it
    ring_tone: str = ""


class Finally(Wire):
    kind: FinallyKind
    value: str = ""


class Route(Wire):
    attempts: tuple[Attempt, ...] = ()
    finally_: Finally = Finally(kind=FinallyKind.HANG_UP)
    on_busy: Finally | None = None  # None: treat busy as no answer (S18-16)
    link: str = ""  # path of the page that edits it, for explanations


class Mailbox(Wire):
    enabled: bool = True
    max_messages: int = 100
    max_message_seconds: int = 180  # Call Answering maximum message recording time (S09-08)
    end_by_silence: bool = True  # Voice Activity Detection (S09-12)
    operator_extension: str = ""  # reached by 0 while leaving a message (S09-11)
    message_center_seconds: int = 180  # longest message recorded in the Message Center (S09-08)
    send_to_all: bool = False  # digit 9 in its Send menu (S09-10)
    no_message_in: tuple[Presence, ...] = ()  # presences whose greeting takes no message (S09-30)


class UserEntry(Wire):
    user_id: int
    username: str
    name: str
    extension: str  # "" while the user has none (the built-in administrator)
    mailbox: Mailbox = Mailbox()
    require_pin_change: bool = False
    off_site_access: bool = False  # calls out through the Message Center (S09-09)
    caller_id_name: str = ""  # shown to whom this user calls, where the line allows it (S09-21)
    caller_id_number: str = ""
    secondary_language: bool = False  # prompts in the secondary language (S09-19)
    call_recording: bool = False  # may record (S09-17)
    follow_me_pin: bool = True  # Follow Me asks for the PIN (S09-25)
    follow_me_name: bool = False  # and records the caller's name
    primary_station: str = ""  # target of *7 (S19-11)
    first_name: str = ""
    last_name: str = ""
    attendants: tuple[int, ...] = ()  # that list this user (S26-07)
    link: str = ""


class AppearanceEntry(Wire):
    """One SIP address of a handset: what registers, rings and calls."""

    station: str  # the User ID a phone registers as, e.g. "5111"; also the AOR's user part
    handset_id: int
    line: int
    description: str
    owner_id: int | None = None
    emergency_caller_id: str = ""  # one of `Emergency.caller_ids`; "": the line's own
    privileges: int = 0  # its dialing privileges group; 0: the default one
    link: str = ""


class ExtensionEntry(Wire):
    number: str
    user_id: int | None = None  # None: a system extension
    description: str = ""
    routes: dict[Presence, Route]  # a system extension uses IN_OFFICE only
    link: str = ""


class AttendantEntry(Wire):
    """An auto attendant's settings (S26-04). Shortcuts and the default extension are what is dialled."""

    number: int  # 1..9
    description: str
    schedule_id: int = 0  # whose greeting is played
    recordings: tuple[str, ...] = ()  # what is recorded of "0".."8" and "c", the custom message
    dial_by_name: bool = False
    dial_by_name_prompt: bool = True
    spell_by: Literal["first_or_last", "last", "first"] = "first_or_last"
    directory: bool = True
    directory_prompt: bool = True
    directory_order: Literal["extension", "name"] = "extension"
    dial_now_prompt: bool = True
    end_call_prompt: bool = True
    repeat_prompt: bool = True
    speed_dials: bool = False
    default_extension: str = ""
    shortcuts: dict[str, str] = {}
    link: str = ""


class DialPlan(Wire):
    """Leading digits of the internal dial plan (S07-17..S07-20), Normal Mode defaults. In Extension Mode everything
    but extensions, operator and outside lines is dialled with "*" before its digit, and `extension_leading` is not
    looked at (S07-18)."""

    mode: Literal["normal", "extension"] = "normal"
    extension_digits: int = 3
    extension_leading: tuple[str, str] = ("1", "2")
    operator: str = "0"
    external: str = "9"
    message_center: str = "6"
    leave_voicemail: str = "3"
    call_functions: str = "7"
    pbx_functions: str = "4"
    station: str = "5"
    speed_dial: str = "3"  # shares its digit with leave_voicemail by default (S07-20)
    enterprise: str = "8"

    @property
    def star(self) -> str:
        """What is dialled before the digit of a function."""
        return "*" if self.mode == "extension" else ""


class Language(StrEnum):
    """Slots of the prompts; which language each is, the Languages page says (S28-02)."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class LineKind(StrEnum):
    """S13-01, S14-09. Only the SIP kinds carry calls so far."""

    SIP_PROXY = "sip_proxy"
    SIP_GATEWAY = "sip_gateway"
    ANALOG = "analog"
    DIGITAL = "digital"
    REMOTE_SITE = "remote_site"


class OutsideLine(Wire):
    line_id: int
    description: str
    kind: LineKind = LineKind.SIP_PROXY
    target: str  # SIP URI without user part, e.g. "sip:carrier.example:5060"
    outbound_proxy: str = ""  # SIP URI that requests are sent to instead (S13-25)
    registrar: str = ""  # SIP URI where it registers, when that is not `target`
    user_id: str = ""  # the account (S13-23); "": `username`
    caller_id: str = ""
    caller_id_name: str = ""
    handset_name: bool = False  # the caller's own external name and number go before the line's (S13-27, S13-28)
    handset_number: bool = False
    external_name: bool = False  # an outside caller who is sent on is shown as himself
    external_number: bool = False
    username: str = ""  # for digest; the password is in Credentials.lines
    max_calls: int = 0  # 0: unlimited
    emergency: bool = False
    registers: bool = False  # registers at the target with `username` and its password
    as_dialed: bool = False  # Send Digits as Dialed (S13-32)
    digits_sent: int = 0  # so many trailing digits; 0: all (S13-33)
    prefix: str = ""  # Prefix String (S13-38)
    e164: bool = False  # S13-45
    early_media: bool = True  # S13-42
    supports_refer: bool = False  # S13-43
    supports_redirect: bool = False  # S13-44
    identity: bool = False  # P-Asserted-Identity is sent and believed (S13-48)
    diversion: Literal["always", "never", "on_redirect"] = "never"  # S13-49
    did_source: Literal["to", "request_uri"] = "to"  # S13-50
    request_user: Literal["dialed", "account"] = "dialed"  # S13-51
    codecs: Literal["", "g711", "g711_g729", "g729_g711"] = ""  # offered (S13-52); "": what the caller offers
    destination: str = ""  # the extension or attendant incoming calls go to; "": the operator
    voicemail: str = ""  # the extension in whose mailbox they end at once, when not "" (S13-97)
    default_language: Language = Language.PRIMARY  # of calls that come in on it (S28-05)
    link: str = ""


class DidNumber(Wire):
    """One number of a routing plan (S22-05). Without an extension it goes where the unassigned ones go."""

    number: str  # digits, as its block writes them
    extension: str = ""
    dnis: str = ""  # the name the answering phone shows; "": the number
    language: Literal["primary", "secondary", "source"] = "source"  # source: of the line


class DidPlan(Wire):
    """Where the numbers of one or several blocks go."""

    plan_id: int
    description: str
    default_extension: str = ""  # of numbers that `numbers` does not name; "": the line's own route
    default_language: Literal["primary", "secondary", "source"] = "source"
    numbers: tuple[DidNumber, ...] = ()
    link: str = ""


class DidBlock(Wire):
    """`count` numbers from `first` on, called on the lines of `line_ids` (S22-02)."""

    block_id: int
    first: str  # digits
    count: int
    plan_id: int
    line_ids: tuple[int, ...] = ()
    link: str = ""


class ScheduleMode(StrEnum):
    DAY = "day"
    NIGHT = "night"


class SchedulePeriod(Wire):
    """Minutes of the local day, `start` 0..1439, `end` 1..1440 and not in the period; `greeting` 0..8 (S25-10)."""

    start: int
    end: int
    mode: ScheduleMode
    greeting: int


class HolidayEntry(Wire):
    """Replaces the weekday's periods from `first` to `last`, both included; `every_year`: of any year (S25-09)."""

    name: str
    first: date
    last: date
    every_year: bool = False
    periods: tuple[SchedulePeriod, ...] = ()


class ScheduleEntry(Wire):
    """A business schedule (S25-01). Time no period covers is Night with greeting 1 (S25-15). What it says at a moment
    is computed by telephony/numbers/schedule.py."""

    schedule_id: int
    number: int
    description: str
    control: Literal["automatic", "manual"] = "automatic"
    since: float = 0.0  # Unix time when this control was chosen: what was set by hand before is void
    manual_mode: ScheduleMode = ScheduleMode.NIGHT  # with manual control until somebody sets it by hand
    manual_greeting: int = 1
    days: tuple[tuple[SchedulePeriod, ...], ...]  # seven, Monday first; periods in order, never overlapping
    holidays: tuple[HolidayEntry, ...] = ()
    link: str = ""


class EmergencyCallerId(Wire):
    """What the emergency centre sees of a handset, and by which lines it is told first (S23-04). The other lines that
    carry emergency calls follow: nobody is cut off because a favourite line is down."""

    number: str
    location: str = ""
    line_ids: tuple[int, ...] = ()
    link: str = ""


class Emergency(Wire):
    numbers: tuple[str, ...] = ("911",)
    direct_dial: bool = True  # also without the access digit; with it always works
    caller_ids: tuple[EmergencyCallerId, ...] = ()


class Snapshot(Wire):
    v: int = 1
    version: int
    at: str  # ISO 8601, UTC
    realm: str
    ring_seconds: float = 6.0
    dial_plan: DialPlan = DialPlan()
    emergency: Emergency = Emergency()
    users: tuple[UserEntry, ...] = ()
    appearances: tuple[AppearanceEntry, ...] = ()
    extensions: tuple[ExtensionEntry, ...] = ()
    outside_lines: tuple[OutsideLine, ...] = ()
    external: ExternalDialing = ExternalDialing()
    privileges: tuple[PrivilegesGroup, ...] = ()
    audit_pins: AuditPinDialing = AuditPinDialing()
    speed_dials: tuple[SpeedDialEntry, ...] = ()
    anonymous_destination: str = ""  # where callers without a number go, whatever the line says (S13-100)
    did_blocks: tuple[DidBlock, ...] = ()
    did_plans: tuple[DidPlan, ...] = ()
    time_zone: str = "UTC"  # IANA name; schedules follow its wall clock
    schedules: tuple[ScheduleEntry, ...] = ()
    attendants: tuple[AttendantEntry, ...] = ()
    default_attendant: int = 1  # reached by 400 (S26-Q06)
    greetings: tuple[str, ...] = ()  # names of 0..8, the same for all schedules and attendants (S25-10)


class SipCredential(Wire):
    login_id: str
    station: str
    ha1: str  # MD5(login_id:realm:password), 32 hex digits (RFC 7616 section 3.4.2)


class PinCredential(Wire):
    extension: str
    user_id: int
    digest: str  # HMAC-SHA256 of "<user_id>:<pin>" under the PIN key, hex


class Credentials(Wire):
    """Encrypted with the credentials key whenever it leaves memory (telephony/messages/sealed.py)."""

    v: int = 1
    version: int  # the snapshot's number
    sip: tuple[SipCredential, ...] = ()
    pins: tuple[PinCredential, ...] = ()
    pin_key: bytes = b""  # the key of the PIN digests, so that PINs are checked without the portal
    lines: dict[int, str] = {}  # outside line id -> password
    audit_pins: tuple[AuditPin, ...] = ()
