"""Each operation on policies, providers, certificates and settings: applied, compared, reversed, compared again."""

from __future__ import annotations

import pytest

from accounts.models import Operator
from tests.identities import (
    operation_cases_account,
    operation_cases_certificates,
    operation_cases_delegation,
    operation_cases_providers,
    operation_cases_root_access,
)
from tests.policies import operation_cases as operation_cases_policies
from tests.services.operation_cases import ComparedCase, apply_compare_and_reverse
from tests.services.world import World

pytestmark = pytest.mark.django_db
CASES = (
    *operation_cases_policies.CASES,
    *operation_cases_providers.CASES,
    *operation_cases_certificates.CASES,
    *operation_cases_account.CASES,
    *operation_cases_root_access.CASES,
    *operation_cases_delegation.CASES,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.kind))
def test_applied_mirrored_and_reversed(world: World, erin: Operator, case: ComparedCase) -> None:
    apply_compare_and_reverse(case, world, erin)
