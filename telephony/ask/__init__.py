"""Ask the system: the same `decide()` that live calls use, for the portal, on any snapshot and any state of the world.

Pure: nothing here knows the router's process, Redis or the clock. `proof` runs every handset through every way to dial
help; `question` and `answer` are "what would happen if" (docs/decisions/0011).
"""
