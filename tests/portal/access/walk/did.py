"""Probes: Direct Inward Dial blocks and routing plans."""

from __future__ import annotations

from portal.phone_system.did_blocks.models import DidBlock, DidRoutingPlan
from tests.portal.access.walk.cast import Office
from tests.portal.access.walk.probe import Button, Call, Probe

LINES = "Phone System > Outside Lines"
LIST, PLANS = "/phone-system/did-blocks/", "/phone-system/did-routing-plans/"
API, PLAN_API = "/api/v1/did-blocks/", "/api/v1/did-routing-plans/"
NEW = {"first": "5854213800", "count": 100}


def _block(office: Office) -> DidBlock:
    plan, _ = DidRoutingPlan.objects.get_or_create(description="Used")
    return DidBlock.objects.get_or_create(first="5850000000", defaults={"count": 10, "plan": plan})[0]


def _plan(office: Office) -> DidRoutingPlan:
    return DidRoutingPlan.objects.get_or_create(description="Spare")[0]


def _is_there() -> bool:
    return DidBlock.objects.filter(first="5854213800").exists()


PROBES = (
    Probe(
        name=("Phone System", "Direct Inward Dialing"),
        ours=("phone",),
        url=lambda office: Call("GET", LIST, shows="Direct Inward Dialing</h1>"),
        button=lambda office: Button("/", f'href="{LIST}"'),
        api=lambda office: Call("GET", API, shows='"count"'),
    ),
    Probe(
        name=(LINES, 'Direct Inward Dial Blocks "add new DID block"'),
        url=lambda office: Call("POST", f"{LIST}add/", NEW, form=f"{LIST}add/", effect=_is_there),
        button=lambda office: Button(LIST, f'href="{LIST}add/"'),
        api=lambda office: Call("POST", API, NEW, json=True, effect=_is_there),
    ),
    Probe(
        name=(LINES, 'Direct Inward Dial Blocks "modify"'),
        url=lambda office: Call(
            "POST",
            f"{LIST}{_block(office).pk}/",
            {"count": 20},
            form=f"{LIST}{_block(office).pk}/",
            effect=lambda: DidBlock.objects.filter(count=20).exists(),
        ),
        button=lambda office: Button(LIST, f'href="{LIST}{_block(office).pk}/"'),
        api=lambda office: Call(
            "PATCH",
            f"{API}{_block(office).pk}/",
            {"count": 20},
            json=True,
            effect=lambda: DidBlock.objects.filter(count=20).exists(),
        ),
    ),
    Probe(
        name=(LINES, 'Direct Inward Dial Blocks "delete"'),
        url=lambda office: Call(
            "POST", f"{LIST}{_block(office).pk}/delete/", effect=lambda: not DidBlock.objects.exists()
        ),
        button=lambda office: Button(LIST, f'href="{LIST}{_block(office).pk}/delete/"'),
        api=lambda office: Call(
            "DELETE", f"{API}{_block(office).pk}/", json=True, effect=lambda: not DidBlock.objects.exists()
        ),
    ),
    Probe(
        name=(LINES, 'Direct Inward Dial Routing Plans "Details"'),
        url=lambda office: Call(
            "POST",
            f"{PLANS}{_plan(office).pk}/",
            {"description": "Renamed"},
            form=f"{PLANS}{_plan(office).pk}/",
            effect=lambda: DidRoutingPlan.objects.filter(description="Renamed").exists(),
        ),
        button=lambda office: Button(LIST, f'href="{PLANS}{_plan(office).pk}/"'),
        api=lambda office: Call(
            "PATCH",
            f"{PLAN_API}{_plan(office).pk}/",
            {"description": "Renamed"},
            json=True,
            effect=lambda: DidRoutingPlan.objects.filter(description="Renamed").exists(),
        ),
    ),
    Probe(
        name=(LINES, 'Direct Inward Dial Routing Plans "Delete"'),
        url=lambda office: Call(
            "POST",
            f"{PLANS}{_plan(office).pk}/delete/",
            effect=lambda: not DidRoutingPlan.objects.filter(description="Spare").exists(),
        ),
        button=lambda office: Button(LIST, f'href="{PLANS}{_plan(office).pk}/delete/"'),
        api=lambda office: Call(
            "DELETE",
            f"{PLAN_API}{_plan(office).pk}/",
            json=True,
            effect=lambda: not DidRoutingPlan.objects.filter(description="Spare").exists(),
        ),
    ),
)
