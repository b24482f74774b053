"""Clean-ups that are under way: what was switched off, when it is deleted, and how one object is brought back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from accounts.models import AwsAccount, Operator
from sync import changes, clock
from sync.aws.errors import sentence_only
from sync.changes import PlanError
from sync.changes.bookkeeping import locked, log_line, record
from sync.changes.conditions import UNMET, is_unmet, leave_out
from sync.changes.plan import renew_spec
from sync.changes.steps import reversals
from sync.models import Change, Step
from sync.operations import BadParams, Refusal, StepSpec
from sync.plan_draft import Draft
from unused.kinds.registry import KINDS
from unused.models import UnusedObject
from unused.operations import CHECKS, AwaitMissed, StillUnused

_CHECKS = {check.kind: check for check in CHECKS}
_SLUGS = {kind.model.kind: slug for slug, kind in KINDS.items() if kind.off}
_SHOWN_FOR = timedelta(days=90)
_MOST_SHOWN = 20  # changes


@dataclass(frozen=True)
class CleanedObject:
    """`check`: the step that decides whether it is deleted."""

    check: Step
    params: Any

    @property
    def named(self) -> str:
        words = _CHECKS[self.check.kind].named(self.params)
        return words[0].upper() + words[1:]

    @property
    def aws_id(self) -> str:
        """As the row of what is unused knows it."""
        slug, p = _SLUGS[self.check.kind.removesuffix(f".{StillUnused.verb}")], self.params
        return f"{slug}:{getattr(p, 'key', '') or (f'{p.id}/{p.made}' if hasattr(p, 'made') else p.id)}"

    @property
    def why_kept(self) -> str:
        return str(self.check.error.get("sentence", "")) if is_unmet(self.check) else ""

    @property
    def is_decided(self) -> bool:
        return self.check.state in Step.SETTLED

    def is_about(self, step: Step) -> bool:
        """Whether that step switched it off: of a user also each of the keys. Nothing switches off a password."""
        if hasattr(self.params, "made"):
            return False
        same = step.params.get("arn") == self.params.arn
        key = getattr(self.params, "key", "")
        return same and (not key or step.params.get("key") == key)


@dataclass(frozen=True)
class KeptObject:
    change: Change
    cleaned: CleanedObject


class CleanUpUnderWay:
    """A change that switches off, waits and deletes."""

    def __init__(self, change: Change) -> None:
        self.change = change

    @cached_property
    def _steps(self) -> list[Step]:
        return list(self.change.steps.all())

    @cached_property
    def _wait(self) -> Step:
        return next(step for step in self._steps if step.kind == AwaitMissed.kind)

    @property
    def is_off(self) -> bool:
        """Whether something was done, and it waits to delete."""
        return self.change.is_at_gate or any(step.state in Step.FINISHED for step in self._switching)

    @property
    def _switching(self) -> list[Step]:
        return [step for step in self._steps if step.position < self._wait.position]

    @property
    def deletes_at(self) -> datetime | None:
        """None until it is switched off."""
        ended = [step.finished_at for step in self._switching if step.finished_at]
        since = max(ended, default=self.change.started_at)
        return since + timedelta(days=int(self._wait.params["days"])) if since else None

    @cached_property
    def objects(self) -> list[CleanedObject]:
        return [
            CleanedObject(step, _CHECKS[step.kind].parse(step.params)) for step in self._steps if step.kind in _CHECKS
        ]

    def object_at(self, position: int) -> CleanedObject:
        """About which that step decides. Raises PlanError."""
        for each in self.objects:
            if each.check.position == position:
                return each
        raise PlanError("The change cleans up no such object.")

    def has_off(self, cleaned: CleanedObject) -> bool:
        """Whether something of it is switched off meanwhile."""
        return any(cleaned.is_about(step) for step in self._switching)

    @property
    def listed(self) -> list[tuple[CleanedObject, bool]]:
        return [(each, self.has_off(each)) for each in self.objects]

    def bringing_back(self, cleaned: CleanedObject) -> list[StepSpec]:
        """The steps that switch it on again, of what is still off by the mirror; those that undo nothing are none."""
        draft, switching = Draft(self.change.aws_account), {step.position for step in self._switching}
        found: list[StepSpec] = []
        for step, undoing in reversals(self.change):
            if step.position in switching and cleaned.is_about(step):
                found += _still_so(draft, undoing)
        return found


def _still_so(draft: Draft, undoing: Sequence[StepSpec]) -> Iterator[StepSpec]:
    for spec in undoing:
        try:
            yield from renew_spec(draft, spec)
        except (Refusal, BadParams):
            continue


def under_way(aws_account: AwsAccount) -> list[CleanUpUnderWay]:
    """Those that aren't over, the newest first."""
    return _clean_ups(aws_account, AwaitMissed.kind, change__state__in=Change.OPEN)


