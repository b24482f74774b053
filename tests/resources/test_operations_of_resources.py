"""Every operation on a resource is applied, compared with what AWS shows, and reversed."""

from __future__ import annotations

import pytest

from accounts.models import Operator
from tests.resources.operation_cases import CASES
from tests.services.operation_cases import ComparedCase, apply_compare_and_reverse
from tests.services.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_applied_compared_and_reversed(world: World, erin: Operator, case: ComparedCase) -> None:
    apply_compare_and_reverse(case, world, erin)
