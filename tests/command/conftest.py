from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Operator
from tests.command.console import Command
from tests.services.tokens import make_token

ASKS = ("see_iam", "propose")


@pytest.fixture
def command_of(live_server: Any, tmp_path: Path) -> Callable[..., Command]:
    """The command with a token of that operator; that of an MCP server where no scopes are given."""

    def make(operator: Operator, *scopes: str) -> Command:
        return Command(live_server.url, make_token(operator, *(scopes or ASKS))[1], tmp_path)

    return make


@pytest.fixture
def command(command_of: Callable[..., Command], alice: Operator) -> Command:
    return command_of(alice)
