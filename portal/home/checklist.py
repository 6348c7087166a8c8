"""Home > Install Checklist (S03-01): what makes an office of an empty box, in the order in which it is done, each with
the page that does it and whether it has been done. The first steps on Home are the four without which nobody calls.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from portal.access.guard import requires_link
from portal.business.contact_information.models import ContactInformation
from portal.business.schedules.models import Schedule
from portal.business.users.models import User
from portal.live import picture
from portal.phone_system.auto_attendants.models import AutoAttendant
from portal.phone_system.did_blocks.models import DidBlock
from portal.phone_system.emergency_cid.models import EmergencyCallerId
from portal.phone_system.handsets.models import CallAppearance
from portal.phone_system.outside_lines.models import OutsideLine
from portal.servers.email.models import MailAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    text: str
    url: str
    link: str  # who may open the page
    done: bool
    why: str = ""


@never_cache
@requires_link("home.install_checklist")
def install_checklist(request: HttpRequest) -> HttpResponse:
    """Template context: steps, done (how many are)."""
    found = steps()
    return render(request, "home/checklist.html", {"steps": found, "done": sum(step.done for step in found)})


def first_steps() -> tuple[Step, ...]:
    """Without these nobody calls; Home shows them until they are done."""
    people = User.objects.filter(is_server_administrator=False).count()
    registered = bool(picture.registrations().items)
    return (
        Step(
            text="Add a user: a name, a login, an extension.", url="/business/users/add/", link="business.users.add",
            done=people > 0,
        ),
        Step(
            text="Add a handset and give it to the user.", url="/phone-system/handsets/add/",
            link="phone_system.handsets.sip.add_generic",
            done=CallAppearance.objects.filter(owner__isnull=False).exists(),
        ),
        Step(
            text="Enter what the handset's page shows on the phone, and see it register.",
            url="/phone-system/handsets/", link="phone_system.handsets", done=registered,
        ),
        Step(
            text="Add a second one, and call.", url="/reports/live-calls/", link="reports.live_calls",
            done=people > 1 and registered,
        ),
    )  # fmt: skip


def steps() -> tuple[Step, ...]:
    company = ContactInformation.objects.first()
    return (
        Step(
            text="Replace the factory password.", url="/change-password/", link="home.install_checklist",
            why="Until then the box serves its own network only.",
            done=not User.objects.filter(has_default_password=True).exists(),
        ),
        Step(
            text="Say who the company is.", url="/business/contact-information/", link="business.contact_information",
            why="It stands on printed sheets.", done=company is not None and bool(company.name),
        ),
        Step(
            text="Set the hours of business.", url="/business/schedules/", link="business.schedules",
            why="By day and by night calls go different ways.",
            done=Schedule.objects.filter(row_version__gt=1).exists(),
        ),
        *first_steps(),
        Step(
            text="Add the outside lines.", url="/phone-system/outside-lines/", link="phone_system.outside_lines",
            why="Your provider names the server, the account and the numbers.", done=OutsideLine.objects.exists(),
        ),
        Step(
            text="Say which numbers lead to whom.", url="/phone-system/did-blocks/", link="phone_system.did_blocks",
            why="Blocks of numbers that callers dial directly.", done=DidBlock.objects.exists(),
        ),
        Step(
            text="Give each place a caller ID for emergency calls.", url="/phone-system/emergency-cid/",
            link="phone_system.emergency_cid", why="Whoever answers must know where to send help.",
            done=EmergencyCallerId.objects.exists(),
        ),
        Step(
            text="See that every handset reaches help.", url="/phone-system/emergency-proof/",
            link="phone_system.emergency_proof", why="Line, caller ID and location of each, on a page to print.",
            done=OutsideLine.objects.filter(emergency=True).exists() and EmergencyCallerId.objects.exists(),
        ),
        Step(
            text="Make the auto attendant yours.", url="/phone-system/auto-attendants/",
            link="phone_system.auto_attendants", why="Its greetings, its keys and who is in its list.",
            done=AutoAttendant.objects.filter(row_version__gt=1).exists(),
        ),
        Step(
            text="Name the server that takes mail.", url="/servers/email/", link="servers.email",
            why="For voicemail by mail and for emergency notices.",
            done=MailAccount.objects.exclude(host="").exists(),
        ),
    )  # fmt: skip
