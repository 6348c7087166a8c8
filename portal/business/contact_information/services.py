"""What is done with the contact information. Raises ValidationError (field → sentences) or Conflict."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from portal.business.contact_information.models import FIELDS, ContactInformation
from portal.publish.change import By, Change, change


def current() -> ContactInformation:
    return ContactInformation.objects.filter(pk=1).first() or ContactInformation(pk=1)


def modify_contact_information(values: Mapping[str, str], *, by: By, seen: int | None = None) -> Change:
    """Set `values` (names in FIELDS); everything is optional (S03-08)."""
    if unknown := values.keys() - set(FIELDS):
        raise ValueError(f"not a field of the contact information: {sorted(unknown)}")
    wanted = {name: value.strip() for name, value in values.items()}
    if wanted.get("home_page"):
        wanted["home_page"] = _address(wanted["home_page"])
    with change(by, "Modify contact information") as work:
        row = work.lock(ContactInformation(pk=1), seen=seen, mine=wanted)
        for name, value in wanted.items():
            setattr(row, name, value)
        work.save(row)
    return work


def _address(text: str) -> str:
    """With a scheme; only what a browser may follow from a page."""
    address = text if "://" in text else f"https://{text}"
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError:
        raise ValidationError(
            {"home_page": ["This is no web address. Write it as www.example.com or https://www.example.com."]}
        ) from None
    return address
