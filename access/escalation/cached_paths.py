"""Caches the escalation paths of a page, until something changes that they depend on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from access.escalation import EscalationPath, escalations
from access.escalation.account import EscalationAccount, EscalationRows, escalation_account
from access.escalation.paths import EscalationStep
from access.holders import Holder
from access.index_cache import cached_index
from access.surroundings import Surroundings
from accounts.models import AwsAccount

SHOWN = 100


@dataclass(frozen=True)
class PathView:
    """A path as a page shows it: each step with the words for what it supposes, and without its permissions, which
    hold on to all that was asked. `unique_id`: of whose it is, who `is_role` or not."""

    steps: Sequence[tuple[EscalationStep, tuple[str, ...]]]
    source: str
    unique_id: str
    is_role: bool


@dataclass(frozen=True)
class EscalationPaths:
    """`paths`: the shortest of `total` that `people` principals have."""

    paths: Sequence[PathView]
    total: int
    people: int
    surroundings: Surroundings


def escalation_paths_of(aws_account: AwsAccount) -> EscalationPaths:
    cached = cached_index(aws_account)
    beside = EscalationRows.of(aws_account, cached.surroundings)
    key = ("ways", beside.digest(), aws_account.partition)
    return cached.answer(key, lambda: _found(escalation_account(cached, beside, aws_account.partition)))


def _found(account: EscalationAccount) -> EscalationPaths:
    found = escalations(account)
    holders, by_arn = account.index.holders, account.index.by_arn
    shown = [_shown(path, holders[by_arn[path.source]]) for path in found[:SHOWN]]
    return EscalationPaths(shown, len(found), len({path.source for path in found}), account.index.surroundings)


def _shown(path: EscalationPath, holder: Holder) -> PathView:
    steps = [(replace(step, permissions=()), step.conditions) for step in path.steps]
    return PathView(steps, path.source, holder.unique_id, holder.is_role)
