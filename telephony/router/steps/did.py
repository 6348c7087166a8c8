"""A call on a line with DID blocks (S22): the number that was called says which extension rings."""

from __future__ import annotations

from telephony.messages.snapshot import Language, OutsideLine
from telephony.numbers.did import DidFound
from telephony.numbers.internal import meaning
from telephony.numbers.meaning import AutoAttendant
from telephony.router.draft import Draft


def by_did(made: Draft, line: OutsideLine) -> str | None:
    """The extension of the called number, or None: the line's own route takes the call. Sets what its phones show
    and which language its prompts speak."""
    made.language = line.default_language
    if line.line_id not in made.index.dids.lines:
        return None
    called = (made.invite.called, made.invite.dialled)
    if line.did_source == "request_uri":  # S13-50; the other one only where this one lies in no block
        called = called[::-1]
    found = made.index.dids.find(line.line_id, called)
    if found is None:
        shown = next((text for text in called if text), "no number")
        made.explain(f"{shown} lies in no DID block of this line.", line.link)
        return None
    mapping = found.mapping
    made.dnis = (mapping.dnis if mapping else "") or found.number
    wanted = mapping.language if mapping and mapping.extension else found.plan.default_language
    if wanted != "source":
        made.language = Language(wanted)
    return _extension(made, found)


def _extension(made: Draft, found: DidFound) -> str | None:
    """A mapping whose extension was deleted falls back, as an unassigned number does (S22-06)."""
    plan, link = found.plan, found.plan.link
    if found.mapping is not None and found.mapping.extension:
        number = found.mapping.extension
        if _exists(made, number):
            name = f" ({found.mapping.dnis})" if found.mapping.dnis else ""
            made.explain(f"DID number {found.number}{name} goes to extension {number}.", link)
            return number
        made.explain(f"DID number {found.number} goes to extension {number}, which does not exist.", link)
    if _exists(made, plan.default_extension):
        made.explain(
            f"DID number {found.number} goes to the default extension {plan.default_extension} of its routing plan.",
            link,
        )
        return plan.default_extension
    made.explain(f"The routing plan {plan.description} has no extension for {found.number}.", link)
    return None


def _exists(made: Draft, number: str) -> bool:
    """An extension, or the number of an auto attendant."""
    if number in made.index.extensions:
        return True
    found = meaning(number, made.index.dial_plan, made.index.emergency)
    if not isinstance(found, AutoAttendant):
        return False
    wanted = made.index.snapshot.default_attendant if found.number is None else found.number
    return wanted in made.index.attendants
