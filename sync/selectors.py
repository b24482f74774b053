"""Questions about changes and runs, asked by pages, panels and the shell."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Literal

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    OuterRef,
    PositiveSmallIntegerField,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest

from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import APPLY, APPROVE, PROPOSE, roles_with
from iamconsole.web.once import once_a_page
from iamconsole.web.words import some
from sync import schedule
from sync.account_status import UNREVIEWED_GLASS
from sync.mirror import sources
from sync.mirror.base import source_of_files
from sync.models import (
    Approval,
    ApprovalDemand,
    Attempt,
    BreakGlass,
    Change,
    ChangeLine,
    Run,
    SourceState,
    Step,
)

RECENT = 6
LINES_SHOWN = 200

UNREVIEWED = Q(pk__in=UNREVIEWED_GLASS.values("change"))
OPEN = Q(state__in=Change.OPEN) | UNREVIEWED
AT_GATE = Q(state=Change.State.SCHEDULED, started_at__isnull=False)  # Change.is_at_gate

_NONE_NEEDED_HERE = Q(approvals_required=0) & (Q(is_care=True) | Q(aws_account__approvals_required=0))
# Of other AWS accounts, in which it takes or gives access.
_ASKED_ELSEWHERE = ApprovalDemand.objects.filter(change=OuterRef("pk"), of_account__isnull=False)
_NONE_NEEDED = _NONE_NEEDED_HERE & ~Q(Exists(_ASKED_ELSEWHERE))

# Neither access that somebody asked for, nor the end of it.
NOT_ASKED_FOR = Q(on_request=False) & (Q(ends=None) | Q(ends__on_request=False))


def changes_of(aws_account: AwsAccount, *, waits_for: Operator | None = None) -> QuerySet[Any]:
    """The changes of an AWS account with who asked for them and how far they got.

    `waits_for` lets one filter by `waits_for_me`, and by `asks_me`: for an approval or a review.
    """
    return changes_in([aws_account], waits_for=waits_for)


def changes_in(aws_accounts: Sequence[AwsAccount], *, waits_for: Operator | None = None) -> QuerySet[Any]:
    """The same of several AWS accounts."""
    changes = (
        Change.objects.filter(_in(aws_accounts))
        .select_related("requested_by", "applied_by", "aws_account")
        .defer("measured")
        .annotate(
            step_count=Count("steps", distinct=True),
            steps_done=Count("steps", filter=Q(steps__state__in=Step.FINISHED), distinct=True),
            approval_count=Count("approvals", filter=Q(approvals__approved=True, approvals__void=False), distinct=True),
        )
        .order_by("-id")
    )
    if waits_for is None:
        return changes
    waiting, asking = (
        ExpressionWrapper(_of_each(kind, waits_for, aws_accounts), output_field=BooleanField())
        for kind in (_waiting, _asking)
    )
    return changes.alias(waits_for_me=waiting, asks_me=asking)


def waiting_in(operator: Operator, aws_accounts: Sequence[AwsAccount]) -> QuerySet[Change]:
    """The changes of these AWS accounts that wait for the operator: to approve, review, apply or mend them."""
    return Change.objects.filter(_of_each(_waiting, operator, aws_accounts), _in(aws_accounts))


def _in(aws_accounts: Sequence[AwsAccount]) -> Q:
    return Q(aws_account__in=aws_accounts) if len(aws_accounts) != 1 else Q(aws_account=aws_accounts[0])


def _of_each(kind: Callable[[Operator, AwsAccount], Q], operator: Operator, aws_accounts: Sequence[AwsAccount]) -> Q:
    """What `kind` asks of each AWS account, once for all in which the operator has the same rights."""
    if len(aws_accounts) == 1:
        return kind(operator, aws_accounts[0])
    alike: dict[Hashable, list[AwsAccount]] = {}
    for each in aws_accounts:
        roles = frozenset(grant.role for grant in operator.held_grants() if grant.aws_account_id in (each.pk, None))
        alike.setdefault((roles, each.is_connected), []).append(each)
    asked = (Q(aws_account__in=each) & kind(operator, each[0]) for each in alike.values())
    return reduce(or_, asked, Q(pk__in=[]))


def asked_of(operator: Operator, aws_account: AwsAccount) -> QuerySet[Change]:
    """The changes that ask the operator for an approval or a review; none where that is asked of others."""
    if not operator.aws_accounts_with(roles_with(APPROVE)):
        return Change.objects.none()
    return Change.objects.filter(_asking(operator, aws_account), aws_account=aws_account)


def _asking(operator: Operator, aws_account: AwsAccount) -> Q:
    asking = _to_approve(operator, aws_account)
    return asking | _to_review(operator) if may(operator, APPROVE, aws_account) else asking


def _waiting(operator: Operator, aws_account: AwsAccount) -> Q:
    waiting = _asking(operator, aws_account)
    if may(operator, APPLY, aws_account):
        mine = Q(state__in=Change.UNDECIDED, requested_by=operator, span=None)  # else that one begins it
        waiting |= mine & _enough_approvals()
    if may(operator, PROPOSE, aws_account):
        waiting |= Q(state__in=Change.STUCK, requested_by=operator)
    return waiting


def _to_approve(operator: Operator, aws_account: AwsAccount) -> Q:
    answered = Approval.objects.filter(change=OuterRef("pk"), operator=operator, void=False)
    asked = Q(state=Change.State.PROPOSED) & ~_NONE_NEEDED & ~Q(requested_by=operator) & ~Q(Exists(answered))
    return asked & _would_count(operator, aws_account)


def _to_review(operator: Operator) -> Q:
    own = BreakGlass.objects.filter(change=OuterRef("pk"), operator=operator)
    takes_part = Q(requested_by=operator) | Q(applied_by=operator) | Q(Exists(own))
    return UNREVIEWED & ~Q(state__in=Change.MOVING) & ~takes_part


def _would_count(operator: Operator, aws_account: AwsAccount) -> Q:
    """Whether the change asks for approvals by anybody, or by those whom the operator belongs to (changes.demands)."""
    elsewhere = operator.aws_accounts_with(roles_with(APPROVE)) - {aws_account.pk}
    counts = Q(Exists(_met_elsewhere(operator))) if elsewhere else Q(pk__in=[])
    return counts | _would_count_here(operator, aws_account) if may(operator, APPROVE, aws_account) else counts


def _met_elsewhere(operator: Operator) -> QuerySet[ApprovalDemand]:
    """What other AWS accounts ask for that an approval by the operator meets."""

    def of(roles: Iterable[str]) -> Q:
        pks = operator.aws_accounts_with(list(roles))
        return Q() if None in pks else Q(of_account__in=pks)

    met = (Q(role="", group_name="") | Q(group__in=operator.groups.all())) & of(roles_with(APPROVE))
    return _ASKED_ELSEWHERE.filter(reduce(or_, (Q(role=role) & of([role]) for role in roles_with(APPROVE)), met))


def _would_count_here(operator: Operator, aws_account: AwsAccount) -> Q:
    rules = ApprovalDemand.objects.filter(change=OuterRef("pk"), of_account=None)
    of_account = Case(
        When(change__is_care=True, then=Value(0)),
        default=OuterRef("aws_account__approvals_required"),
        output_field=PositiveSmallIntegerField(),
    )
    floor = Greatest(OuterRef("approvals_required"), of_account)
    roles = [role for role in roles_with(APPROVE) if operator.aws_accounts_with([role]) & {aws_account.pk, None}]
    by_anybody = Q(role="", group_name="")
    mine = rules.filter(by_anybody | Q(role__in=roles) | Q(group__in=operator.groups.all()))
    return ~_NONE_NEEDED_HERE & ~Q(Exists(rules.filter(approvals__gte=floor))) | Q(Exists(mine))


def _enough_approvals() -> Q:
    return Q(state=Change.State.APPROVED) | _NONE_NEEDED


@dataclass(frozen=True)
class NotableChanges:
    """The changes that the overview tells of, the newest of each kind."""

    waiting: Sequence[Any]  # for the operator
    stuck: Sequence[Any]
    recent: Sequence[Any]
    unreviewed: Sequence[Any]


@once_a_page
def notable_changes(operator: Operator, aws_account: AwsAccount) -> NotableChanges:
    """In two queries."""
    all_of_it = Change.objects.filter(aws_account=aws_account).order_by("-pk")
    waiting = list(all_of_it.filter(_waiting(operator, aws_account)).values_list("pk", flat=True)[:RECENT])
    others = (all_of_it.filter(kind).values("pk")[:RECENT] for kind in (Q(state__in=Change.STUCK), Q(), UNREVIEWED))
    any_kind = reduce(or_, (Q(pk__in=pks) for pks in (waiting, *others)))
    found = list(
        changes_of(aws_account)
        .filter(any_kind)
        .annotate(unreviewed=ExpressionWrapper(UNREVIEWED, output_field=BooleanField()))
    )
    return NotableChanges(
        [change for change in found if change.pk in waiting],
        [change for change in found if change.state in Change.STUCK][:RECENT],
        found[:RECENT],
        [change for change in found if change.unreviewed],
    )


@once_a_page
def kinds_of_gates(aws_account: AwsAccount) -> Mapping[int, str]:
    """The kind of the step at which each change waits that waits in the middle."""
    waiting = Change.objects.filter(AT_GATE, aws_account=aws_account)
    left = Step.objects.filter(change__in=waiting).exclude(state__in=Step.SETTLED).order_by("-position")
    return dict(left.values_list("change_id", "kind"))


def also_running(change: Change) -> list[Any]:
    """The other changes that a worker has, or should have, in the same AWS account."""
    return list(changes_of(change.aws_account).filter(state__in=Change.MOVING).exclude(pk=change.pk)[:RECENT])


def newest_lines(change: Change) -> list[ChangeLine]:
    """Of its log, the oldest of them first."""
    return list(reversed(change.lines.order_by("-pk")[:LINES_SHOWN]))


def last_attempt(step: Step) -> Attempt | None:
    """The newest try; reads what was fetched with the step, if it was."""
    attempts = list(step.attempts.all())
    return attempts[-1] if attempts else None


def runs_of(aws_account: AwsAccount) -> QuerySet[Run]:
    return Run.objects.filter(aws_account=aws_account).select_related("started_by", "aws_account").order_by("-id")


def when_complete(source: str) -> Subquery:
    """For an annotation of what has an `aws_account`: as old as this is what the source brought."""
    of_it = {"aws_account": OuterRef("aws_account"), "object_id": "", "region": ""}
    complete = Run.objects.filter(source=source, state=Run.State.DONE, **of_it).order_by("-pk")
    return Subquery(complete.values(at=Coalesce("taken_at", "finished_at"))[:1])


@dataclass(frozen=True)
class SourceCoverage:
    """Whether the mirror has what a source shows. What wasn't read is never shown as empty."""

    state: Literal["read", "never", "denied", "unsupported", "failed"]
    at: datetime | None = None  # when its last complete pull ended: what is shown is as old as that
    why: str = ""  # a sentence, with the missing permission where one is missing
    error: Mapping[str, Any] = field(default_factory=dict)
    braked_in: int | None = None  # the pull that is held by the brake: what it did not see still shows

    @property
    def is_read(self) -> bool:
        return self.state == "read"


