"""Each operation on user pools and what belongs to them: applied, compared, reversed, compared again."""

from __future__ import annotations

import pytest

from accounts.models import Operator
from tests.cognito.operation_cases_pools import CASES
from tests.services.operation_cases import ComparedCase, apply_compare_and_reverse
from tests.services.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.kind))
def test_applied_mirrored_and_reversed(world: World, erin: Operator, case: ComparedCase) -> None:
    apply_compare_and_reverse(case, world, erin)
