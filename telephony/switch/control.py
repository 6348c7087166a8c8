"""JSON-RPC commands for the switch, as plain values: what the router wraps in {"rid", "rpc"} and sends over evapi
(docs/messages.md). Pure functions; the names say what happens, the docstrings which traps they avoid.

Every command is {"method": …, "params": […]}; the caller adds "jsonrpc" and "id".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Command = dict[str, Any]
Table = Literal[
    "ha1", "uid", "ext", "emerg", "cid", "ecid", "lineauth", "lineip", "watch", "redir", "state", "ban", "fail", "known"
]

# Commands sent and not yet answered. evapi reads 32 kB at a time and loses its place in the stream for good when a
# read ends inside the length of a netstring; and it answers itself through a pipe that holds about 280 messages.
MOST_UNDER_WAY = 50
PUBLISHED_SECONDS = 3600  # presence caps it there; publish again before half of it has passed


def _command(method: str, *params: str | float) -> Command:
    return {"method": method, "params": list(params)}


# -- the switch's tables ---------------------------------------------------------------------------
def set_entry(table: Table, key: str, value: str) -> Command:
    """Key and value are JSON strings: a number would be refused or stored as another key."""
    return _command("htable.sets", table, key, value)


def delete_entry(table: Table, key: str) -> Command:
    return _command("htable.delete", table, key)


def dump_table(table: Table) -> Command:
    """Answered by `table_of`. Holds HA1s when the table is `ha1`: never log the answer."""
    return _command("htable.dump", table)


def table_of(answer: Mapping[str, Any]) -> dict[str, str]:
    """JSON-RPC answer to `dump_table` -> key -> value. An empty table is answered without a result."""
    rows = answer.get("result") or []
    return {str(item["name"]): str(item["value"]) for row in rows for item in row.get("slot", [])}


def sync_table(table: Table, wanted: Mapping[str, str], present: Mapping[str, str]) -> Iterator[Command]:
    """The commands that turn `present` into `wanted`. At a connect `present` comes from `dump_table`, later from the
    last sync; there is no moment at which an entry that stays is missing."""
    for key, value in wanted.items():
        if present.get(key) != value:
            yield set_entry(table, key, value)
    for key in present.keys() - wanted.keys():
        yield delete_entry(table, key)


def tables_ready() -> Command:
    """Send after the first sync of a connection. Until then a login the switch does not know is met with silence, so
    that phones which register while the tables are being filled are neither refused nor counted as guessing."""
    return set_entry("state", "ready", "1")


# -- bans ------------------------------------------------------------------------------------------
def lift_ban(source: str) -> list[Command]:
    """Both: the ban and the failures that led to it, or the next wrong password would ban again.
    An error "not found" in an answer means there was none."""
    return [delete_entry("ban", source), delete_entry("fail", source)]


# -- calls -----------------------------------------------------------------------------------------
def end_dialog(h_entry: int, h_id: int) -> Command:
    """End an answered call: BYE to both sides. Says "OK" and does nothing on a call that still rings."""
    return _command("dlg.end_dlg", h_entry, h_id)


def cancel_ringing(sip_call_id: str, cseq: int) -> Command:
    """End a call that rings (`cid` and `cs` of its question): the phones stop, the caller gets 487, the plan is over
    and `fin` comes with code 487 and canceled 0."""
    return _command("tm.cancel", sip_call_id, str(cseq))


def redirect(sip_call_id: str, key: str) -> Command:
    """Send it before `cancel_ringing`: instead of ending the call the switch asks `key`. Forgotten after 10 s."""
    return set_entry("redir", sip_call_id, key)


def lent(lease: str) -> str:
    """The address of record under which tsilo finds a worker for one more branch of a ringing INVITE."""
    return f"lease-{lease}"


def lend_contact(lease: str, uri: str) -> Command:
    """route[OUT] makes the header of the URI's parameter. Taken back at once: it must not expire by itself, which
    would be told as a phone that is gone."""
    return _command("ul.add", "location", lent(lease), f"{uri};lease={lease}", 60, 1.0, "", 0, 0, 4294967295)


def take_contact_back(lease: str) -> Command:
    return _command("ul.rm", "location", lent(lease))


def list_dialogs() -> Command:
    """All dialogs with their variables (`call`): for reconciling after a (re)connect. 0.6 kB each."""
    return _command("dlg.list")


# -- registrations of outside lines --------------------------------------------------------------
REGISTERED_SECONDS = 600
_UNDER_WAY, _ONLINE = 2, 4  # flags of a registration (uac_reg.h)


@dataclass(frozen=True, slots=True)
class LineRegistration:
    """`name` is the user part of the Contact; `target` the registrar, "sip:host:port"; `user` the account, "" for the
    login; requests go to `proxy` when there is one."""

    name: str
    target: str
    login: str
    password: str = field(repr=False)
    user: str = ""
    proxy: str = ""


@dataclass(frozen=True, slots=True)
class LineState:
    registration: LineRegistration
    online: bool
    under_way: bool


def register_line(line: LineRegistration) -> Command:
    """REGISTER within ten seconds, and again before it expires; the realm may be any (""). Numbers must be numbers:
    "600" would be none."""
    host = line.target.partition(":")[2]
    domain = host.rsplit(":", 1)[0]
    user = line.user or line.login
    return _command(
        "uac.reg_add", line.name, user, domain, user, host, "", line.login, line.password, ".",
        line.proxy or line.target, REGISTERED_SECONDS, 0, 0, ".", ".",
    )  # fmt: skip


def forget_line(name: str) -> Command:
    return _command("uac.reg_remove", name)


def list_line_registrations() -> Command:
    """Answered by `line_states_of`. Holds passwords: never log the answer."""
    return _command("uac.reg_dump")


def line_states_of(answer: Mapping[str, Any]) -> dict[str, LineState]:
    rows = answer.get("result") or []
    found = {}
    for row in rows if isinstance(rows, list) else [rows]:
        flags = int(row.get("flags") or 0)
        target, proxy = f"sip:{row['r_domain']}", str(row["auth_proxy"])
        user, login = str(row["r_username"]), str(row["auth_username"])
        line = LineRegistration(
            name=str(row["l_uuid"]), target=target, login=login, password=str(row["auth_password"]),
            user=user if user != login else "", proxy=proxy if proxy != target else "",
        )  # fmt: skip
        found[line.name] = LineState(line, online=bool(flags & _ONLINE), under_way=bool(flags & _UNDER_WAY))
    return found


# -- registrations ---------------------------------------------------------------------------------
def dump_registrations() -> Command:
    return _command("ul.dump")


def lookup_registration(station: str) -> Command:
    """Error 404 when nobody is registered."""
    return _command("ul.lookup", "location", station)


@dataclass(frozen=True, slots=True)
class Contact:
    """One binding. `next_hop` is "" unless the phone sits behind a translating router."""

    uri: str
    next_hop: str
    socket: str
    expires: int  # seconds from now
    user_agent: str


def contacts_of(answer: Mapping[str, Any]) -> tuple[Contact, ...]:
    """JSON-RPC answer to `lookup_registration` -> contacts that can be reached now."""
    result = answer.get("result")
    return tuple(_contact(item["Contact"]) for item in result.get("Contacts", [])) if result else ()


def registrations_of(answer: Mapping[str, Any]) -> dict[str, tuple[Contact, ...]]:
    """JSON-RPC answer to `dump_registrations` -> station -> contacts."""
    found: dict[str, tuple[Contact, ...]] = {}
    for domain in (answer.get("result") or {}).get("Domains", []):
        for record in domain["Domain"].get("AoRs", []):
            info = record["Info"]
            found[str(info["AoR"])] = tuple(_contact(item["Contact"]) for item in info.get("Contacts", []))
    return found


def _contact(item: Mapping[str, Any]) -> Contact:
    def text(key: str) -> str:
        value = str(item.get(key, ""))
        return "" if value == "[not set]" else value

    expires = item.get("Expires")
    return Contact(
        uri=text("Address"),
        next_hop=text("Received"),
        socket=text("Socket"),
        expires=expires if isinstance(expires, int) else 0,
        user_agent=text("User-Agent"),
    )


# -- lamps -----------------------------------------------------------------------------------------
def message_summary(station: str, realm: str, *, new: int, old: int) -> str:
    """Body of RFC 3842 section 5.2."""
    return (
        f"Messages-Waiting: {'yes' if new else 'no'}\r\n"
        f"Message-Account: sip:{station}@{realm}\r\n"
        f"Voice-Message: {new}/{old} (0/0)\r\n"
    )


def publish_messages(station: str, realm: str, *, new: int, old: int) -> Command:
    """The lamp of every phone of `station` that subscribed; also the state new subscriptions begin with. The switch
    keeps the etag under the publication's id, so publishing again replaces; it is kept until `PUBLISHED_SECONDS`."""
    return _publish(
        f"sip:{station}@{realm}",
        event="message-summary",
        content_type="application/simple-message-summary",
        publication=f"MWI.{station}",
        body=message_summary(station, realm, new=new, old=old),
    )


