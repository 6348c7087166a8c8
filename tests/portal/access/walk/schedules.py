"""Probes: Business > Contact Information, Message Aliases, Schedules."""

from __future__ import annotations

from datetime import date

from portal.business.contact_information.models import ContactInformation
from portal.business.message_aliases.models import MessageAlias
from portal.business.schedules.models import GreetingNames, Holiday, Schedule
from tests.portal.access.walk.cast import Office
from tests.portal.access.walk.probe import Button, Call, Probe

ALIASES, SCHEDULES = "Business > Message Aliases", "Business > Schedules"
CONTACT, ALIAS_LIST, LIST = "/business/contact-information/", "/business/message-aliases/", "/business/schedules/"
API, HOLIDAYS_API = "/api/v1/schedules/", "/api/v1/schedule-holidays/"
NEW_ALIAS = {"group": "walkers", "addresses": "ann@outside.example"}
NEW_HOLIDAY = {"name": "Walk", "first": "2027-01-01", "last": "2027-01-01"}


def _contact() -> bool:
    return ContactInformation.objects.filter(city="Walk").exists()


def _alias() -> MessageAlias:
    return MessageAlias.objects.create(group="sales", addresses="ann@outside.example")


def _aliased() -> bool:
    return MessageAlias.objects.filter(group="walkers").exists()


def _modify_alias(office: Office) -> Call:
    path = f"{ALIAS_LIST}{_alias().pk}/"
    return Call("POST", path, {"group": "walkers"}, form=path, effect=_aliased)


def _delete_alias(office: Office) -> Call:
    path = f"{ALIAS_LIST}{_alias().pk}/delete/"
    return Call("POST", path, effect=lambda: not MessageAlias.objects.exists())


def _schedule() -> int:
    """Schedule 0."""
    return Schedule.objects.get(number=0).pk


def _second() -> int:
    return Schedule.objects.create(number=1, description="Second").pk


def _holiday() -> int:
    return Holiday.objects.create(schedule_id=_schedule(), name="Old", first=date(2027, 5, 1), last=date(2027, 5, 1)).pk


def _several() -> bool:
    return Schedule.objects.count() > 1


def _described() -> bool:
    return Schedule.objects.filter(description="Walk").exists()


def _named() -> bool:
    return Holiday.objects.filter(name="Walk").exists()


def _delete_schedule(office: Office) -> Call:
    pk = _second()
    return Call("POST", f"{LIST}{pk}/delete/", effect=lambda: not Schedule.objects.filter(pk=pk).exists())


def _delete_schedule_by_api(office: Office) -> Call:
    pk = _second()
    return Call("DELETE", f"{API}{pk}/", json=True, effect=lambda: not Schedule.objects.filter(pk=pk).exists())


def _copy_holidays(office: Office) -> Call:
    _holiday()
    other = _second()
    return Call(
        "POST",
        f"{LIST}{_schedule()}/copy-holidays/",
        {"schedules": [str(other)]},
        effect=lambda: Holiday.objects.filter(schedule_id=other).exists(),
    )


def _copy_holidays_button(office: Office) -> Button:
    _holiday(), _second()
    return Button(LIST, f'href="{LIST}{_schedule()}/copy-holidays/"')


def _modify_holiday(office: Office) -> Call:
    path = f"{LIST}holidays/{_holiday()}/"
    return Call("POST", path, {"name": "Walk"}, form=path, effect=_named)


def _add_holiday(office: Office) -> Call:
    path = f"{LIST}{_schedule()}/holidays/add/"
    return Call("POST", path, NEW_HOLIDAY, form=path, effect=_named)


