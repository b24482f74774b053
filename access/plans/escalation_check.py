"""The check that finds who can become an administrator by a plan and couldn't before, or no longer can."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from access.escalation.account import EscalationAccount, EscalationRows, escalation_account
from access.escalation.paths import EscalationPath, EscalationsFound, escalations
from access.escalation.search import TECHNIQUES
from access.index import cached_index
from access.plans.effects import ids
from access.plans.holdings import PrincipalHoldings
from access.plans.planned_account import account_with
from access.plans.reading import PlannedHoldings, read_holdings, read_planned_holdings
from access.plans.relevant import changed_actions, overlap
from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from iamconsole.web.words import counted, number, some
from policies.holdings import AttachmentChange, CredentialFact, InlinePolicyChange, ManagedPolicyChange
from sync.checks import Measurement, PlanCheck, PlanFinding
from sync.operations import AccessChange, PlannedStep

NAME = "escalation"
MOST_KEPT = 50  # paths that a page shows
MOST_SEARCHED = 3_000  # principals, where a page waits for the search
_NONE: Mapping[str, Any] = {"opened": {"ids": []}}


@dataclass(frozen=True)
class PathSummary:
    """`steps`: sentences without a subject. `supposes`: something has to be so that the mirror doesn't know.

    `technique` and `target` are those of the first step. `elsewhere`: it leads over another AWS account.
    """

    source: str
    supposes: bool
    steps: tuple[str, ...]
    technique: str = ""
    target: str = ""
    elsewhere: bool = False

    @classmethod
    def of(cls, path: EscalationPath) -> PathSummary:
        beyond = path.lead is not None
        return cls(path.source, path.supposes, path.sentences, path.technique, path.steps[0].target, beyond)


@dataclass(frozen=True)
class WhoCanEscalate:
    """`paths`: the first of each principal, by its ARN: the shortest, and a sure one where there is one.

    `sure`: the others that suppose nothing, too: of each a shortest one by each technique, and all of one step, by each
    technique and target. `is_whole`: none of those of one step are left out. `beyond`: as `paths`, of those that lead
    over another AWS account.
    """

    paths: Mapping[str, PathSummary]
    administrators: frozenset[str]
    sure: Mapping[str, Sequence[PathSummary]]
    is_whole: bool
    beyond: Mapping[str, PathSummary] = field(default_factory=dict)

    @classmethod
    def of(cls, found: EscalationsFound) -> WhoCanEscalate:
        beyond: dict[str, PathSummary] = {}
        for path in sorted(found.beyond, key=lambda path: path.supposes):
            beyond.setdefault(path.source, PathSummary.of(path))
        first: dict[str, PathSummary] = {}
        sure: dict[str, list[PathSummary]] = {}
        for path in sorted(found.paths, key=lambda path: path.supposes):
            summary = PathSummary.of(path)
            first.setdefault(path.source, summary)
            if not path.supposes:
                sure.setdefault(path.source, []).append(summary)
        for source, steps in (found.direct or {}).items():
            direct = [PathSummary.of(EscalationPath((step,), step.target)) for step in steps]
            listed = {(path.technique, path.target) for path in sure.get(source, ()) if len(path.steps) == 1}
            sure.setdefault(source, []).extend(path for path in direct if (path.technique, path.target) not in listed)
        return cls(first, found.administrators, sure, found.direct is not None, beyond)


class EscalationCheck(PlanCheck):
    name = NAME

    def measure(
        self, aws_account: AwsAccount, steps: Sequence[PlannedStep], undoing: Sequence[PlannedStep]
    ) -> Measurement | None:
        """As `measured` gives it."""
        planned = read_planned_holdings(aws_account, steps, undoing)
        return measured(aws_account, planned) if planned else None

    def worsened(self, before: Any, now: Any) -> str:
        """Worse is: a path for somebody who had none on the plan that was approved."""
        more = set(now["opened"]["ids"]) - set((before or _NONE)["opened"]["ids"])
        if not more:
            return ""
        return f"{counted(len(more), 'principal')} could become an administrator in a way that the plan did not show."


def measured(aws_account: AwsAccount, planned: PlannedHoldings) -> Measurement | None:
    """`{opened, added, closed}`, each as `_kept` gives it; None where none has any. `added` is for who had a path."""
    if not _may_matter(planned):
        return None
    before, after = _searched(aws_account, planned)
    former = planned.after.former
    renamed = {old: arn for arn, old in former.items()}
    had = {renamed.get(arn, arn): path for arn, path in before.paths.items()}
    were = {renamed.get(arn, arn) for arn in before.administrators}
    opened = [path for arn, path in after.paths.items() if arn not in were and is_new(had.get(arn), path)]
    closed = [path for arn, path in had.items() if arn not in after.paths.keys() | after.administrators]
    first = {path.source for path in opened}
    added = [
        path
        for arn, paths in after.sure.items()
        if arn not in first | were
        for path in another(before.sure.get(former.get(arn, arn), ()), paths, by_target=before.is_whole)
    ]
    had_beyond = {renamed.get(arn, arn): path for arn, path in before.beyond.items()}
    opened += [path for arn, path in after.beyond.items() if is_new(had_beyond.get(arn), path)]
    closed += [path for arn, path in had_beyond.items() if arn not in after.beyond]
    if not opened and not closed and not added:
        return None
    kept = {"opened": _kept(opened, planned), "added": _kept(added, planned), "closed": _kept(closed, planned)}
    return Measurement(kept, list(_findings(opened, added)))


def another(before: Sequence[PathSummary], now: Sequence[PathSummary], *, by_target: bool) -> Iterator[PathSummary]:
    """Those that weren't there before. `by_target`: of one step, all were known by their targets.

    Only those no longer than the shortest of before: of longer ones nobody knows whether they were there.
    """
    shortest = min((len(path.steps) for path in before), default=0)
    techniques = {path.technique for path in before}
    known = {(path.technique, path.target) for path in before if len(path.steps) == 1}
    for path in now:
        if len(path.steps) > shortest:
            continue
        if path.technique not in techniques or (
            by_target and shortest == 1 and (path.technique, path.target) not in known
        ):
            yield path


def measured_if_cheap(aws_account: AwsAccount, planned: PlannedHoldings) -> tuple[Measurement | None, Sequence[str]]:
    """The same for a page, which waits for it; or a sentence that says why nobody looked."""
    if not _may_matter(planned):
        return None, ()
    if len(cached_index(aws_account).index.holders) > MOST_SEARCHED:
        words = f"Privilege escalation paths aren’t compared here where there are more than {number(MOST_SEARCHED)}"
        return None, (f"{words} users and roles: the page “Escalation paths” has those of now.",)
    return measured(aws_account, planned), ()


def is_new(before: PathSummary | None, now: PathSummary) -> bool:
    """Whether there was none, or none without something that the mirror doesn't know."""
    return before is None or (before.supposes and not now.supposes)


