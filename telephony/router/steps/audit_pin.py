"""Calls to the outside with an audit PIN code: 78 + PIN + number (S14-34..S14-39). A call for help needs no PIN, and a
wrong one does not stop it."""

from __future__ import annotations

from telephony.router.draft import Draft
from telephony.router.steps.emergency import call_emergency
from telephony.router.steps.external import call_outside

HIDDEN = "•"


def call_with_pin(made: Draft, digits: str) -> None:
    index = made.index
    settings = index.snapshot.audit_pins
    pin, number = digits[: settings.length], digits[settings.length :]
    for text in (number, digits):
        if text in index.emergency.numbers:
            call_emergency(made, text)
            return
    code = made.invite.dialled
    made.shown_dialled = code[: len(code) - len(digits)] + HIDDEN * len(pin) + number
    made.callee(number, "")
    if not number:
        made.refusal(484, f"A PIN code has {settings.length} digits, and the number to call follows it.")
        return
    if settings.verify:
        description = made.live.audit_pin(pin)
        if description is None:
            made.explain("The audit PIN code is not one of this office.", settings.link)
            made.refusal(403, "The PIN code is not right.")
            return
        made.audit_pin = description
    else:
        made.audit_pin = pin  # the code is what is recorded: nobody checks it (AMB-48)
    made.explain(f"Audit PIN code {made.audit_pin}.", settings.link)
    call_outside(made, number, group=settings.group)
