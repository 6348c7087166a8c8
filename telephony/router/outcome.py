"""How a call ended, for its record. Pure."""

from __future__ import annotations

from typing import Literal

from telephony.router.live import Call

Outcome = Literal[
    "answered", "voicemail", "busy", "no_answer", "cancelled", "refused", "failed", "ended_by_administrator"
]

BUSY = frozenset({486, 600, 603})  # 603: the called person pressed "decline"
NO_ANSWER = frozenset({408, 480, 487})  # 487 without the caller's CANCEL: the switch stopped the ringing


def outcome(call: Call) -> Outcome:
    if call.ended_by:
        return "ended_by_administrator"
    if call.answered:
        return "voicemail" if call.answered_by.startswith("voicemail/") else "answered"
    if call.canceled:
        return "cancelled"
    if call.facts.get("call_kind") == "refused":
        return "refused"
    if call.code in BUSY:
        return "busy"
    if call.code in NO_ANSWER:
        return "no_answer"
    return "failed"
