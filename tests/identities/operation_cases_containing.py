"""Operations that contain users and roles, a row for each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from identities.operations import contain
from identities.operations.containing import ISSUED
from tests.services.operation_cases import GATE, ComparedCase, OperationCase
from tests.services.world import World

AT = datetime(2026, 11, 25, 18, 2, tzinfo=UTC)
NAME = "IAMConsoleContain-20261125T180200Z"


def on_role(world: World, role: Any) -> object:
    return world.iam.list_role_policies(RoleName=role.name)["PolicyNames"]


def on_user(world: World, user: Any) -> object:
    return world.iam.list_user_policies(UserName=user.name)["PolicyNames"]


CASES = [
    ComparedCase(
        "iam.role.contain",
        lambda world: world.role(),
        lambda world, role: contain(role, AT, ISSUED),
        on_role,
        [f"{NAME}-sessions"],
        page="role_contain",
        writes="identity",
    ),
    ComparedCase(
        "iam.user.contain",
        lambda world: world.user(),
        lambda world, user: contain(user, AT),
        on_user,
        [NAME],
        page="user_contain",
        writes="identity",
    ),
]
OTHER_CASES = [
    OperationCase("iam.role.await_sessions_end", page="containment_release", no_access=GATE),
    OperationCase("iam.user.await_sessions_end", page="containment_release", no_access=GATE),
]
