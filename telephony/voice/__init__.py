"""What a machine must speak because nobody recorded it: names of people, and a few sentences of our own.

A spoken text is a sound of the prompt set whose name is derived from the text (`Spoken.name`), so a recording that a
person puts under that name replaces the machine's.
"""

from telephony.voice.spoken import Spoken

__all__ = ["Spoken"]
