"""431 to 439 and 400: an auto attendant answers (S26-01). Which greeting it plays is seen when its worker is leased."""

from __future__ import annotations

from telephony.router.draft import Draft


def call_attendant(made: Draft, number: int | None) -> None:
    """None is the default attendant."""
    wanted = made.index.snapshot.default_attendant if number is None else number
    entry = made.index.attendants.get(wanted)
    if entry is None:
        made.refusal(404, f"There is no auto attendant {wanted}.")
        return
    made.callee(made.invite.dialled, entry.description)
    made.explain(f"{entry.description} answers.", entry.link)
    if made.kind == "internal":
        made.anchored("attendant")
    made.ask(f"attendant/{wanted}")
