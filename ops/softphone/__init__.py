"""A small SIP phone in plain Python: messages, digest, sound. The demo phones and the test harness share it."""
