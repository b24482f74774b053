"""What an operation can do without the base that says so is never asked for: callers ask by `isinstance`."""

from __future__ import annotations

from typing import Any

import pytest

from sync import operation_mixins
from sync.operations import DeletesObject, MakesObject, Operation, registry

MIXINS: list[type[Any]] = [
    DeletesObject,
    MakesObject,
    operation_mixins.AboutPoolPeople,
    operation_mixins.AppearsAfterwards,
    operation_mixins.CompletesParams,
    operation_mixins.DecidedByMirror,
    operation_mixins.DescribesDifference,
    operation_mixins.FollowsRenames,
    operation_mixins.HasSecrets,
    operation_mixins.ReadsAccessOffPlan,
    operation_mixins.WritesDocument,
]


def members_of(mixin: type[Any]) -> set[str]:
    """Beside those that it gives another default than every operation has."""
    return {name for name in vars(mixin) if not name.startswith("_") and not hasattr(Operation, name)}


@pytest.mark.parametrize("mixin", MIXINS, ids=lambda mixin: mixin.__name__)
def test_who_has_its_members_has_the_base(mixin: type[Any]) -> None:
    having = {kind for kind, each in registry.items() if any(hasattr(each, name) for name in members_of(mixin))}
    assert having == {kind for kind, each in registry.items() if isinstance(each, mixin)} != set()


def test_an_operation_has_no_more_than_all_need() -> None:
    methods = [name for name, member in vars(Operation).items() if callable(member) and not name.startswith("_")]
    assert len(methods) <= 25
