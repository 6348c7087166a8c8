"""Contact information of the business (S03-08). One row, made by `defaults.py`."""

from __future__ import annotations

from django.db import models


class ContactInformation(models.Model):
    name = models.CharField("Name", max_length=100, blank=True)
    street = models.CharField("Street", max_length=200, blank=True)
    city = models.CharField("City", max_length=100, blank=True)
    state = models.CharField("State", max_length=100, blank=True)
    zip = models.CharField("Zip", max_length=20, blank=True)
    phone = models.CharField("Phone", max_length=40, blank=True)
    fax = models.CharField("FAX", max_length=40, blank=True)
    home_page = models.CharField("Home Page", max_length=200, blank=True)
    row_version = models.PositiveIntegerField(default=1, editable=False)

    def __str__(self) -> str:
        return "Contact Information"


FIELDS = ("name", "street", "city", "state", "zip", "phone", "fax", "home_page")