def kept_off(aws_account: AwsAccount) -> list[KeptObject]:
    """What was off when it should have been deleted, and stayed since somebody used it, and still is off."""
    lately = {"state": Step.State.LEFT_OUT, "change__finished_at__gt": clock.now() - _SHOWN_FOR}
    ended = _clean_ups(aws_account, *_CHECKS, **lately, change__state__in=Change.OVER)[:_MOST_SHOWN]
    found = ((each, cleaned) for each in ended for cleaned in each.objects if cleaned.why_kept)
    return [KeptObject(each.change, cleaned) for each, cleaned in found if each.bringing_back(cleaned)]


def _clean_ups(aws_account: AwsAccount, *kinds: str, **asked: Any) -> list[CleanUpUnderWay]:
    steps = Step.objects.filter(kind__in=kinds, change__aws_account=aws_account, **asked)
    rows = Change.objects.filter(pk__in=steps.order_by().values("change_id")).order_by("-pk")
    return [CleanUpUnderWay(each) for each in rows.select_related("aws_account").prefetch_related("steps")]


def ids_under_way(clean_ups: Iterable[CleanUpUnderWay]) -> list[str]:
    """As rows of what is unused know them: what is off already is picked no more."""
    return [cleaned.aws_id for each in clean_ups if each.is_off for cleaned in each.objects if not cleaned.is_decided]


def not_off(
    aws_account: AwsAccount, clean_ups: Iterable[CleanUpUnderWay], kept_off: Iterable[KeptObject]
) -> QuerySet[UnusedObject]:
    """What is unused in the AWS account, without what is switched off by these."""
    rows = UnusedObject.objects.filter(aws_account=aws_account)
    ids = [*ids_under_way(clean_ups), *(each.cleaned.aws_id for each in kept_off)]
    return rows.exclude(aws_id__in=ids) if ids else rows


def keep(*, change: Change, position: int, actor: Operator) -> None:
    """Leaves out the deletion of one object of which nothing is switched off. Raises PlanError.

    It takes no approval: less is done than was approved.
    """
    with locked(change.pk) as change:
        clean_up = CleanUpUnderWay(change)
        cleaned = clean_up.object_at(position)
        if not change.is_at_gate or cleaned.is_decided:
            raise PlanError(f"{cleaned.named}: it is being deleted, or it is decided already. Look at the change.")
        why = f"{cleaned.named} isn’t deleted: {actor} decided so."
        cleaned.check.state, cleaned.check.error = Step.State.LEFT_OUT, sentence_only(UNMET, why)
        cleaned.check.save(update_fields=["state", "error"])
        leave_out(change, [cleaned.check])
        log_line(change, f"Step {position}: {why}")
        record("change.step_left_out", change, actor=actor, step=position, why=why)


def propose_bringing_back(*, change: Change, position: int, actor: Operator) -> Change:
    """Of the object about which that step decides. Raises PlanError."""
    clean_up = CleanUpUnderWay(change)
    cleaned = clean_up.object_at(position)
    steps = clean_up.bringing_back(cleaned)
    if not steps:
        raise PlanError(f"{cleaned.named}: this change has nothing of it off, or it was brought back already.")
    return changes.propose(
        aws_account=change.aws_account,
        actor=actor,
        title=f"Bring back {cleaned.named[0].lower()}{cleaned.named[1:]}",
        reason="",
        steps=steps,
        reverses=change,
        independent=True,
    )
