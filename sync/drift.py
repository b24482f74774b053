"""Drift: what somebody changed in AWS outside this console. Describes it, accepts it, proposes to undo it.

IAM stores no author; what CloudTrail says of who did it stands beside it (sync/activity).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from accounts import audit
from accounts.models import AwsAccount, Operator
from iamconsole.web.counts import forget, lately
from sync import changes, mirror, reversals
from sync.account_status import aws_account_status
from sync.changes import PlanError
from sync.changes.code_overrides import overrides_of_row, undone_of
from sync.changes.plan import renew_spec
from sync.mirror import Mirror
from sync.mirror.base import DETAILS
from sync.mirror.differences import ContentDifference
from sync.models import Change, LookedAfterRow, MirroredRow, Override, Ownership, Revision, Run
from sync.object_ref import ObjectRef
from sync.operations import Refusal, StepSpec
from sync.plan_draft import Draft
from sync.reversals import Reversal

# Still to be looked at: not accepted, not taken back by others since, and not undone by a change of ours.
OPEN = Q(accepted_at__isnull=True, reverted_at__isnull=True) & ~Q(reversal__state=Change.State.APPLIED)


class DriftKind(StrEnum):
    APPEARED = "appeared"
    CHANGED = "changed"
    GONE = "gone"


# ---- Which revisions are drift -------------------------------------------------------------------------------


def drift_of(aws_account: AwsAccount, *, ignored: bool = False) -> QuerySet[Any]:
    """Its revisions of origin `outside`; those of objects that are ignored only if asked for.

    Each with what the one before it said (`before`, None for the first; `was_gone`) and the pull before the one that
    saw it (`earlier_run`). `called` is the name of an object whose facets don't all say it.
    """
    return drift_in([aws_account], ignored=ignored)


def drift_in(aws_accounts: Sequence[AwsAccount], *, ignored: bool = False) -> QuerySet[Any]:
    """The same of several AWS accounts."""
    before = Revision.before_each()
    rows: QuerySet[Any] = (
        with_source(_outside(aws_accounts, ignored=ignored))
        .select_related("facet__aws_account", "run", "accepted_by", "reversal")
        .annotate(before=Subquery(before.values("content")), was_gone=Subquery(before.values("gone")))
        .annotate(called=_called())
        .annotate(earlier_run=Subquery(_earlier_runs().values("pk")[:1]))
    )
    return rows


def _outside(aws_accounts: Sequence[AwsAccount], *, ignored: bool = False) -> QuerySet[Any]:
    hidden = Q(pk__in=()) if ignored else _ignored(aws_accounts)
    there = Q(drift_in=aws_accounts[0]) if len(aws_accounts) == 1 else Q(drift_in__in=aws_accounts)
    rows: QuerySet[Any] = Revision.objects.filter(there).exclude(hidden)
    return rows


def with_source(revisions: QuerySet[Revision]) -> QuerySet[Any]:
    """Each with the source that shows such facets when all of an AWS account is pulled (`source`)."""
    cases = [
        When(facet__source=source.facet, facet__kind__in=source.kinds, then=Value(source.name))
        for source in mirror.sources.values()
    ]
    return revisions.annotate(source=Case(*cases, default=Value(""), output_field=CharField()))


def _called() -> Case:
    """What the objects are called that have other facets than details: as their rows say it now."""
    models = {each.kind: each.model for each in mirror.registry.values() if each.source != DETAILS}
    cases = [
        When(
            ~Q(facet__source=DETAILS), facet__kind=kind, then=Subquery(_row_of_facet(model).values(model.called_by)[:1])
        )
        for kind, model in models.items()
    ]
    return Case(*cases, default=Value(""), output_field=CharField())


def _row_of_facet(model: type[MirroredRow]) -> QuerySet[Any]:
    return model.objects.filter(
        aws_account=OuterRef("facet__aws_account"),
        region=OuterRef("facet__region"),
        aws_id=OuterRef("facet__object_id"),
    )


def _earlier_runs() -> QuerySet[Run]:
    """The complete pulls that could have seen it before the one that did, the newest first."""
    of_all = Q(object_id="", source=OuterRef("source"), region=OuterRef("facet__region"))
    of_it = Q(object_id=OuterRef("facet__object_id"), object_kind=OuterRef("facet__kind"))
    return Run.objects.filter(
        of_all | of_it, aws_account=OuterRef("facet__aws_account"), state=Run.State.DONE, pk__lt=OuterRef("run")
    ).order_by("-pk")


def _ignored(aws_accounts: Sequence[AwsAccount]) -> Q:
    hidden = Q(pk__in=())
    ignoring = [each for each in aws_accounts if aws_account_status(each).ignores]
    if not ignoring:
        return hidden
    for each in mirror.registry.values():
        if each.source == DETAILS and issubclass(each.model, LookedAfterRow):
            rows = each.model.objects.filter(ownership=Ownership.IGNORED)
            hidden |= Q(facet__kind=each.kind) & _is_among(rows, ignoring)
    return hidden


def _is_among(rows: QuerySet[Any], aws_accounts: Sequence[AwsAccount]) -> Q:
    """By its unique id in its own AWS account: that of a policy of AWS is the same in all."""
    if len(aws_accounts) == 1:
        there = rows.filter(aws_account=aws_accounts[0]).values("aws_id")
        return Q(drift_in=aws_accounts[0], facet__object_id__in=there)
    return Q(Exists(rows.filter(aws_account=OuterRef("drift_in"), aws_id=OuterRef("facet__object_id"))))


def open_drift(aws_account: AwsAccount) -> QuerySet[Any]:
    return drift_of(aws_account).filter(OPEN)


def to_count(aws_account: AwsAccount) -> QuerySet[Any]:
    """As `open_drift`, without what is told of each: every page's sidebar counts them."""
    return to_count_in([aws_account])


