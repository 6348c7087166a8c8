"""python -m telephony.voice FOLDER: speak the sentences nobody recorded into FOLDER, where they are not there yet.

A process of its own, started by the media supervisor: speaking takes seconds on a first start, and a worker's desk must
not be kept from looking into mailboxes by it.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from telephony.voice.sentences import SENTENCES
from telephony.voice.synthesis import prepare

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    os.nice(10)  # a call is always more urgent
    made = prepare(Path(sys.argv[1]), SENTENCES)
    logging.getLogger("telephony.voice").info("voice.prepared sentences=%d", made)
