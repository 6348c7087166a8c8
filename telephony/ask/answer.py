"""`ask(snapshot, question) -> Answer`: what the system would do, step by step, by the decision of live calls.

The way shown is the one on which nobody answers, because it passes everything; what happens on busy stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from telephony.ask.question import Question
from telephony.messages.plan import Explanation, RoutePlan, Step
from telephony.messages.snapshot import Presence, ScheduleMode, Snapshot
from telephony.router.decide import draft
from telephony.router.draft import BRIDGE, Caller, Draft
from telephony.router.index import SnapshotIndex, build
from telephony.router.invite import Facts, Invite
from telephony.router.schedules import setting_of
from telephony.router.steps.external import after_line, read_key

BoxKind = Literal["caller", "rule", "ring", "line", "application", "end"]
LINE_IS_DOWN = 503
MOST_BOXES = 120  # a plan has at most 40 steps and every step leads forwards; this is for what nobody foresaw


@dataclass(frozen=True, slots=True)
class Box:
    """One station of the way. `label`: what leads here from the box before ("nobody answers, after 24 s")."""

    kind: BoxKind
    title: str
    text: str = ""
    link: str = ""
    label: str = ""
    on_busy: str = ""  # where busy leads, when it is not the next box


@dataclass(frozen=True, slots=True)
class Answer:
    version: int
    kind: str
    sentence: str  # what happens, in one
    boxes: tuple[Box, ...]
    anchored: str = ""  # why a media worker holds the call; "": it does not


def ask(snapshot: Snapshot, question: Question) -> Answer:
    index = build(snapshot)
    return Walk(index, question).answer()


class Walk:
    """Carries a plan out on paper."""

    def __init__(self, index: SnapshotIndex, question: Question) -> None:
        self.index = index
        self.question = question
        here = index.appearances if question.registered is None else question.registered
        registered = {station: 1 for station in index.appearances if station in here}
        self.live = Facts(
            registered=registered,
            in_use=question.in_use,
            presences=question.presences,
            on_lines=question.line_calls,
        )
        self.invite = Invite(
            call_id="ask",
            kind="line" if question.line_id is not None else "phone",
            dialled=question.dialled,
            called=question.dialled if question.line_id is not None else "",
            station=question.station,
            line_id=question.line_id,
            from_number=question.from_number,
        )
        self.boxes: list[Box] = []

    def answer(self) -> Answer:
        made = draft(self.index, self.live, self.invite)
        plan, anchored = made.plan(), made.anchor_reason
        if plan.steps[0].ask == BRIDGE:  # the worker's own leg is decided once more, as in a live call
            made = draft(self.index, self.live, replace(self.invite, bridged=True))
            plan = made.plan()
        self.boxes.append(Box("caller", self._caller(made), f"dials {self.question.dialled or 'nothing'}"))
        self.boxes += [Box("rule", line.text, link=line.link) for line in self._before_steps(plan)]
        self._carry_out(plan)
        return Answer(self.index.version, plan.kind, self._sentence(plan), tuple(self.boxes), anchored)

    def _caller(self, made: Draft) -> str:
        if self.question.line_id is not None:
            line = self.index.lines.get(self.question.line_id)
            who = self.question.from_number or "Somebody who withholds the number"
            return f"{who} on outside line {line.description if line else self.question.line_id}"
        caller = made.caller
        return f"{caller.name} ({caller.number})" if caller.name else caller.number or "A handset nobody knows"

    @staticmethod
    def _before_steps(plan: RoutePlan) -> tuple[Explanation, ...]:
        """The sentences of the decision; those that only name a line again are told by the line's own box."""
        return tuple(line for line in plan.why if not line.text.startswith("Outside line "))

    # -- the steps -------------------------------------------------------------------------------------
    def _carry_out(self, plan: RoutePlan) -> None:
        at, label = 0, ""
        while at < len(plan.steps) and len(self.boxes) < MOST_BOXES:
            step = plan.steps[at]
            if step.code:
                self.boxes.append(Box("end", step.reason or f"Answer {step.code}", f"SIP {step.code}", label=label))
                return
            if step.ask.startswith("line/"):
                following = self._next_line(step.ask)
                if following is None:
                    self.boxes.append(Box("end", "Another free outside line is tried", label=label))
                    return
                plan, at = following, 0
                continue
            if step.ask:
                self.boxes.append(replace(self._application(step.ask), label=label))
                return
            box, following_label, at = self._ring(plan, step, at)
            self.boxes.append(replace(box, label=label))
            label = following_label
        if at >= len(plan.steps):
            self.boxes.append(Box("end", "The last answer goes back to the caller", label=label))

    def _ring(self, plan: RoutePlan, step: Step, at: int) -> tuple[Box, str, int]:
        """The box of a step, what leads on from it, and the number of the step after it."""
        seconds = round(step.ring_ms / 1000)
        if step.line_id is not None:
            return self._line(plan, step, at)
        stations = [target.aor for target in step.targets if target.aor]
        there = [station for station in stations if self.live.contacts(station)]
        names = ", ".join(self._phone(station) for station in stations)
        busy = self._busy(plan, step, at)
        if not there:
            text = "not registered: passed over at once"
            return Box("ring", names, text), "nobody registered", _then(step.not_registered, at)
        text = f"ring{'s' if len(there) == 1 else ''} for {seconds} s"
        if len(there) < len(stations):
            text += "; " + ", ".join(s for s in stations if s not in there) + " not registered"
        box = Box("ring", names, text, link=self._link(stations), on_busy=busy)
        return box, f"nobody answers, after {seconds} s", _then(step.no_answer, at)

    def _line(self, plan: RoutePlan, step: Step, at: int) -> tuple[Box, str, int]:
        line = self.index.lines.get(step.line_id or 0)
        name = f"Outside line {line.description}" if line else "An outside line"
        link = line.link if line else ""
        shown = f"shows {step.caller_number}" if step.caller_number else "shows no number"
        if step.line_id in self.question.lines_down:
            return Box("line", name, "is down: passed over", link=link), "the line is down", _then(step.error, at)
        busy = self._busy(plan, step, at)
        return (
            Box("line", name, shown, link=link, on_busy=busy),
            "the line does not take the call",
            _then(step.error, at),
        )

    def _busy(self, plan: RoutePlan, step: Step, at: int) -> str:
        if step.busy is None or step.busy == _then(step.no_answer, at) or step.busy >= len(plan.steps):
            return ""
        target = plan.steps[step.busy]
        if target.code:
            return target.reason or f"answer {target.code}"
        if target.ask:
            return self._application(target.ask).title
        return ", ".join(self._phone(one.aor) for one in target.targets if one.aor) or "another outside line"

    def _next_line(self, key: str) -> RoutePlan | None:
        """The question the switch asks when a line did not take the call: `external.read_key`."""
        number, tried, lines = read_key(key)
        if not tried or tried[-1] not in self.question.lines_down:
            return None
        invite = Invite(call_id="ask", kind="worker", dialled=number, bridged=True)
        made = Draft(index=self.index, live=self.live, invite=invite, caller=Caller("", ""))
        made.kind = "outside"
        after_line(made, number, lines, tried, LINE_IS_DOWN, rang=False)
        return made.plan()

    # -- words -----------------------------------------------------------------------------------------
    def _phone(self, station: str) -> str:
        entry = self.index.appearances.get(station)
        return f"{entry.description} ({station})" if entry else f"handset {station}"

    def _link(self, stations: list[str]) -> str:
        entry = self.index.appearances.get(stations[0]) if len(stations) == 1 else None
        return entry.link if entry else ""

    def _application(self, key: str) -> Box:
        name, _, rest = key.partition("/")
        argument, _, modifier = rest.partition("/")
        user = self.index.user_of_extension.get(argument)
        if name == "voicemail":
            if user is None:
                return Box("end", f"There is no mailbox of extension {argument}")
            presence = self.question.presences.get(user.user_id, Presence.IN_OFFICE)
            spoken = presence.value.replace("_", " ").title()
            text = "the greeting says: is on the phone" if modifier == "busy" else f"greeting of the presence {spoken}"
            if presence in user.mailbox.no_message_in:
                text += ", which takes no message"
            return Box("application", f"Voicemail of {user.name}", text, link=user.link)
        if name == "message_center":
            return Box(
                "application", f"Message Center of {user.name}" if user else "Message Center", "asks for the PIN"
            )
        if name == "attendant" and argument.isdigit() and (entry := self.index.attendants.get(int(argument))):
            setting = setting_of(self.index, self.question.by_hand, entry.schedule_id, self.question.at)
            mode = "Day" if setting.mode is ScheduleMode.DAY else "Night"
            return Box(
                "application", f"{entry.description} answers", f"{mode}, greeting {setting.greeting}", entry.link
            )
        if name == "pick_up":
            return Box("application", f"The oldest call that rings at extension {argument} is picked up")
        return Box("application", name.replace("_", " ").capitalize(), rest)

    def _sentence(self, plan: RoutePlan) -> str:
        first = next((box for box in self._what_happens()), None)
        last = self.boxes[-1]
        if plan.kind == "emergency":
            return f"An emergency call to {plan.callee_number}: {_small(first)}."
        if plan.kind == "refused" or first is last or first is None:
            return f"{last.title.rstrip('.')}."
        return f"First: {_small(first)}. If nobody answers, in the end: {_small(last)}."

    def _what_happens(self) -> Iterator[Box]:
        return (box for box in self.boxes if box.kind not in ("caller", "rule") and "passed over" not in box.text)


def _then(jump: int | None, at: int) -> int:
    """As the switch reads a plan: a jump only leads forwards, without one comes the next step."""
    return jump if jump is not None and jump > at else at + 1


def _small(box: Box | None) -> str:
    if box is None:
        return "nothing happens"
    return f"{box.title} {box.text}".strip().rstrip(".") if box.kind in ("ring", "line") else box.title
