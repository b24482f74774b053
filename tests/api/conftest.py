from __future__ import annotations

import pytest

from accounts.models import Operator
from tests.services.tokens import Program, program_of


@pytest.fixture
def alices_program(alice: Operator) -> Program:
    return program_of(alice)


@pytest.fixture
def bobs_program(bob: Operator) -> Program:
    return program_of(bob)
