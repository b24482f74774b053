"""Releases somebody who was contained, piece by piece: each is the reverse of a step, in an ordinary change.

Deleting a policy that denies sessions gives them back until they expire: so the change waits before that, or says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import Operator
from contain.models import Containment
from contain.roles import LONGEST_SESSION_S
from contain.subjects.iam import LONGEST_OF_USER_S
from iamconsole.web.words import full_time
from identities.models import IamRole
from identities.operations import await_sessions_end
from identities.operations.containing import ISSUED, Contain, ContainParams
from sync import changes
from sync.changes.plan import renew_spec
from sync.changes.steps import created_ids, planned_step, reversals
from sync.checks import PlanFinding
from sync.models import Change, Step
from sync.operations import BadParams, Refusal, StepSpec
from sync.plan_draft import Draft

NEVER = "It can’t be undone."
SO_ALREADY = "It is so already, or what it is about is gone."


@dataclass(frozen=True)
class ReleasePiece:
    """`steps`: none where `why_not` says why. `revives_until`: until when sessions that are denied could come back."""

    step: Step
    title: str
    steps: tuple[StepSpec, ...] = ()
    why_not: str = ""
    revives_until: datetime | None = None

    @property
    def key(self) -> str:
        return str(self.step.position)

    @property
    def revives(self) -> bool:
        return self.revives_until is not None and self.revives_until > timezone.now()


def release_pieces(containment: Containment) -> list[ReleasePiece]:
    """Of each step that was done, the last one first."""
    draft = Draft(containment.aws_account)
    ids = created_ids(containment.change)
    return [_piece(draft, step, undoing, ids) for step, undoing in reversals(containment.change)]


def _piece(draft: Draft, step: Step, undoing: Sequence[StepSpec], ids: dict[int, str]) -> ReleasePiece:
    planned = planned_step(step, ids)
    done = planned.operation.title(planned.params)
    if step.result.get("gone"):
        return ReleasePiece(step, done, why_not="It was gone when it was to be cut.")
    if not undoing:
        return ReleasePiece(step, done, why_not=NEVER)
    try:
        specs = tuple(spec for each in undoing for spec in renew_spec(draft, each))
    except (Refusal, BadParams):
        specs = ()
    if not specs:
        return ReleasePiece(step, done, why_not=SO_ALREADY)
    until = revives_until(step, planned.params) if isinstance(planned.operation, Contain) else None
    return ReleasePiece(step, done, specs, revives_until=until)


def revives_until(step: Step, params: ContainParams) -> datetime:
    """When the longest session ends of those that the policy denies.

    Of one without a condition, and of one for one session: of those that began before it was there. What begins later
    can do nothing as long as it is there, and is told in the note of the release.
    """
    began = parse_datetime(params.value) if params.key == ISSUED else None
    began = began or step.finished_at or timezone.now()
    return began + timedelta(seconds=_longest_s(params.arn))


def _longest_s(arn: str) -> int:
    if ":user/" in arn:
        return LONGEST_OF_USER_S
    longest = IamRole.objects.filter(arn=arn, gone_at=None).values_list("max_session_s", flat=True).first()
    return longest or LONGEST_SESSION_S


def open_releases(containment: Containment) -> list[Change]:
    """Changes that undo it and aren't over yet."""
    return list(Change.objects.filter(reverses=containment.change, state__in=Change.OPEN).order_by("pk"))


def releases(containment: Containment) -> list[Change]:
    return list(Change.objects.filter(reverses=containment.change).order_by("pk"))


def propose_release(
    *, containment: Containment, actor: Operator, chosen: Sequence[ReleasePiece], waits: bool, reason: str
) -> Change:
    """`waits`: until no session that is denied could come back. Raises PlanError."""
    reviving = [(until, each) for each in chosen if (until := each.revives_until) and each.revives]
    later = sorted(reviving, key=itemgetter(0)) if waits else []
    put_off = {each.key for _, each in later}
    steps = [spec for each in chosen if each.key not in put_off for spec in each.steps]
    steps += [spec for until, each in later for spec in _after_waiting(each, until)]
    return changes.propose(
        aws_account=containment.aws_account,
        actor=actor,
        title=f"Release {containment.called}",
        reason=reason,
        steps=steps,
        reverses=containment.change,
        independent=True,
        findings=[] if waits else [_revived(each, until) for until, each in reviving],
    )


def _after_waiting(piece: ReleasePiece, until: datetime) -> Iterator[StepSpec]:
    for spec in piece.steps:
        kind = spec.kind.rpartition(".inline.")[0]
        if kind:
            yield await_sessions_end(kind, spec.params["arn"], spec.params["policy"], until)
        yield spec


def _revived(piece: ReleasePiece, until: datetime) -> PlanFinding:
    arn = str(piece.steps[0].params["arn"])
    words = f"Sessions that are denied come back, until {full_time(until)} at most: {piece.title}."
    return PlanFinding("REVIVES_SESSIONS", "warning", words, about=(arn,))
