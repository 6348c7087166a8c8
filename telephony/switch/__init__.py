"""The switch (Kamailio) and the relay (rtpengine): their configuration, how they start, and their RPC.

Nothing here runs beside them: `python -m telephony.switch` and `python -m telephony.switch.relay` become the
engines by execv. `control.py` holds the RPC commands the router sends over evapi.
"""
