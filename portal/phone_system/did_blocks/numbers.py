"""Where a DID number may go."""

from __future__ import annotations

from django.urls import reverse

from portal.phone_system.auto_attendants.export import attendants
from portal.phone_system.did_blocks.models import DidBlock, DidNumber, DidRoutingPlan
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


def numbers_leading_to(extension: str) -> list[tuple[str, str]]:
    """(sentence, URL) for every number outside that rings this extension; it cannot be deleted while one does."""
    found = [
        (f"The DID number {number.number} rings it: let it ring another one first.", number.plan_id)
        for number in DidNumber.objects.filter(extension=extension)
    ]
    found += [
        (f"It is the default extension of the DID routing plan {plan}: choose another one first.", plan.pk)
        for plan in DidRoutingPlan.objects.filter(default_extension=extension)
    ]
    return [(text, reverse("phone_system.did_routing_plans.modify", args=[plan])) for text, plan in found]