def to_count_in(aws_accounts: Sequence[AwsAccount]) -> QuerySet[Any]:
    return _outside(aws_accounts).filter(OPEN)


def count_open(aws_account: AwsAccount) -> int:
    """For the overview, as the sidebar counts it; at most a minute old."""
    return lately(to_count(aws_account))


# ---- What one of them says -----------------------------------------------------------------------------------


def happening(revision: Any) -> DriftKind:
    """`revision` as `drift_of` gives it."""
    if revision.gone:
        return DriftKind.GONE
    return DriftKind.APPEARED if revision.number == 1 or revision.was_gone else DriftKind.CHANGED


def mirror_for(revision: Revision) -> Mirror | None:
    """None for what this version of the console no longer mirrors."""
    return mirror.registry.get((revision.facet.kind, revision.facet.source))


def differences_of(revision: Any) -> list[ContentDifference]:
    """What it changed, in words; of an object that is new, what it has."""
    its_mirror, what = mirror_for(revision), happening(revision)
    if its_mirror is None or what is DriftKind.GONE:
        return []
    if what is DriftKind.CHANGED:
        return its_mirror.differences(revision.before, revision.content) if _holds_before(revision) else []
    has = {part: value for part, value in revision.content.items() if isinstance(value, dict | list)}
    return its_mirror.differences({}, has)


def _holds_before(revision: Any) -> bool:
    """What it said before may be older than all that is kept (KEEP_HISTORY_DAYS)."""
    return revision.before is not None


def name_in(revision: Any) -> str:
    """What the object was called; of facets that don't say it, what it is called now."""
    said = revision.content or revision.before or {}
    return str(revision.called or said.get("name") or revision.facet.object_id)


def facet_in(revision: Revision) -> str:
    """ "access keys", "MFA devices"; "" for the object itself."""
    its_mirror = mirror_for(revision)
    title = its_mirror.title if its_mirror else ""
    if title.casefold() == noun_of(revision).casefold():
        return ""
    return title if title[:2].isupper() else title[:1].lower() + title[1:]


def object_in(revision: Any) -> str:
    """ "jane", or of another facet than her details "jane, access keys"."""
    facet = facet_in(revision)
    return f"{name_in(revision)}, {facet}" if facet else name_in(revision)


def noun_of(revision: Revision) -> str:
    """ "IAM user", "managed policy"."""
    its_mirror = mirror_for(revision)
    return its_mirror.called_in_words if its_mirror else revision.facet.kind


def sentence(revision: Any) -> str:
    """All of it in one line: "attached reports-read, tag team=reports added"."""
    words = ", ".join(each.words for each in differences_of(revision))
    what = happening(revision)
    if what is DriftKind.GONE:
        return "deleted"
    if what is DriftKind.APPEARED:
        return f"new: {words}" if words else "new"
    return words or "changed"


