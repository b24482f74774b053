"""Stale plans: what the mirror has seen change since a plan was made. Applied as it is, it would stop as conflicted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from sync import operations
from sync.changes.plan import prefetch
from sync.changes.steps import created_ids, planned_step
from sync.mirror.base import AccountRegion, mirror_about
from sync.models import Change, Revision, Step
from sync.operations import BadParams, PlannedStep, Refusal
from sync.pending import keys_written
from sync.plan_draft import Draft

# Steps that are looked into for one page. Of a longer plan, those about what is known to have changed since.
MOST_LOOKED_INTO = 200
MOST_CHANGED = 1_000  # objects, and steps of other changes, of which is asked what they are about


@dataclass(frozen=True)
class MovedStep:
    position: int  # of the step
    expected: str  # in words, as the operation tells the part
    found: str


@dataclass(frozen=True)
class MovedSteps:
    """`unseen`: further steps about what changed since, into which nobody has looked."""

    moved: Sequence[MovedStep]
    unseen: int = 0


def movement(change: Change, steps: Sequence[Step]) -> MovedSteps:
    """The steps whose expectation no longer holds in the mirror; of each part, the first. Asks the mirror, not AWS.

    `steps`: all that the change has.
    """
    left = [step for step in steps if step.state not in Step.SETTLED and step.kind in operations.registry]
    if len(left) > MOST_LOOKED_INTO:
        left = _about(left, _changed_since(change))
    looked_into = left[:MOST_LOOKED_INTO]
    return MovedSteps(list(_moved(change, looked_into)), len(left) - len(looked_into))


def _moved(change: Change, steps: Sequence[Step]) -> Iterator[MovedStep]:
    if not steps:
        return
    draft = Draft(change.aws_account)
    planned = list(_planned(steps, created_ids(change)))
    prefetch(draft, [(each.operation, each.params) for each in planned])
    for each in planned:
        if each.part not in draft.parts and (what := _found_instead(draft, each)):
            yield MovedStep(each.position, each.operation.describe(each.expects), what)
        draft.take(each)


def _planned(steps: Sequence[Step], ids: Mapping[int, str]) -> Iterator[PlannedStep]:
    for step in steps:
        try:
            yield planned_step(step, ids)
        except BadParams:
            continue


def _found_instead(draft: Draft, step: PlannedStep) -> str:
    """What the mirror has where it isn't what the step expects; "" where it is."""
    try:
        value = step.operation.mirrored(draft, step.params)
    except Refusal as refusal:
        return str(refusal)
    return "" if value == step.expects else step.operation.describe(value)


# ---- Of a long plan ------------------------------------------------------------------------------------------------
def _about(steps: Sequence[Step], arns: set[str]) -> list[Step]:
    """Those about one of these objects, or about none that has an ARN."""
    return [step for step in steps if not (named := set(_arns(step.params))) or named & arns]


def _arns(params: Mapping[str, Any]) -> Iterator[str]:
    return (value for value in params.values() if isinstance(value, str) and value.startswith("arn:"))


def _changed_since(change: Change) -> set[str]:
    """The ARNs of what others changed outside this console, and other changes in it, since the plan was made."""
    return _drifted(change) | _written(change)


def _drifted(change: Change) -> set[str]:
    revisions = Revision.objects.filter(drift_in=change.aws_account, seen_at__gte=change.created_at)
    newest = revisions.order_by("-seen_at", "-id").values_list("facet__kind", "facet__region", "facet__object_id")
    at: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for kind, region, object_id in newest[:MOST_CHANGED]:
        at[kind, region].add(object_id)
    found: set[str] = set()
    for (kind, region), object_ids in at.items():
        if mirror := mirror_about(kind):
            refs = mirror.refs(AccountRegion(change.aws_account, region), sorted(object_ids))
            found |= {ref.arn for ref in refs.values()}
    return found


def _written(change: Change) -> set[str]:
    of_others = Change.objects.filter(aws_account=change.aws_account).exclude(pk=change.pk)
    under_way = Q(state__in=(*Change.MOVING, Change.State.SCHEDULED))
    lately = of_others.filter(under_way | Q(finished_at__gte=change.created_at))
    done = Step.objects.filter(change__in=lately, state__in=Step.FINISHED, finished_at__gte=change.created_at)
    written = done.order_by("-finished_at").values_list("kind", "params")[:MOST_CHANGED]
    return {key.partition(":")[2] for kind, params in written for key in keys_written(kind, params)}