NEVER_PULLED = SourceCoverage("never", why="It was not pulled yet.")
OFF = SourceCoverage("never", why="It is switched off for this AWS account.")
NOT_IN_A_FILE = SourceCoverage("unsupported", why="This AWS account was imported from a file, which doesn’t have it.")


def coverage_of(aws_account: AwsAccount, source: str) -> SourceCoverage:
    """As the newest ended pull of the source says; of a regional one, those of all Regions together."""
    return coverages_of(aws_account, [source])[source]


def coverages_of(aws_account: AwsAccount, names: Iterable[str]) -> dict[str, SourceCoverage]:
    """The same of several sources, by their names, in one query."""
    names = list(names)
    if not aws_account.is_connected:
        return _coverages_of_a_file(aws_account, names)
    found = coverages_by_place(aws_account, tuple(names))
    return {name: _coverage_of(aws_account, name, found) for name in names}


def _coverage_of(aws_account: AwsAccount, name: str, found: Mapping[tuple[str, str], SourceCoverage]) -> SourceCoverage:
    regions = schedule.regions_of(aws_account, sources[name]) if name in sources else [""]
    return _in_all({region: found.get((name, region)) or NEVER_PULLED for region in regions}) if regions else OFF


def _in_all(by_region: Mapping[str, SourceCoverage]) -> SourceCoverage:
    """Read when it is in every Region that has such a thing; if not, as in the first where it isn't."""
    there = {region: each for region, each in by_region.items() if each.state != "unsupported"} or by_region
    if len(there) == 1:
        return next(iter(there.values()))
    oldest = min((each.at for each in there.values() if each.at), default=None)
    missing = {region: each for region, each in there.items() if not each.is_read}
    if not missing:
        braked = next((each for each in there.values() if each.braked_in), None)
        return replace(braked, at=oldest) if braked else SourceCoverage("read", oldest)
    first = next(iter(missing.values()))
    where = "" if len(missing) == len(there) else f"In {some(list(missing))}: "
    return replace(first, at=oldest, why=f"{where}{first.why}")


