"""CloudTrail of the emulator: a record of each management call, by anybody; LookupEvents, which finds them; and what
EventBridge delivers of them.
"""

from __future__ import annotations

from emulator.trail.backend import backends
from emulator.trail.calls import TrailCalls
from emulator.trail.deliveries import deliver, sending
from emulator.trail.recorder import note
from emulator.trail.steering import steer

__all__ = ["TrailCalls", "backends", "deliver", "note", "sending", "steer"]