# ---- Whether a search could find anything: it takes seconds in a large AWS account ----------------------------
@cache
def _actions() -> frozenset[str]:
    return frozenset(
        action.lower() for technique in TECHNIQUES for needed in technique.needs for action in needed.actions
    )


def _may_matter(planned: PlannedHoldings) -> bool:
    return any(matters(change, planned.before) for change in planned.changes)


def matters(change: AccessChange, before: PrincipalHoldings) -> bool:
    """Texts don't that say of what techniques use what those before them said; nor do others that say nothing of it,
    where nobody can rewrite them by changing something else.

    A managed policy of the AWS account can be rewritten, and what a group has can be changed: whoever gets one may have
    the permission for that already.
    """
    match change:
        case CredentialFact():
            return False
        case InlinePolicyChange():
            owner = before.owners.get(change.owner_arn)
            return _differ_on_techniques(owner.inline.get(change.name) if owner else None, change.document)
        case ManagedPolicyChange():
            return _differ_on_techniques(before.text_of(change.policy_arn), change.document)
        case AttachmentChange() if ":iam::aws:policy/" in change.policy_arn:
            return _differ_on_techniques(None, before.text_of(change.policy_arn))
    return True


_MOST_PATTERNS = 500  # each is held against some hundred actions


def _differ_on_techniques(before: str | None, after: str | None) -> bool:
    """Of very many patterns it is taken that they do."""
    patterns = changed_actions(*([text] if text else [] for text in (before, after)))
    if patterns is None or len(patterns) > _MOST_PATTERNS:
        return True
    return any(overlap(pattern, action) for pattern in patterns for action in _actions())


