"""Hostile input against a whole running house: `make fuzz`, and a short seeded run in the suite."""
