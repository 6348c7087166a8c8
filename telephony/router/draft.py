"""A plan being written. The kinds of steps (`steps/`) add to it; `decide` closes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from telephony.messages.plan import MAX_BRANCHES, Explanation, Mode, RoutePlan, Step, Target
from telephony.messages.snapshot import Language
from telephony.numbers.did import digits_of
from telephony.router.index import SnapshotIndex
from telephony.router.invite import Invite, Live

BRIDGE = "bridge"  # the question that is answered with a worker for an anchored call
MAX_STEPS = 40  # a plan is carried in one variable of the switch; longer chains are loops in disguise


@lru_cache(maxsize=8192)
def explanation(text: str, link: str) -> Explanation:
    """The same few sentences are said over and over; parts of a plan never change."""
    return Explanation(text=text, link=link)


@lru_cache(maxsize=8192)
def phone(station: str, headers: tuple[str, ...]) -> Target:
    return Target(aor=station, headers=headers)


@dataclass(frozen=True, slots=True)
class Caller:
    number: str
    name: str
    user_id: int | None = None


@dataclass(slots=True)
class Draft:
    index: SnapshotIndex
    live: Live
    invite: Invite
    caller: Caller
    budget: int = MAX_BRANCHES  # branches this call may still use
    kind: str = "internal"
    mode: Mode = Mode.SWITCHED
    anchor_reason: str = ""
    callee_number: str = ""
    callee_name: str = ""
    callee_user: int | None = None
    dnis: str = ""  # what a caller from outside called, as the ringing phones show it
    language: Language = Language.PRIMARY  # of the prompts this caller hears (S28-04)
    later: str = ""  # digits that follow when the far side has answered (`numbers.external.Routed`)
    audit_pin: str = ""  # what the record of the call says of its audit PIN code
    shown_dialled: str = ""  # for records, where the dialled digits hold a PIN
    steps: list[Step] = field(default_factory=list)
    why: list[Explanation] = field(default_factory=list)

    def explain(self, text: str, link: str = "") -> None:
        line = explanation(text, link)
        if line not in self.why:
            self.why.append(line)

    def callee(self, number: str, name: str, user_id: int | None = None) -> None:
        self.callee_number, self.callee_name, self.callee_user = number, name, user_id

    def rights_of(self) -> str:
        """The station whose dialing privileges count: the phone that dials, the one a call was sent on by, or the
        first phone of whom a worker acts for."""
        invite = self.invite
        if invite.rights or invite.station:
            return invite.rights or invite.station
        user = self.index.user_of_extension.get(invite.acting)
        if user is None:
            return ""
        stations = self.index.stations_of.get(user.user_id, ())
        return user.primary_station or (stations[0] if stations else "")

    def room(self) -> bool:
        return len(self.steps) < MAX_STEPS

    def ring(self, stations: list[str], ring_ms: int, headers: tuple[str, ...] = ()) -> int | None:
        """Ring the stations together; the index of the step, or None when the branches are used up."""
        headers = (*headers, *self._called_party())
        targets = []
        for station in stations:
            cost = max(1, self.live.contacts(station))
            if cost > self.budget:
                self.explain(
                    f"Only the first {MAX_BRANCHES} phones of a call can ring; {station} and later ones are left out."
                )
                break
            self.budget -= cost
            targets.append(phone(station, headers))
        if not targets:
            return None
        self.steps.append(Step(ring_ms=ring_ms, targets=tuple(targets)))
        return len(self.steps) - 1

    def _called_party(self) -> tuple[str, ...]:
        """What a caller from outside called, for phones that have a place for it (RFC 7315 section 4.2)."""
        if not self.dnis:
            return ()
        name = "".join(one for one in self.dnis if one.isprintable() and one not in '"\\')
        number = digits_of(self.invite.called or self.invite.dialled) or "unknown"
        return (f'P-Called-Party-ID: "{name}" <sip:{number}@{self.index.snapshot.realm}>',)

    def _shown_caller(self) -> str:
        """Most telephones have one line for the caller's name: what was called stands before it (S22-06)."""
        if not self.dnis or not (self.steps and self.steps[0].targets and self.steps[0].targets[0].aor):
            return self.caller.name
        return f"{self.dnis}: {self.caller.name}" if self.caller.name else self.dnis

    def jump(self, step: int, *, busy: int) -> None:
        self.steps[step] = self.steps[step].model_copy(update={"busy": busy})

    def refuse(self, code: int, reason: str) -> None:
        """End with a final answer after what was tried before."""
        self.steps.append(Step(code=code, reason=reason))

    def ask(self, key: str) -> None:
        self.steps.append(Step(ask=key))

    def refusal(self, code: int, reason: str) -> None:
        """The whole call is refused."""
        self.kind = "refused"
        self.explain(reason)
        self.refuse(code, reason)

    def anchored(self, kind: str) -> None:
        self.kind, self.mode, self.anchor_reason = kind, Mode.ANCHORED, kind

    def anchor(self) -> None:
        """A call with an outside line is held by a media worker, which dials the far side (engine-calls 1). A call
        that is refused needs none; one whose plan begins in a worker (a mailbox) has one already."""
        if self.kind not in ("outside", "inbound") or self.invite.bridged:
            return
        first = self.steps[0]
        if first.code or first.ask:
            return
        self.mode, self.anchor_reason = Mode.ANCHORED, "outside line"
        self.steps = [Step(ask=BRIDGE)]

    def plan(self) -> RoutePlan:
        return RoutePlan(
            call_id=self.invite.call_id,
            version=self.index.version,
            caller_name=self._shown_caller(),
            caller_number=self.caller.number,
            callee_name=self.callee_name,
            callee_number=self.callee_number,
            kind=self.kind,
            mode=self.mode,
            anchor_reason=self.anchor_reason,
            steps=tuple(self.steps),
            why=tuple(self.why),
        )
