"""The privilege escalation paths of an AWS account as pages show them, kept until something changes about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from access.cuts.trials import CutTrials
from access.escalation.account import EscalationAccount, EscalationRows, escalation_account
from access.escalation.finding_source import PathIds, found_of
from access.escalation.paths import EscalationPath, EscalationStep, escalations
from access.index import Index, cached_index
from accounts.models import AwsAccount
from aws_constraints.arn import name_of

_ITSELF = "itself"


@dataclass(frozen=True)
class PathStepView:
    """A step with the words for what it supposes, and without its permissions, which hold on to all that was asked."""

    step: EscalationStep
    conditions: tuple[str, ...]

    def shape(self, source: str) -> tuple[str, ...]:
        """Equal for steps that do the same, but for the principal with whom their paths begin."""
        step = self.step
        who = [_ITSELF if arn == source else arn for arn in (step.principal, step.target, step.of, *step.others)]
        return (step.technique.name, step.where, *who, *self.conditions)

    @property
    def label(self) -> str:
        """In a word or two: "CreatePolicyVersion", "passes to lambda"."""
        first, *others = self.step.technique.name.split("+")
        if first == "sts:AssumeRole":
            return "assumes"
        if first == "iam:PassRole" and others:
            return f"passes to {others[0].partition(':')[0]}"
        return first.partition(":")[2]


@dataclass(frozen=True)
class PathView:
    """`number`: its place among all. `fingerprint`: of its finding. `unique_id`: of whose it is, a role or a user."""

    number: int
    fingerprint: str
    steps: Sequence[PathStepView]
    source: str
    unique_id: str
    is_role: bool
    supposes: bool

    @property
    def shape(self) -> tuple[tuple[str, ...], ...]:
        return tuple(step.shape(self.source) for step in self.steps)

    @property
    def name(self) -> str:
        return name_of(self.source)


@dataclass(frozen=True)
class AccountPaths:
    """All `paths`, the shortest first."""

    paths: Sequence[PathView]
    index: Index
    trials: CutTrials


def account_paths(aws_account: AwsAccount) -> AccountPaths:
    cached = cached_index(aws_account)
    beside = EscalationRows.of(aws_account, cached)
    key = ("paths", beside.digest, aws_account.partition)
    return cached.answer(key, lambda: _found(aws_account, escalation_account(cached, beside, aws_account.partition)))


def _found(aws_account: AwsAccount, account: EscalationAccount) -> AccountPaths:
    found = escalations(account).paths
    ids = PathIds(aws_account, account, found)
    shown = [_shown(number, path, account, ids) for number, path in enumerate(found)]
    return AccountPaths(shown, account.index, CutTrials(account, found))


def _shown(number: int, path: EscalationPath, account: EscalationAccount, ids: PathIds) -> PathView:
    holder = account.index.holders[account.index.by_arn[path.source]]
    steps = [PathStepView(replace(step, permissions=()), step.conditions) for step in path.steps]
    return PathView(
        number, found_of(path, ids).fingerprint, steps, path.source, holder.unique_id, holder.is_role, path.supposes
    )


# ---- Equal ones --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class PathGroup:
    """Paths that do the same, each of another principal."""

    paths: Sequence[PathView]

    @property
    def first(self) -> PathView:
        return self.paths[0]

    @property
    def numbers(self) -> frozenset[int]:
        return frozenset(path.number for path in self.paths)


def grouped(paths: Iterable[PathView]) -> list[PathGroup]:
    """In the order of the first of each."""
    by_shape: dict[tuple[tuple[str, ...], ...], list[PathView]] = defaultdict(list)
    for path in paths:
        by_shape[path.shape].append(path)
    return [PathGroup(equal) for equal in by_shape.values()]
