"""Extensions of three digits become four, and back (S07-01..S07-08). Pure.

Three to four puts a 1 before every extension; four to three takes the first digit away, and is refused as a whole when
an extension lies outside x100 to x299 behind the plan's first leading digit (S07-04). Dialled formats keep their prefix
(S07-05); numbers of the system stay (S07-07). The plan's extension digits are 1 and 2 afterwards (AMB-11).
"""

from __future__ import annotations

from collections.abc import Iterable

from telephony.messages.snapshot import DialPlan, Emergency
from telephony.numbers.internal import clean, is_extension, meaning
from telephony.numbers.meaning import Extension, LeaveVoicemail, MessageCenter, NotYet, PickUp
from telephony.numbers.plan import problems

NO_EMERGENCY = Emergency(numbers=())  # an extension stays one, whatever else its digits are


def converted_plan(plan: DialPlan, digits: int) -> DialPlan:
    """The plan afterwards; may have problems (`refusals`)."""
    if digits == plan.extension_digits:
        return plan
    leading = plan.extension_leading if plan.mode == "extension" else ("1", "2")
    return plan.model_copy(update={"extension_digits": digits, "extension_leading": leading})


def converted(extension: str, plan: DialPlan, digits: int) -> str:
    """One extension with the new length."""
    if digits == plan.extension_digits or len(extension) != plan.extension_digits:
        return extension  # the operator's "0" stays
    return f"1{extension}" if digits > plan.extension_digits else extension[1:]


def refusals(extensions: Iterable[str], plan: DialPlan, digits: int) -> list[str]:
    """Sentences; empty when the conversion is allowed."""
    if digits not in (3, 4):
        return ["Extensions have 3 or 4 digits."]
    if digits == plan.extension_digits:
        return []
    found = []
    numbers = sorted(number for number in extensions if is_extension(number, plan))
    if digits < plan.extension_digits:
        first = "1" if plan.mode == "extension" else plan.extension_leading[0]
        low, high = f"{first}100", f"{first}299"
        if outside := [number for number in numbers if not low <= number <= high]:
            named = ", ".join(outside[:5]) + (f" and {len(outside) - 5} more" if len(outside) > 5 else "")
            found.append(f"Only extensions from {low} to {high} can lose a digit. Change or delete {named} first.")
    after = converted_plan(plan, digits)
    found += problems(after).values()
    if not found and (wrong := [n for n in numbers if not is_extension(converted(n, plan, digits), after)]):
        found.append(f"Extension {wrong[0]} would become {converted(wrong[0], plan, digits)}, which is no extension.")
    return found


def converted_dialling(dialled: str, plan: DialPlan, digits: int) -> str:
    """What was dialled for an extension, or for a function that names one; everything else stays as it is."""
    number = clean(dialled)
    match meaning(number, plan, NO_EMERGENCY):
        case (
            Extension(extension)
            | LeaveVoicemail(extension)
            | MessageCenter(extension)
            | PickUp(extension)
            | NotYet("call forwarding", extension)
        ) if extension:
            return number.removesuffix(extension) + converted(extension, plan, digits)
    return dialled
