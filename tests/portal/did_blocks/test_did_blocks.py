"""DID blocks and routing plans as administrators make them (S22)."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from portal.business.users import services as users
from portal.business.users.models import User
from portal.phone_system.did_blocks import services
from portal.phone_system.did_blocks.models import DidBlock, DidRoutingPlan
from portal.phone_system.did_blocks.services import NamedNumber
from portal.phone_system.outside_lines.models import OutsideLine
from portal.publish import versions
from portal.publish.change import By
from portal.publish.errors import Refused
from telephony.messages.snapshot import Snapshot
from telephony.numbers.did import MOST_BLOCKS

pytestmark = pytest.mark.django_db
MAIN = {"first": "585-421-3800", "count": 100}


@pytest.fixture
def line(db: None) -> OutsideLine:
    return OutsideLine.objects.create(description="Trunk", host="carrier.example")


@pytest.fixture
def block(line: OutsideLine, by: By) -> DidBlock:
    return services.add_block(MAIN, lines=[line], by=by)[0]


def published() -> Snapshot:
    found = versions.snapshot_of(versions.head_number())
    assert found is not None
    return found


def test_a_block_gets_its_plan_and_reaches_the_engines(block: DidBlock, line: OutsideLine) -> None:
    """S22-04"""
    [made] = published().did_blocks
    assert (made.first, made.count, made.line_ids) == ("5854213800", 100, (line.pk,))
    assert [plan.plan_id for plan in published().did_plans] == [made.plan_id]
    assert str(block) == "5854213800 to 5854213899"


def test_numbers_are_named_by_their_last_digits_too(block: DidBlock, ann: User, bob: User, by: By) -> None:
    numbers = [
        NamedNumber(number="3850", extension="101", dnis="Support"),
        NamedNumber(number="(585) 421-3851", extension="102", language="secondary"),
    ]
    services.modify_plan(block.plan, {"default_extension": "101"}, numbers=numbers, by=by)
    [plan] = published().did_plans
    assert [(one.number, one.extension, one.dnis, one.language) for one in plan.numbers] == [
        ("5854213850", "101", "Support", "source"),
        ("5854213851", "102", "", "secondary"),
    ]
    assert plan.default_extension == "101"
    services.modify_plan(block.plan, {}, numbers=numbers[:1], by=by)
    assert [one.number for one in published().did_plans[0].numbers] == ["5854213850"]


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ([NamedNumber(number="5854213950")], "lies in no block"),
        ([NamedNumber(number="3850"), NamedNumber(number="5854213850")], "named twice"),
        ([NamedNumber(number="none")], "is no telephone number"),
        ([NamedNumber(number="3850", extension="x")], "give the number of an extension"),
    ],
)
def test_a_number_that_cannot_be_is_refused_whole(
    numbers: list[NamedNumber], sentence: str, block: DidBlock, by: By
) -> None:
    with pytest.raises(ValidationError, match=sentence):
        services.modify_plan(block.plan, {"description": "New"}, numbers=numbers, by=by)
    assert DidRoutingPlan.objects.get().description != "New"


def test_blocks_of_one_line_share_no_number_and_there_are_at_most_128(
    block: DidBlock, line: OutsideLine, by: By
) -> None:
    """S22-03, S22-08, S22-T02, A-071"""
    with pytest.raises(ValidationError, match="would be in two blocks"):
        services.add_block({"first": "15854213899", "count": 2}, lines=[line], by=by)
    services.add_block({"first": "15854213899", "count": 2}, by=by)  # on no line it may
    more = [DidBlock(first=f"70000{n:05}", count=1, plan=block.plan) for n in range(MOST_BLOCKS - 1)]
    for one in DidBlock.objects.bulk_create(more):
        one.lines.add(line)
    with pytest.raises(ValidationError, match="has 128 DID blocks already"):
        services.add_block({"first": "8000000000", "count": 1}, lines=[line], by=by)
    assert line.did_blocks.count() == MOST_BLOCKS


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"first": "none", "count": 1}, "first"),
        ({"first": "99", "count": 2}, "count"),
        ({"first": "585", "count": 0}, "count"),
        ({"first": "1" * 16, "count": 1}, "first"),
    ],
)
def test_a_block_that_cannot_be_is_refused_at_its_field(values: dict[str, object], field: str, by: By) -> None:
    with pytest.raises(ValidationError) as wrong:
        services.add_block(values, by=by)
    assert field in wrong.value.message_dict


def test_a_plan_is_kept_while_a_block_uses_it(block: DidBlock, by: By) -> None:
    with pytest.raises(Refused, match="The DID block 5854213800 to 5854213899 uses it"):
        services.delete_plan(block.plan, by=by)
    plan = block.plan
    services.delete_block(block, by=by)
    services.delete_plan(plan, by=by)
    assert not DidRoutingPlan.objects.exists()


def test_an_extension_that_a_number_leads_to_is_not_renumbered_away(block: DidBlock, ann: User, by: By) -> None:
    """Numbers pointing at deleted things are refused where they would begin to."""
    services.modify_plan(block.plan, {}, numbers=[NamedNumber(number="3850", extension="101")], by=by)
    with pytest.raises(Refused) as refused:
        users.modify_user(ann, {}, by=by, extension="150")
    [reason] = refused.value.reasons
    assert reason.text == "The DID number 5854213850 goes to extension 101, which does not exist."
    assert reason.link == f"/phone-system/did-routing-plans/{block.plan_id}/"


def test_the_plans_page_says_what_is_wrong_at_its_row(block: DidBlock, ann: User, admin: User, client: Client) -> None:
    client.force_login(admin, backend="portal.access.backend.UsernameBackend")
    path = f"/phone-system/did-routing-plans/{block.plan_id}/"
    page = client.get(path)
    assert page.status_code == 200
    sent = {
        "row_version": block.plan.row_version,
        "original": "",
        "description": "Main",
        "default_language": "source",
        "default_extension": "101",
        "number_0": "3850",
        "extension_0": "199",
        "language_0": "source",
    }
    answer = client.post(path, sent)
    assert answer.status_code == 422
    assert "There is no extension 199." in answer.content.decode()
    outside = client.post(path, {**sent, "extension_0": "101", "number_0": "5850000000"})
    assert "5850000000 lies in no block of this plan." in outside.content.decode()
    assert client.post(path, {**sent, "extension_0": "101"}).status_code == 302
    assert DidRoutingPlan.objects.get().numbers.get().number == "5854213850"


def test_deleting_a_user_first_shows_the_numbers_that_ring(
    block: DidBlock, ann: User, admin: User, client: Client, by: By
) -> None:
    numbers = [NamedNumber(number="3850", extension="101")]
    services.modify_plan(block.plan, {"default_extension": "101"}, numbers=numbers, by=by)
    client.force_login(admin, backend="portal.access.backend.UsernameBackend")
    page = client.get(f"/business/users/{ann.pk}/delete/").content.decode()
    assert "The DID number 5854213850 rings it" in page
    assert "It is the default extension of the DID routing plan" in page
    refused = client.post(f"/business/users/{ann.pk}/delete/", {"row_version": ann.row_version})
    assert refused.status_code == 409
    assert User.objects.filter(pk=ann.pk).exists()
