"""What a cut takes away besides paths: from whom, and when they last used the services that it is about.

AWS tells last use by service, of tries that were denied, too (IAM User Guide, "Refining permissions in AWS using last
accessed information").
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from access.cuts.candidates import CutCandidate, CutHow, PlaceKind
from access.cuts.trials import TriedCut
from access.holders import Holder
from access.index import Index
from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from iamconsole.web.words import SOME, counted, some
from identities.account.last_accessed import FACET
from identities.models import ServiceLastAccessed
from policies.engine.compiled import CompiledDocument
from sync.mirror import bulk
from sync.models import Facet

_MOST_ASKED = 200  # of more who hold a policy, nobody looks up what each used


@dataclass(frozen=True)
class LastUse:
    """Of the services by the holders. `is_known`: all of them have a report. `at` None: no try is tracked."""

    is_known: bool
    at: datetime | None = None
    by: str = ""

    @property
    def rank(self) -> int:
        """The less is lost, the smaller."""
        return 2 if self.at else 0 if self.is_known else 1


@dataclass(frozen=True)
class CutLoss:
    """`what` they lose, in words; `whose`: their names in words."""

    what: str
    whose: str
    last_use: LastUse


@dataclass(frozen=True)
class RankedCut:
    """`ended`: how many of the paths that the page shows. `losing`: the ARNs of all who lose something."""

    tried: TriedCut
    ended: int
    loss: CutLoss
    losing: Sequence[str]

    @property
    def cut(self) -> CutCandidate:
        return self.tried.cut

    @property
    def words(self) -> str:
        return self.cut.words[0].upper() + self.cut.words[1:]


def ranked(aws_account: AwsAccount, index: Index, tried: Sequence[TriedCut], shown: Collection[int]) -> list[RankedCut]:
    """Most of the paths `shown` ended first, then the least used access lost, then the fewest edits."""
    ending = [each for each in tried if each.ends & frozenset(shown)]
    holders = {each.cut: _holders(index, each.cut) for each in ending}
    services = {each.cut: _services(each.cut, holders[each.cut]) for each in ending}
    use = _LastUses(aws_account, [whose for whose in holders.values() if len(whose) <= _MOST_ASKED])
    found = [
        RankedCut(
            each,
            len(each.ends & frozenset(shown)),
            CutLoss(
                _what(each.cut, services[each.cut]),
                some([name_of(holder.arn) for holder in holders[each.cut][:SOME]], len(holders[each.cut]))
                if holders[each.cut]
                else "nobody",
                use.of(holders[each.cut], services[each.cut]),
            ),
            [holder.arn for holder in holders[each.cut]],
        )
        for each in ending
    ]
    hows = list(CutHow)
    return sorted(
        found,
        key=lambda each: (
            -each.ended,
            bool(each.tried.protected),
            each.loss.last_use.rank,
            hows.index(each.cut.how),
            each.cut.edits,
            each.cut.words,
        ),
    )


def _holders(index: Index, cut: CutCandidate) -> list[Holder]:
    """Who loses something."""
    if cut.how is CutHow.UNTRUST or (cut.how is CutHow.DETACH and cut.place.kind is PlaceKind.MANAGED):
        return _those(index, cut.others)
    if cut.place.kind is PlaceKind.INLINE:
        return _those(index, [cut.place.arn])
    return [holder for holder in index.holders if any(policy.name == cut.place.arn for policy in holder.policies)]


def _those(index: Index, owners: Iterable[str]) -> list[Holder]:
    """Users and roles by their ARNs, and the members of groups."""
    wanted = set(owners)
    return [holder for holder in index.holders if holder.arn in wanted or wanted.intersection(holder.groups)]


def _services(cut: CutCandidate, holders: Sequence[Holder]) -> frozenset[str]:
    """The prefixes of the actions that it is about; "*" among them: of all."""
    if cut.how is CutHow.UNTRUST:
        return frozenset({"sts"})
    if cut.action:
        return frozenset({cut.action.partition(":")[0]})
    policies = (policy for holder in holders for policy in holder.policies if _is_of(policy.name, cut))
    documents = {id(policy.document): policy.document for policy in policies}
    return frozenset().union(*map(_prefixes, documents.values()))


def _is_of(policy: str, cut: CutCandidate) -> bool:
    if cut.place.kind is PlaceKind.MANAGED:
        return policy == cut.place.arn
    return policy.split(" of group ")[0] == f"inline policy {cut.place.name}"


def _prefixes(document: CompiledDocument) -> set[str]:
    allowing = [statement for statement in document.statements if statement.allows]
    if any(statement.not_actions for statement in allowing):
        return {"*"}
    return {pattern.partition(":")[0].lower() for each in allowing for pattern in each.actions.patterns}


def _what(cut: CutCandidate, services: frozenset[str]) -> str:
    names = [name_of(arn) for arn in cut.others]
    match cut.how:
        case CutHow.LIMIT:
            return f"{cut.action} on {some(names)}"
        case CutHow.UNTRUST:
            return f"To assume {name_of(cut.place.arn)}"
        case CutHow.TAKE if cut.is_named:
            return f"{cut.action}, as far as {cut.place.called} allows it"
        case CutHow.TAKE:
            return f"{cut.action} on anything, whatever else allows it"
    if "*" in services:
        return f"All that {cut.place.called} allows, of every service"
    return f"All that {cut.place.called} allows: {counted(len(services), 'service')} ({some(sorted(services))})"


class _LastUses:
    """Looked up for all of them at once."""

    def __init__(self, aws_account: AwsAccount, holders: Iterable[Sequence[Holder]]) -> None:
        by_kind: dict[str, set[str]] = {"iam.user": set(), "iam.role": set()}
        for holder in chain.from_iterable(holders):
            by_kind["iam.role" if holder.is_role else "iam.user"].add(holder.unique_id)
        self._reported: set[str] = set()
        self._used: dict[tuple[str, str], datetime] = {}
        for kind, ids in by_kind.items():
            of: Mapping[str, object] = {"aws_account_id": aws_account.pk, "kind": kind}
            of_facet = {**of, "source": FACET, "region": "", "gone_at": None, "coverage": Facet.Coverage.READ.value}
            self._reported |= {
                row["object_id"] for row in bulk.select(Facet, ("object_id",), "object_id", ids, of_facet)
            }
            for row in bulk.select(ServiceLastAccessed, ("object_id", "service", "at"), "object_id", ids, dict(of)):
                if row["at"]:
                    self._used[row["object_id"], row["service"].lower()] = row["at"]

    def of(self, holders: Sequence[Holder], services: frozenset[str]) -> LastUse:
        if len(holders) > _MOST_ASKED:
            return LastUse(is_known=False)
        mine = {holder.unique_id: holder for holder in holders}
        used = [
            (at, mine[whose])
            for (whose, service), at in self._used.items()
            if whose in mine and (service in services or "*" in services)
        ]
        if not used:
            return LastUse(is_known=bool(mine) and mine.keys() <= self._reported)
        at, who = max(used, key=lambda each: each[0])
        return LastUse(is_known=True, at=at, by=name_of(who.arn))