# ---- Before and after ----------------------------------------------------------------------------------------
def _searched(aws_account: AwsAccount, planned: PlannedHoldings) -> tuple[WhoCanEscalate, WhoCanEscalate]:
    cached = cached_index(aws_account)
    beside = EscalationRows.of(aws_account, cached)
    account = escalation_account(cached, beside, aws_account.partition)
    mirrored = read_holdings(aws_account, [*planned.changes, *planned.undone])

    def search(of: EscalationAccount) -> WhoCanEscalate:
        return WhoCanEscalate.of(escalations(of))

    if planned.undone:
        before = search(account_with(account, mirrored, planned.before, planned.undone))
    else:
        key = ("who can escalate", beside.digest, aws_account.partition)
        before = cached.answer(key, lambda: search(account))
    return before, search(account_with(account, mirrored, planned.after, [*planned.undone, *planned.changes]))


# ---- Words ---------------------------------------------------------------------------------------------------
def _findings(opened: Sequence[PathSummary], added: Sequence[PathSummary]) -> Iterator[PlanFinding]:
    for elsewhere in (False, True):
        listed = [path for path in opened if path.elsewhere is elsewhere]
        sure = sorted((path for path in listed if not path.supposes), key=_order)
        perhaps = sorted((path for path in listed if path.supposes), key=_order)
        if sure:
            words = f"{_names(sure)} could become {_administrators(sure)}: {_first(sure)}"
            yield PlanFinding("OPENS_ESCALATION_PATH", "security_warning", words, about=_arns(sure))
        if perhaps:
            words = f"{_names(perhaps)} may be able to become {_administrators(perhaps)}: {_first(perhaps)}"
            yield PlanFinding("MAY_OPEN_ESCALATION_PATH", "warning", words, about=_arns(perhaps))
    if more := sorted({path.source: path for path in sorted(added, key=_order, reverse=True)}.values(), key=_order):
        could = f"{_names(more)} could become {_administrators(more)} before, too"
        words = f"{could}, and {'gets' if len(more) == 1 else 'get'} another way: {_first(more)}"
        yield PlanFinding("ADDS_ESCALATION_PATH", "suggestion", words, about=_arns(more))


def _arns(paths: Iterable[PathSummary]) -> tuple[str, ...]:
    return tuple(sorted(path.source for path in paths))


def _names(paths: Sequence[PathSummary]) -> str:
    return some([name_of(path.source) for path in paths], len(paths))


def _administrators(paths: Sequence[PathSummary]) -> str:
    which = "another AWS account" if paths[0].elsewhere else "this AWS account"
    return f"{'an administrator' if len(paths) == 1 else 'administrators'} of {which}"


def _first(paths: Sequence[PathSummary]) -> str:
    return f"{name_of(paths[0].source)} {', then '.join(paths[0].steps)}."


def _order(path: PathSummary) -> tuple[bool, int, str]:
    return path.supposes, len(path.steps), path.source


def _kept(paths: Sequence[PathSummary], planned: PlannedHoldings) -> dict[str, Any]:
    """Names of all whom it concerns, and the first paths: `{who: [ARN, id], supposes, steps}`."""
    first = sorted(paths, key=_order)[:MOST_KEPT]
    listed = [
        {"who": [path.source, _aws_id(path.source, planned)], "supposes": path.supposes, "steps": list(path.steps)}
        for path in first
    ]
    return {"ids": ids(sorted({path.source for path in paths})), "paths": listed}


def _aws_id(arn: str, planned: PlannedHoldings) -> str:
    """ "" where the plan doesn't touch them: their page isn't linked."""
    owner = planned.after.owners.get(arn) or planned.before.owners.get(arn)
    return owner.aws_id if owner else ""
