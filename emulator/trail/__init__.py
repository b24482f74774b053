"""CloudTrail of the emulator: a record of each management call, by anybody, and LookupEvents, which finds them."""

from __future__ import annotations

from emulator.trail.backend import backends, steer
from emulator.trail.calls import TrailCalls
from emulator.trail.recorder import note

__all__ = ["TrailCalls", "backends", "note", "steer"]