PROBES = (
    Probe(
        name=("Business", "Contact Information"),
        url=lambda office: Call("GET", CONTACT, shows="Contact Information</h1>"),
        button=lambda office: Button("/", f'href="{CONTACT}"'),
        api=lambda office: Call("GET", "/api/v1/contact-information/", shows='"city"'),
    ),
    Probe(
        name=("Business > Contact Information", 'Contact Information "modify"'),
        url=lambda office: Call(
            "POST", f"{CONTACT}modify/", {"city": "Walk"}, form=f"{CONTACT}modify/", effect=_contact
        ),
        button=lambda office: Button(CONTACT, f'href="{CONTACT}modify/"'),
        api=lambda office: Call("PATCH", "/api/v1/contact-information/", {"city": "Walk"}, json=True, effect=_contact),
    ),
    Probe(
        name=("Business", "Message Aliases"),
        url=lambda office: Call("GET", ALIAS_LIST, shows="Message Aliases</h1>"),
        button=lambda office: Button("/", f'href="{ALIAS_LIST}"'),
        api=lambda office: Call("GET", "/api/v1/message-aliases/", shows='"count"'),
    ),
    Probe(
        name=(ALIASES, 'Message Aliases "add new alias"'),
        url=lambda office: Call("POST", f"{ALIAS_LIST}add-group/", NEW_ALIAS, effect=_aliased),
        button=lambda office: Button(ALIAS_LIST, f'href="{ALIAS_LIST}add-group/"'),
    ),
    Probe(
        name=(ALIASES, 'Message Aliases "modify"'),
        url=_modify_alias,
        button=lambda office: Button(ALIAS_LIST, f'href="{ALIAS_LIST}{_alias().pk}/"'),
        api=lambda office: Call(
            "PATCH", f"/api/v1/message-aliases/{_alias().pk}/", {"group": "walkers"}, json=True, effect=_aliased
        ),
    ),
    Probe(
        name=(ALIASES, 'Message Aliases "delete"'),
        url=_delete_alias,
        button=lambda office: Button(ALIAS_LIST, f'href="{ALIAS_LIST}{_alias().pk}/delete/"'),
        api=lambda office: Call(
            "DELETE",
            f"/api/v1/message-aliases/{_alias().pk}/",
            json=True,
            effect=lambda: not MessageAlias.objects.exists(),
        ),
    ),
    Probe(
        name=("Business", "Schedules"),
        url=lambda office: Call("GET", LIST, shows="Schedules</h1>"),
        button=lambda office: Button("/", f'href="{LIST}"'),
        api=lambda office: Call("GET", API, shows='"count"'),
    ),
    Probe(
        name=(SCHEDULES, 'Greetings "modify"'),
        url=lambda office: Call(
            "POST",
            f"{LIST}greetings/",
            {"greeting_5": "Walk"},
            form=f"{LIST}greetings/",
            effect=lambda: GreetingNames.objects.filter(greeting_5="Walk").exists(),
        ),
        button=lambda office: Button(LIST, f'href="{LIST}greetings/"'),
    ),
    Probe(
        name=(SCHEDULES, "Schedule n [Copy]"),
        url=lambda office: Call("POST", f"{LIST}{_schedule()}/copy/", effect=_several),
        button=lambda office: Button(LIST, f'action="{LIST}{_schedule()}/copy/"'),
    ),
    Probe(
        name=(SCHEDULES, "Schedule n [Delete]"),
        url=_delete_schedule,
        button=lambda office: Button(LIST, f'href="{LIST}{_second()}/delete/"'),
        api=_delete_schedule_by_api,
    ),
    Probe(
        name=(SCHEDULES, 'Schedule n "modify"'),
        url=lambda office: Call(
            "POST",
            f"{LIST}{_schedule()}/",
            {"description": "Walk"},
            form=f"{LIST}{_schedule()}/",
            effect=_described,
        ),
        button=lambda office: Button(LIST, f'href="{LIST}{_schedule()}/"'),
        api=lambda office: Call("PATCH", f"{API}{_schedule()}/", {"description": "Walk"}, json=True, effect=_described),
    ),
    Probe(
        name=(SCHEDULES, 'Schedule n "add holiday"'),
        url=_add_holiday,
        button=lambda office: Button(LIST, f'href="{LIST}{_schedule()}/holidays/add/"'),
    ),
    Probe(
        name=(SCHEDULES, 'Schedule n "copy holiday"'),
        url=_copy_holidays,
        button=_copy_holidays_button,
    ),
    Probe(
        name=(SCHEDULES, 'Schedule n "delete" holiday'),
        url=lambda office: Call(
            "POST", f"{LIST}holidays/{_holiday()}/delete/", effect=lambda: not Holiday.objects.exists()
        ),
        button=lambda office: Button(LIST, f'href="{LIST}holidays/{_holiday()}/delete/"'),
        api=lambda office: Call(
            "DELETE", f"{HOLIDAYS_API}{_holiday()}/", json=True, effect=lambda: not Holiday.objects.exists()
        ),
    ),
    Probe(
        name=(SCHEDULES, 'Schedule n "modify" holiday'),
        url=_modify_holiday,
        button=lambda office: Button(LIST, f'href="{LIST}holidays/{_holiday()}/"'),
        api=lambda office: Call("PATCH", f"{HOLIDAYS_API}{_holiday()}/", {"name": "Walk"}, json=True, effect=_named),
    ),
)
