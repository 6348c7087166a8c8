"""How the settings of a template are grouped on both pages, with their help; the order is the manual's.

Texts say what comes into force with a later issue, so that no switch pretends.
"""

from __future__ import annotations

from portal.pages.page import Section

VOICEMAIL = Section(
    "Voicemail",
    (
        "voicemail_enabled",
        "max_voicemails",
        "max_message_seconds",
        "message_center_seconds",
        "end_by_silence",
        "operator_extension",
        "send_to_all",
    ),
    "What callers may leave and how much is kept. Sending from the Message Center is kept here until that menu has it.",
)
PERMISSIONS = Section(
    "System features",
    (
        "off_site_access",
        "modify_call_routes",
        "create_conferences",
        "administer_call_reporting",
        "active_calls_display",
        "call_recording",
        "inbox_megabytes",
        "default_language",
        "hot_desking",
        "hot_desking_minutes",
    ),
    "What this person may do. The choices are kept; each takes effect with the feature it belongs to.",
)
CALLER_ID = Section(
    "Outbound caller ID",
    ("caller_id_name", "caller_id_number"),
    "Shown to whom this person calls, where the outside line allows it. Kept for the outside lines that can send it.",
)
DELEGATION = Section(
    "Queues and recordings",
    ("supervised_queues", "recording_queues", "recording_attendants"),
    "Responsibility for single queues and attendants, without a role. It takes effect when they exist.",
)
ELIGIBILITY = Section(
    "Feature eligibility",
    ("reach_count", "interact_count"),
    "How many Reach devices and Interact Professional desktops this person may claim when those are installed.",
)
FOLLOW_ME = Section(
    "Follow Me calling",
    ("follow_me_pin", "follow_me_name"),
    "For calls that follow the person to an outside phone. Kept until call routes offer Follow Me.",
)
ATTENDANT_MENU = Section(
    "Auto Attendant menu",
    ("listed_attendants",),
    "Where callers find this person by name. It takes effect with the auto attendants.",
)
MAIL = Section(
    "POP3 mail transfers",
    ("pop3_transfers", "poll_minutes"),
    "What a mail program gets from this inbox, and how often an external account is emptied into it. "
    "It takes effect with the mail servers.",
)
VPN = Section("VPN", ("vpn_access",), "Access from outside over the VPN. It takes effect when the VPN server runs.")

SECTIONS: tuple[Section, ...] = (
    VOICEMAIL, PERMISSIONS, CALLER_ID, DELEGATION, ELIGIBILITY, FOLLOW_ME, ATTENDANT_MENU, MAIL, VPN,
)  # fmt: skip