def notify_messages(contact: Contact, station: str, realm: str, *, new: int, old: int) -> Command:
    """Unsolicited NOTIFY for phones that never subscribe (RFC 3265 style; many phones accept it).
    tm adds its own From tag, so none is given."""
    return _command(
        "tm.t_uac_start",
        "NOTIFY",
        contact.uri,
        contact.next_hop or ".",
        contact.socket or ".",
        f"From: <sip:{station}@{realm}>\r\n"
        f"To: <sip:{station}@{realm}>\r\n"
        "Event: message-summary\r\n"
        "Subscription-State: active\r\n"
        "Content-Type: application/simple-message-summary\r\n",
        message_summary(station, realm, new=new, old=old),
    )


DialogState = Literal["trying", "early", "confirmed", "terminated"]


@dataclass(frozen=True, slots=True)
class DialogLamp:
    """One dialog of a busy lamp. `remote` is the other party's number, "" when watchers may not know it."""

    dialog_id: str
    state: DialogState
    direction: Literal["initiator", "recipient", ""] = ""
    remote: str = ""
    remote_name: str = ""


def dialog_info(user: str, realm: str, dialogs: Iterable[DialogLamp]) -> str:
    """Body of RFC 4235 section 4: the whole state of `user`. Versions are the switch's business: it counts them for
    every subscription."""
    parts = "".join(_dialog(one, user, realm) for one in dialogs)
    return (
        '<?xml version="1.0"?>'
        '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full" '
        f'entity="sip:{_xml(user)}@{_xml(realm)}">{parts}</dialog-info>'
    )