# ---- Accept it -----------------------------------------------------------------------------------------------

audit.register({"drift.accepted": "accepted a change outside this console of {noun} {object}: {what}"})


def undone_override(revision: Any) -> Override | None:
    """The override of code, in force, that this undoes: its pipeline, or somebody, changed the object after it."""
    facet, about = revision.facet, mirror.mirror_about(revision.facet.kind)
    if about is None:
        return None
    row = about.model.objects.filter(aws_account=facet.aws_account, aws_id=facet.object_id).first()
    return undone_of(overrides_of_row(row), revision.seen_at) if row else None


@transaction.atomic
def accept(
    *, aws_account: AwsAccount, actor: Operator, revisions: Collection[int], with_overrides: bool = False
) -> int:
    """Says that what others changed is right as it is; returns of how many. What isn't open any more is left out, and
    without `with_overrides` what undoes an override of code that is in force.
    """
    found = open_drift(aws_account).filter(pk__in=revisions).select_for_update(of=("self",))
    now = timezone.now()
    accepted = [revision for revision in found if with_overrides or undone_override(revision) is None]
    for revision in accepted:
        what, noun = sentence(revision)[:400], noun_of(revision)
        audit.record(
            "drift.accepted",
            actor=actor,
            aws_account=aws_account,
            obj=("revision", revision.pk, object_in(revision)),
            data={"revision": revision.pk, "noun": noun, "what": what},
        )
    Revision.objects.filter(pk__in=[revision.pk for revision in accepted]).update(accepted_at=now, accepted_by=actor)
    transaction.on_commit(lambda: forget(to_count(aws_account)))  # the page that comes next says it right
    return len(accepted)


# ---- Undo it -------------------------------------------------------------------------------------------------


def can_be_undone(revision: Any) -> bool:
    """Whether this console has operations for it at all; its page says whether and how they undo it."""
    facet = revision.facet
    return (facet.kind, facet.source) in reversals.registry and happening(revision) is DriftKind.CHANGED


def reversal_of(aws_account: AwsAccount, revision: Any) -> Reversal:
    """The steps that undo it and aren't done already, and sentences for what they leave."""
    if mirror_for(revision) is None:
        return Reversal(left=("This version of the console doesn’t mirror such objects any more.",))
    if happening(revision) is DriftKind.CHANGED and not _holds_before(revision):
        return Reversal(left=("What it said before isn’t kept any more.",))
    facet = revision.facet
    ref = ObjectRef(facet.kind, facet.object_id, name_in(revision), "", facet.region, facet.source)
    before = {} if happening(revision) is DriftKind.APPEARED else revision.before
    wanted = reversals.reversal(aws_account, ref, before, revision.content)
    steps: list[StepSpec] = []
    left = list(wanted.left)
    draft = Draft(aws_account)
    for spec in wanted.steps:
        try:
            steps += renew_spec(draft, spec)
        except Refusal as refusal:
            left.append(str(refusal))
    if not steps and not left:
        left.append("There is nothing to undo: it is as it was before.")
    return Reversal(tuple(steps), tuple(left))


@transaction.atomic
def propose_reverse(*, aws_account: AwsAccount, actor: Operator, revision: int) -> Change:
    """A change that undoes it. Raises PlanError with a sentence."""
    found = drift_of(aws_account).select_for_update(of=("self",)).get(pk=revision)
    if found.reversal is not None and found.reversal.state in Change.OPEN:
        raise PlanError(f"Change {found.reversal.pk} is proposed already to undo this.")
    undoing = reversal_of(aws_account, found)
    if not undoing.steps:
        raise PlanError(" ".join(undoing.left))
    what = sentence(found)
    reason = f"Somebody changed {noun_of(found)} {object_in(found)} outside this console: {what}."
    change = changes.propose(
        aws_account=aws_account,
        actor=actor,
        title=f"Undo a change outside this console of {name_in(found)}",
        reason=" ".join([reason, *undoing.left])[:2_000],
        steps=undoing.steps,
    )
    Revision.objects.filter(pk=found.pk).update(reversal=change)
    return change


# ---- Between which two pulls ---------------------------------------------------------------------------------


def earlier_runs(revisions: Collection[Any]) -> dict[int, Run]:
    """The pulls that `earlier_run` names, by their number."""
    return Run.objects.in_bulk({each.earlier_run for each in revisions if each.earlier_run})
