"""Where a DID number may go."""

from __future__ import annotations

from portal.phone_system.auto_attendants.export import attendants
from portal.phone_system.did_blocks.models import DidBlock
from portal.phone_system.extensions.models import Extension
from telephony.messages.snapshot import DialPlan
from telephony.numbers.did import holds


def numbered(block: DidBlock, number: str) -> bool:
    return holds(block.first, block.count, number)


def known_extensions() -> list[tuple[str, str]]:
    """(number, name) of everything a DID number may go to: extensions of users and of the system, attendants."""
    people = Extension.objects.order_by("number").values_list(
        "number", "description", "user__first_name", "user__last_name"
    )
    found = [
        (number, " ".join(part for part in (first, last) if part) or description)
        for number, description, first, last in people
    ]
    digit = DialPlan().pbx_functions
    found += [(f"{digit}3{entry.number}", entry.description) for entry in attendants()]
    return found
