"""What the switch reports about calls under way: ring, ans, fin, dlg, hold; and reg, regexp, auth, ban."""

from __future__ import annotations

from collections.abc import Callable

from telephony.router.journal import Journal
from telephony.router.ledger import Ledger
from telephony.router.live import Ban, Call, Leg, LiveState, Registration
from telephony.router.media_link import MediaLink
from telephony.router.server import Message

_AUTH = {-2: "Wrong password", -3: "Unknown login ID", -8: "The User ID is another handset's"}


class Progress:
    def __init__(
        self,
        live: LiveState,
        ledger: Ledger,
        journal: Journal,
        media: MediaLink,
        on_registered: Callable[[str], None],
        on_watched: Callable[[str], None],
    ) -> None:
        self.live = live
        self.ledger = ledger
        self.journal = journal
        self.media = media
        self.on_registered = on_registered  # a station registered anew: its lamp is told
        self.on_watched = on_watched  # somebody subscribed to the busy lamp of an extension or station

    def _leg(self, m: Message) -> Leg | None:
        return self.live.legs.get(str(m.get("cid", "")))

    # -- calls ---------------------------------------------------------------------------------------
    def ring(self, m: Message) -> None:
        leg, station = self._leg(m), str(m.get("st", ""))
        if leg is not None:
            leg.rang = True
        if leg is not None and station:
            self.ledger.ring(leg, station)

    def ans(self, m: Message) -> None:
        leg = self._leg(m)
        if leg is None:
            return
        leg.h_entry, leg.h_id = int(m.get("h") or leg.h_entry), int(m.get("d") or leg.h_id)
        leg.direct = bool(m.get("direct"))
        station = str(m.get("st", ""))
        by = station if station in leg.call.index.appearances or not leg.application else leg.application
        if leg.line_id is not None and leg.kind in ("outside", "emergency") and not leg.application:
            by = f"line/{leg.line_id}"
        if leg.picker is not None and station not in leg.call.index.appearances:
            by = leg.picker.station
        if leg.lease:
            self.media.started(leg.lease)
        self.ledger.answer(leg, by or "unknown", name_of(leg.call, by))

    def fin(self, m: Message) -> None:
        leg = self._leg(m)
        if leg is None:
            return
        if leg.lease:  # the INVITE never became a session
            self.media.end(leg.lease)
            self.media.finished(leg.lease, "the call ended first")
        self.ledger.end_leg(leg, code=int(m.get("code") or 0), canceled=bool(m.get("canceled")))

    def dlg(self, m: Message) -> None:
        leg = self._leg(m)
        if leg is None:
            return
        leg.h_entry, leg.h_id = int(m.get("h") or leg.h_entry), int(m.get("d") or leg.h_id)
        if m.get("e") == "end":
            self.ledger.end_leg(leg)

    def hold(self, m: Message) -> None:
        leg = self._leg(m)
        if leg is not None and leg.talking:
            self.ledger.hold(leg, "callee" if m.get("by") == "callee" else "caller", bool(m.get("on")))

    # -- registrations -------------------------------------------------------------------------------
    def reg(self, m: Message) -> None:
        station = str(m["aor"])
        contacts, expires = int(m.get("n") or 0), float(m.get("exp") or 0)
        known = self.live.registrations.get(station)
        found = Registration(
            contacts=contacts,
            expires=expires,
            contact=str(m.get("contact", "")),
            source=str(m.get("src", "")),
            user_agent=str(m.get("ua", "")),
        )
        self._registered(station, found)
        if contacts and (known is None or int(m.get("op") or 0) == 1):
            self.on_registered(station)

    def regexp(self, m: Message) -> None:
        station = str(m["aor"])
        old = self.live.registrations.get(station)
        self._registered(
            station,
            Registration(
                contacts=int(m.get("n") or 0),
                expires=float(m.get("exp") or 0),
                contact=old.contact if old else "",
                source=old.source if old else "",
                user_agent=old.user_agent if old else "",
            ),
        )

    def _registered(self, station: str, found: Registration) -> None:
        if found.contacts:
            self.live.registrations[station] = found
        else:
            self.live.registrations.pop(station, None)
        self.journal.event(
            "registration.changed",
            station=station,
            registered=found.contacts > 0,
            expires=found.expires,
            contact=found.contact,
            source=found.source,
            user_agent=found.user_agent,
        )

    # -- the fence -----------------------------------------------------------------------------------
    def auth(self, m: Message) -> None:
        self.journal.event(
            "registration.refused",
            login_id=str(m.get("u", "")),
            source=str(m.get("src", "")),
            reason=_AUTH.get(int(m.get("rc") or 0), "Refused") + f" ({m.get('m', 'REGISTER')}).",
        )

    def sub(self, m: Message) -> None:
        if m.get("ev") == "message-summary":
            self.live.subscribers.add(str(m.get("to", "")))
        elif m.get("ev") == "dialog":
            self.on_watched(str(m.get("to", "")))

    def ban(self, m: Message) -> None:
        source = str(m["src"])
        found = Ban(reason=str(m.get("why", "")), until=float(m.get("until") or 0))
        self.live.bans[source] = found
        self.journal.event("source.banned", source=source, reason=found.reason, until=found.until)


def name_of(call: Call, by: str) -> str:
    """Whose phone or mailbox answered."""
    appearance = call.index.appearances.get(by)
    if appearance is not None:
        owner = call.index.owner(by)
        return owner.name if owner else appearance.description
    name, _, argument = by.partition("/")
    if name == "voicemail" and (user := call.index.user_of_extension.get(argument)) is not None:
        return user.name
    if name == "line" and argument.isdigit() and (line := call.index.lines.get(int(argument))) is not None:
        return line.description
    if name == "attendant" and argument.isdigit() and (entry := call.index.attendants.get(int(argument))) is not None:
        return entry.description
    return "Message Center" if name == "message_center" else ""
