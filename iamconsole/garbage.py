"""How often a long-lived process looks for garbage among its objects."""

from __future__ import annotations

import gc

_THRESHOLDS = (10_000, 20, 20)  # Python's own are 700, 10, 10


def collect_rarely() -> None:
    """Sets aside what start-up left, which stays, and looks through what is new less often.

    The catalogue of actions alone is hundreds of thousands of objects; to look through them for every few policy
    documents took half the time of reading these (`bench/engine.py`).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
