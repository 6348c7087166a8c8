"""RoutePlan: the router's answer to one INVITE, carried out by the switch alone.

`to_switch()` is the one place that produces the JSON Kamailio reads (docs/messages.md, "Plan").
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field

from telephony.messages import Wire

MAX_BRANCHES = 24  # of Kamailio's 30: every suspend, 302 and 407 eats one (engine-calls.md 5)


class Mode(StrEnum):
    SWITCHED = "switched"
    ANCHORED = "anchored"


class Target(Wire):
    """One branch of a fork: exactly one of `aor` (a registered station) and `uri`."""

    aor: str = ""
    uri: str = ""
    headers: tuple[str, ...] = ()  # whole header lines without CRLF, made by the router only
    proxy: str = ""  # SIP URI the request is sent to instead of `uri`'s host (an outbound proxy)
    to_worker: bool = False  # the relay offers G.711 only and uses its internal leg


class Step(Wire):
    """Ring `targets` together, or answer with `code`, or ask the router again with `ask`."""

    ring_ms: int = 60_000
    targets: tuple[Target, ...] = ()
    code: int = 0
    reason: str = ""
    headers: tuple[str, ...] = ()  # of the answer with `code`: whole header lines without CRLF
    ask: str = ""  # a key the router understands, e.g. "voicemail/102"
    ringing: bool = False  # with `ask`: the caller hears ringing while the answer is awaited
    busy: int | None = None  # index of the step after busy / no answer / nobody registered / any error;
    no_answer: int | None = None  # None: the next one
    not_registered: int | None = None
    error: int | None = None
    line_id: int | None = None  # this step goes out on an outside line
    caller_name: str = ""  # on a line instead of the plan's, also when it is empty
    caller_number: str = ""  # instead of the plan's: a number the line owns
    caller_host: str = ""  # host part of From on this step; "": the realm
    callee_number: str = ""  # the number in To on this step
    early_media: bool = True  # False: what is sent before the answer is not heard, the caller hears ringing
    codecs: str = ""  # what is offered on this step: "g711", "g711_g729", "g729_g711"; "": as it came


class Explanation(Wire):
    """One line of "why did it go there": a sentence, and the setting that caused it."""

    text: str
    link: str = ""


class RoutePlan(Wire):
    call_id: str
    version: int  # the snapshot the decision was made with
    caller_name: str = ""
    caller_number: str = ""
    callee_name: str = ""
    callee_number: str = ""
    kind: str = "internal"  # internal | emergency | voicemail | message_center | refused | outside | inbound
    mode: Mode = Mode.SWITCHED
    anchor_reason: str = ""
    steps: tuple[Step, ...] = Field(min_length=1)
    why: tuple[Explanation, ...] = ()

    def branches(self) -> int:
        return sum(len(step.targets) for step in self.steps)

    def to_switch(self) -> dict[str, Any]:
        """Kamailio's form. Short keys: this crosses for every call."""
        steps: list[dict[str, Any]] = []
        for step in self.steps:
            if step.code:
                answer: dict[str, Any] = {"code": step.code, "reason": step.reason}
                if step.headers:
                    answer["h"] = "\r\n".join(step.headers)
                steps.append(answer)
                continue
            if step.ask:
                steps.append({"ask": step.ask, "wait": 1} if step.ringing else {"ask": step.ask})
                continue
            out: dict[str, Any] = {"ring": step.ring_ms, "t": [_target(t) for t in step.targets]}
            for key, value in (
                ("busy", step.busy),
                ("noans", step.no_answer),
                ("noreg", step.not_registered),
                ("err", step.error),
                ("line", step.line_id),
                ("fu", step.caller_number or None),
                ("fh", step.caller_host or None),
                ("ln", step.caller_name or None),
                ("tu", step.callee_number or None),
                ("noem", None if step.early_media else 1),
                ("codecs", step.codecs or None),
            ):
                if value is not None:
                    out[key] = value
            steps.append(out)
        plan: dict[str, Any] = {"c": self.call_id, "s": steps}
        if self.caller_number:
            plan["fn"], plan["fu"] = self.caller_name, self.caller_number
        if self.callee_number:
            plan["cn"], plan["cu"] = self.callee_name, self.callee_number
        return plan


def _target(target: Target) -> dict[str, Any]:
    out: dict[str, Any] = {"aor": target.aor} if target.aor else {"uri": target.uri}
    if target.headers:
        out["h"] = "\r\n".join(target.headers)
    if target.proxy:
        out["p"] = target.proxy
    if target.to_worker:
        out["w"] = 1
    return out
