"""The whole menu. A page that is not built yet is not in it; a page whose link the user may not use is not shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MenuPage:
    title: str
    path: str
    link: str  # key in access/links.py
    icon: str = "list"  # symbol of static/img/icons.svg


@dataclass(frozen=True, slots=True)
class Menu:
    title: str
    slug: str  # first part of the path of its pages
    link: str
    pages: tuple[MenuPage, ...] = ()

    def allowed(self, links: frozenset[str]) -> tuple[MenuPage, ...]:
        return tuple(page for page in self.pages if page.link in links) if self.link in links else ()


MENU: tuple[Menu, ...] = (
    Menu(
        "Phone System",
        "phone-system",
        "home.phone_system",
        (
            MenuPage("Audit PIN Codes", "/phone-system/audit-pin-codes/", "phone_system.audit_pin_codes", "key"),
            MenuPage("Auto Attendants", "/phone-system/auto-attendants/", "phone_system.auto_attendants", "voicemail"),
            MenuPage("Dial Plan", "/phone-system/dial-plan/", "phone_system.dial_plan", "list"),
            MenuPage("Direct Inward Dialing", "/phone-system/did-blocks/", "phone_system.did_blocks", "extension"),
            MenuPage("Emergency CID", "/phone-system/emergency-cid/", "phone_system.emergency_cid", "warning"),
            MenuPage("Emergency Proof", "/phone-system/emergency-proof/", "phone_system.emergency_proof", "list"),
            MenuPage("Extensions", "/phone-system/extensions/", "phone_system.extensions", "extension"),
            MenuPage("Handsets", "/phone-system/handsets/", "phone_system.handsets", "handset"),
            MenuPage("Outside Lines", "/phone-system/outside-lines/", "phone_system.outside_lines", "out"),
            MenuPage("Speed Dial", "/phone-system/speed-dial/", "phone_system.speed_dial", "list"),
        ),
    ),
    Menu(
        "Business",
        "business",
        "home.business",
        (
            MenuPage("Contact Information", "/business/contact-information/", "business.contact_information", "person"),
            MenuPage("Message Aliases", "/business/message-aliases/", "business.message_aliases", "voicemail"),
            MenuPage("Roles", "/business/roles/", "business.roles", "key"),
            MenuPage("Schedules", "/business/schedules/", "business.schedules"),
            MenuPage("Users", "/business/users/", "business.users", "users"),
        ),
    ),
    Menu("Network", "network", "home.network"),
    Menu(
        "Servers",
        "servers",
        "home.servers",
        (MenuPage("Email", "/servers/email/", "servers.email", "voicemail"),),
    ),
    Menu(
        "Reports",
        "reports",
        "home.reports",
        (
            MenuPage("Ask the System", "/reports/ask/", "reports.ask", "search"),
            MenuPage("Call Details", "/reports/call-details/", "reports.call_details"),
            MenuPage("Changes", "/reports/changes/", "reports.changes", "edit"),
            MenuPage("Live Calls", "/reports/live-calls/", "reports.live_calls", "live"),
            MenuPage("System Events", "/reports/system-events/", "reports.system_events", "events"),
        ),
    ),
    Menu("Maintenance", "maintenance", "home.maintenance"),
)