def _coverages_of_a_file(aws_account: AwsAccount, names: Sequence[str]) -> dict[str, SourceCoverage]:
    """An imported file has what the source of the details has, and nothing else."""
    source = source_of_files()
    found = coverages_by_place(aws_account, (source.name,)).get((source.name, ""), NEVER_PULLED)
    return {name: found if name == source.instead_of else NOT_IN_A_FILE for name in names}


@once_a_page
def coverages_by_place(aws_account: AwsAccount, only: tuple[str, ...] = ()) -> Mapping[tuple[str, str], SourceCoverage]:
    """The same of all sources that were ever pulled, or of some, by source and Region, what others build on first."""
    states = _states().filter(aws_account=aws_account, **({"source__in": only} if only else {}))
    by_place = {(row.source, row.region): _coverage(row) for row in states}
    order = [source.name for source in schedule.in_order()]
    registered = sorted(by_place, key=lambda at: (order.index(at[0]) if at[0] in order else len(order), at))
    return {place: by_place[place] for place in registered}


def remember_coverages(aws_accounts: Sequence[AwsAccount], only: tuple[str, ...]) -> None:
    """While a page is made: `coverages_by_place` of some sources, of each, in one query."""
    found: dict[int, dict[tuple[str, str], SourceCoverage]] = {each.pk: {} for each in aws_accounts}
    for row in _states().filter(aws_account__in=aws_accounts, source__in=only).order_by("source", "region"):
        found[row.aws_account_id][row.source, row.region] = _coverage(row)
    for each in aws_accounts:
        coverages_by_place.remember(found[each.pk], each, only)


def _states() -> QuerySet[SourceState]:
    """With the newest runs."""
    left_out = [f"{ended}__{field}" for ended in ("done", "failed") for field in ("log", "cursor")]
    return SourceState.objects.select_related("done", "failed").defer(*left_out)


def _coverage(of_source: SourceState) -> SourceCoverage:
    done, failed = of_source.done, of_source.failed
    last = max((run for run in (done, failed) if run is not None), key=lambda run: run.pk, default=None)
    if last is None:
        return NEVER_PULLED
    at = (done.taken_at or done.finished_at) if done is not None else None
    if last.state == Run.State.DONE:
        braked = last.pk if last.error.get("class") == "Brake" else None
        return SourceCoverage("read", at, last.error.get("sentence", ""), braked_in=braked)
    refusals: dict[str, Literal["denied", "unsupported"]] = {
        "AccessDeniedError": "denied",
        "UnsupportedError": "unsupported",
    }
    return SourceCoverage(
        refusals.get(last.error.get("class", ""), "failed"), at, last.error.get("sentence", ""), last.error
    )


def source_title(name: str) -> str:
    """What pages call a source: old runs may be of one that is no longer there."""
    if name == Run.OBJECT:
        return "One object"
    source = sources.get(name)
    return source.title if source else name
