"""The privilege escalation paths of an AWS account as pages show them, kept until something changes about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from access.cuts.trials import CutTrials
from access.escalation.account import EscalationAccount, EscalationRows, escalation_account
from access.escalation.elsewhere import RoleLead
from access.escalation.finding_source import PathIds, found_of
from access.escalation.paths import EscalationPath, EscalationStep, escalations
from access.index import Index, cached_index
from access.resource_sides.lookup import everybody
from accounts.models import AwsAccount
from aws_constraints.arn import name_of

_ITSELF = "itself"


@dataclass(frozen=True)
class PathStepView:
    """A step with the words for what it supposes, and without its permissions, which hold on to all that was asked."""

    step: EscalationStep
    conditions: tuple[str, ...]
    conditions_elsewhere: tuple[str, ...] = ()  # for who may see the other AWS account that it leads to

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
    lead: RoleLead | None = None  # of one that leads over another AWS account

    def shape(self, is_seen: Callable[[str], bool]) -> tuple[tuple[str, ...], ...]:
        """Equal for paths that do the same, as far as AWS accounts, by their ids, may be seen."""
        hops = self.lead.hops if self.lead else ()
        over = [(hop.role, *hop.sentences) if is_seen(hop.account_id) else () for hop in hops]
        return (*(step.shape(self.source) for step in self.steps), *over)

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
    found = escalations(account)
    ids = PathIds(aws_account, account, found.all_paths)
    shown = [_shown(number, path, account, ids) for number, path in enumerate(found.all_paths)]
    return AccountPaths(shown, account.index, CutTrials(account, found))


def _shown(number: int, path: EscalationPath, account: EscalationAccount, ids: PathIds) -> PathView:
    holder = account.index.holders[account.index.by_arn[path.source]]
    steps = [PathStepView(replace(step, permissions=()), step.conditions, _elsewhere(step)) for step in path.steps]
    return PathView(
        number,
        found_of(path, ids).fingerprint,
        steps,
        path.source,
        holder.unique_id,
        holder.is_role,
        path.supposes,
        path.lead,
    )


def _elsewhere(step: EscalationStep) -> tuple[str, ...]:
    return step.conditions_elsewhere if step.is_elsewhere else ()


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


def grouped(paths: Iterable[PathView], is_seen: Callable[[str], bool] = everybody) -> list[PathGroup]:
    """In the order of the first of each. `is_seen`: whether an AWS account, by its id, may be told of."""
    by_shape: dict[tuple[tuple[str, ...], ...], list[PathView]] = defaultdict(list)
    for path in paths:
        by_shape[path.shape(is_seen)].append(path)
    return [PathGroup(equal) for equal in by_shape.values()]
