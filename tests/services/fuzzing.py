"""How many examples properties try: few in the suite, as many as there is time for in `make fuzz`."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

EXAMPLES = "FUZZ_EXAMPLES"  # so many of each property, in place of those that the suite tries
_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
# A database that all examples share: for properties that write nothing to it.
_SHARED = HealthCheck.function_scoped_fixture


def as_long_as_asked(usual: int) -> Callable[[Any], Any]:
    """Decorates a property that the suite tries on `usual` examples, and `make fuzz` on many more."""
    asked = os.environ.get(EXAMPLES)
    several = settings(
        max_examples=int(asked) if asked else usual, deadline=None, suppress_health_check=(*_SLOW, _SHARED)
    )
    return lambda test: pytest.mark.fuzz(several(test))