def _dialog(one: DialogLamp, user: str, realm: str) -> str:
    direction = f' direction="{one.direction}"' if one.direction else ""
    remote = ""
    if one.remote:
        name = f' display="{_xml(one.remote_name)}"' if one.remote_name else ""
        address = f"sip:{_xml(one.remote)}@{_xml(realm)}"
        remote = f'<remote><identity{name}>{address}</identity><target uri="{address}"/></remote>'
    own = f"sip:{_xml(user)}@{_xml(realm)}"
    local = f'<local><identity>{own}</identity><target uri="{own}"/></local>' if one.direction else ""
    return f'<dialog id="{_xml(one.dialog_id)}"{direction}><state>{one.state}</state>{local}{remote}</dialog>'


def publish_dialogs(user: str, realm: str, dialogs: Iterable[DialogLamp]) -> Command:
    """The busy lamp of `user` (a station or an extension), replacing what was published for it before."""
    return _publish(
        f"sip:{user}@{realm}",
        event="dialog",
        content_type="application/dialog-info+xml",
        publication=f"BLF.{user}",
        body=dialog_info(user, realm, dialogs),
    )


def _publish(uri: str, *, event: str, content_type: str, publication: str, body: str) -> Command:
    # pua.publish waits for an answer and fails over evapi; send_publish does not. All strings; "." is "none".
    return _command(
        "pua.send_publish", uri, str(PUBLISHED_SECONDS), event, content_type, publication, ".", ".", ".", body
    )


def _xml(text: str) -> str:
    text = "".join(letter for letter in text if letter.isprintable())  # XML 1.0 knows no other control characters
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
