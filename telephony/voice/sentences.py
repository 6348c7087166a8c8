"""Sentences that no recording of the prompt set says and that cannot be composed of its pieces. They are spoken by a
machine until a person records them; this is the whole list.
"""

from __future__ import annotations

from telephony.messages.snapshot import Presence
from telephony.voice.spoken import Spoken

WELCOME = Spoken("Thank you for calling.")
WELCOME_CLOSED = Spoken("Thank you for calling. Our office is closed at the moment.")
DIAL_IT_NOW = Spoken("If you know the extension of the person you are calling, you may dial it now.")
DIAL_BY_NAME = Spoken("To reach a person by name, press pound one.")
DIAL_BY_DIRECTORY = Spoken("To hear a list of people and their extensions, press pound two.")
REPEAT_OPTIONS = Spoken("To hear these choices again, press star.")
END_CALL = Spoken("To end this call, press nine, or simply hang up.")
DIRECTORY = Spoken("You may enter an extension at any time.")
NOT_IN_LIST = Spoken("This directory is empty.")

MAIN_MENU = Spoken(
    "To hear your messages, press one. To change your presence, press three. "
    "To change your PIN, press eight. To record your greetings, press nine. To leave, press pound."
)
PRESENCE_MENU = Spoken(
    "For in the office, press one. At a meeting, two. On vacation, three. On a business trip, four. "
    "At home, five. Away, six. Busy, seven."
)
GREETINGS_MENU = Spoken(
    "To record the greeting for in the office, press one. At a meeting, two. On vacation, three. "
    "On a business trip, four. At home, five. Away, six. Busy, seven. To record your name, press eight."
)
PIN_CHANGED = Spoken("Your PIN has been changed.")
RECORD_NOW = Spoken("Speak after the tone, then press pound.")
KEEP_OR_AGAIN = Spoken("To keep this recording, press one. To record it again, press two. To forget it, press star.")
NAME_FOLLOWS = Spoken("Your name.")
_WORDS = {
    Presence.IN_OFFICE: "in the office",
    Presence.AT_A_MEETING: "at a meeting",
    Presence.ON_VACATION: "on vacation",
    Presence.ON_BUSINESS_TRIP: "on a business trip",
    Presence.AT_HOME: "at home",
    Presence.AWAY: "away",
    Presence.BUSY: "busy",
}
GREETING_OF = {presence: Spoken(f"The greeting for {words}.") for presence, words in _WORDS.items()}
PRESENCE_IS = {presence: Spoken(f"Your presence is now {words}.") for presence, words in _WORDS.items()}

SENTENCES: tuple[Spoken, ...] = (
    WELCOME,
    WELCOME_CLOSED,
    DIAL_IT_NOW,
    DIAL_BY_NAME,
    DIAL_BY_DIRECTORY,
    REPEAT_OPTIONS,
    END_CALL,
    DIRECTORY,
    NOT_IN_LIST,
    MAIN_MENU,
    PRESENCE_MENU,
    GREETINGS_MENU,
    PIN_CHANGED,
    RECORD_NOW,
    KEEP_OR_AGAIN,
    NAME_FOLLOWS,
    *GREETING_OF.values(),
    *PRESENCE_IS.values(),
)
