"""Digits -> meaning. Pure: no network, no clock, no state."""
