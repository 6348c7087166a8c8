"""Sentences that no recording of the prompt set says and that cannot be composed of its pieces. They are spoken by a
machine until a person records them; this is the whole list.
"""

from __future__ import annotations

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
)
