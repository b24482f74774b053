"""The access that a plan gives and takes: principals with the same documents before and after are compared once."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from access.escalation.administrator import is_administrator
from access.holders import Holder, caller_named
from access.plans import comparing
from access.plans.comparing import NOT_COMPARED, DocumentComparison, compare, text, without_common
from access.plans.control_policies import AccountLimits
from access.plans.holdings import NOTHING, Combination, PrincipalHoldings, is_group
from access.plans.relevant import RelevantStatements
from access.surroundings import Surroundings, surroundings_of
from policies.engine.compiled import compiled
from policies.engine.layers import LayerPolicy


# ---- Who becomes an administrator ----------------------------------------------------------------------------
class Administrators:
    """Remembers: few different combinations of documents can make one."""

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._known: dict[tuple[frozenset[str], str | None, bool], bool] = {}

    def becomes(self, arn: str, before: Combination, after: Combination) -> bool:
        return self._is_one(arn, after) and not self._is_one(arn, before)

    @cached_property
    def limits(self) -> AccountLimits:
        """What control policies leave to each."""
        return AccountLimits(self._surroundings)

    @cached_property
    def _surroundings(self) -> Surroundings:
        return surroundings_of(self._account_id)

    def _is_one(self, arn: str, has: Combination) -> bool:
        if not any(text(document).is_wide for document in has.documents):
            return False
        that_matter = frozenset(each for each in has.documents if text(each).is_wide or text(each).denies)
        key = (that_matter, has.boundary, ":role/" in arn)
        if key not in self._known:
            self._known[key] = self._asked(arn, that_matter, has.boundary)
        return self._known[key]

    def _asked(self, arn: str, documents: frozenset[str], boundary: str | None) -> bool:
        caller = caller_named(arn)
        if caller is None:
            return False
        holder = Holder(
            caller,
            0,
            "",
            tuple(LayerPolicy("", compiled(document)) for document in documents),
            None if boundary is None else LayerPolicy("", compiled(boundary)),
            trust=LayerPolicy("", compiled(NOTHING)) if ":role/" in arn else None,
        )
        return is_administrator(holder, self._surroundings)


SHOWN = 10  # of those whom it concerns
MOST_OTHERS = 200  # that open below those
MOST_OTHERS_KEPT = 2_000  # of all effects together
MOST_COMPARED = 40  # pairs of combinations: half a second at worst, mostly
MOST_KEPT = 150_000  # characters of all effects together
MOST_NAMED = 20_000  # of those whom it concerns; of more, only that they are the same
KINDS = ("gained", "lost", "perhaps", "denied", "allowed_again")
GIVING = ("gained", "perhaps", "allowed_again")

Pair = tuple[Combination, Combination]


@dataclass(frozen=True)
class Effort:
    """How much is compared: so many pairs of combinations, with so many steps each, about a microsecond a step."""

    pairs: int = MOST_COMPARED
    steps: int = comparing.STEPS


_AT_THE_PROPOSAL = Effort()


@dataclass(frozen=True)
class AffectedPrincipals:
    """Some who have the same. `of`: the ARN of a policy that nobody has, or of a group without members, instead.

    `of_resources`: sentences, what policies of resources make of it.
    """

    arns: Sequence[str]
    comparison: DocumentComparison
    administrators: bool = False
    of: str = ""
    of_resources: tuple[str, ...] = ()


def effects(
    before: PrincipalHoldings,
    after: PrincipalHoldings,
    administrators: Administrators,
    tags: Collection[str],
    effort: Effort = _AT_THE_PROPOSAL,
) -> list[AffectedPrincipals]:
    """`tags`: the keys of those that change."""
    pairs: dict[tuple[Pair, bool, str], list[str]] = defaultdict(list)
    relevant = RelevantStatements()
    for was, now in before.pairs_with(after):
        arn = now or was
        if not is_group(arn):
            acts_as = after.taken.get(arn, arn)
            had, has = (administrators.limits.of(each) for each in (after.taken.get(was, was) or acts_as, acts_as))
            pair = before.combination(was, had, tags), after.combination(now, has, tags)
            reduced = relevant.pair(*pair)
            if reduced[0] != reduced[1]:
                pairs[reduced, administrators.becomes(acts_as, *pair), ""].append(arn)
    anybody = administrators.limits.of_anybody()
    for of, both in _of_nobody(before, after):
        limited = (replace(each, limits=anybody) for each in both)
        pairs[relevant.pair(*limited), False, of] = []
    return list(_merged(_compared(pairs, effort)))


def limit_effects(
    holdings: PrincipalHoldings, before: AccountLimits, after: AccountLimits, effort: Effort = _AT_THE_PROPOSAL
) -> list[AffectedPrincipals]:
    """Whose access changes where other control policies bound the AWS account, and their own policies stay."""
    pairs: dict[tuple[Pair, bool, str], list[str]] = defaultdict(list)
    relevant = RelevantStatements()
    for arn in sorted(holdings.owners):
        had, has = before.of(arn), after.of(arn)
        if is_group(arn) or had == has:
            continue
        combination = holdings.combination(arn, tags=())
        reduced = relevant.pair(replace(combination, limits=had), replace(combination, limits=has))
        if reduced[0] != reduced[1] and (reduced[0].lacks or _allows_anything(reduced[0])):
            pairs[reduced, False, ""].append(arn)
    return list(_merged(_compared(pairs, effort)))


def compared_pairs(
    pairs: Mapping[tuple[Pair, bool, str], list[str]], effort: Effort = _AT_THE_PROPOSAL
) -> list[AffectedPrincipals]:
    """Who has which pair of combinations: what becomes of them, those to whom the same happens together."""
    return list(_merged(_compared(dict(pairs), effort)))


def _allows_anything(has: Combination) -> bool:
    return any(statement.allows for document in has.documents for statement in compiled(document).statements)


def _of_nobody(before: PrincipalHoldings, after: PrincipalHoldings) -> Iterator[tuple[str, Pair]]:
    """Policies that nobody has, and groups without members: what is given to whoever gets them.

    Of what is deleted, nothing: nobody had it, and nobody can get it.
    """
    both = [*before.owners.values(), *after.owners.values()]
    had = {policy for owner in both for policy in (*owner.attached, owner.boundary)}
    for policy in sorted({*before.documents, *after.documents} - had):
        texts = [frozenset(filter(None, [each.documents.get(policy)])) for each in (before, after)]
        if texts[0] != texts[1] and texts[1] != {NOTHING}:
            yield policy, (Combination(texts[0]), Combination(texts[1]))
    members = {group for owner in both for group in owner.groups}
    for former, arn in before.pairs_with(after):
        if is_group(arn) and not {former, arn} & members:
            was, becomes = before.combination(former), after.combination(arn)
            if was != becomes:
                yield arn, (was, becomes)


def _compared(pairs: dict[tuple[Pair, bool, str], list[str]], effort: Effort) -> Iterator[AffectedPrincipals]:
    if len(pairs) > effort.pairs:
        yield from _compared_by_what_differs(pairs, effort)
        return
    for (pair, becomes, of), arns in pairs.items():
        yield AffectedPrincipals(arns, compare(*pair, effort.steps), becomes, of)


def _compared_by_what_differs(
    pairs: dict[tuple[Pair, bool, str], list[str]], effort: Effort
) -> Iterator[AffectedPrincipals]:
    """There are too many combinations to look at each: what the others have in common is left out of account."""
    reduced: dict[tuple[Pair, bool, str], list[str]] = defaultdict(list)
    for (pair, becomes, of), arns in pairs.items():
        reduced[without_common(*pair), becomes, of] += arns
    largest = sorted(reduced.items(), key=lambda each: (-len(each[1]), each[1]))
    for number, ((pair, becomes, of), arns) in enumerate(largest):
        comparison = replace(compare(*pair, effort.steps), at_most=True) if number < effort.pairs else NOT_COMPARED
        yield AffectedPrincipals(sorted(arns), comparison, becomes, of)


def _merged(found: Iterable[AffectedPrincipals]) -> Iterator[AffectedPrincipals]:
    """Those to whom the same happens; the largest first."""
    groups: dict[tuple[str, bool, str], list[AffectedPrincipals]] = defaultdict(list)
    for each in found:
        if not each.comparison.is_nothing:
            groups[comparing.seal(_lists(each.comparison)), each.administrators, each.of].append(each)
    merged = (replace(group[0], arns=sorted(arn for each in group for arn in each.arns)) for group in groups.values())
    yield from sorted(merged, key=lambda each: (not each.administrators, -len(each.arns), each.of, each.arns))


def _lists(comparison: DocumentComparison) -> list[Any]:
    return [*(list(getattr(comparison, kind)) for kind in KINDS), list(comparison.why), comparison.at_most]


# ---- As kept -------------------------------------------------------------------------------------------------
def kept_effects(
    found: Iterable[AffectedPrincipals], *holdings: PrincipalHoldings, most: int = MOST_KEPT
) -> list[dict[str, Any]]:
    """Of each `{who, others, count, ids, of, administrators, at_most, why, of_resources}` and lists by KINDS, as
    `kept_items` has them. `who` are the first, `others` those who follow.

    What is too much to keep is left out, but for its seals and how many it is. `most`: characters.
    """
    left, names_left = most, MOST_OTHERS_KEPT
    listed = []
    for each in found:
        comparison = {
            kind: comparing.kept_items(getattr(each.comparison, kind))
            for kind in KINDS
            if getattr(each.comparison, kind)
        }
        for smaller in (comparing.shortened, comparing.left_out):
            if sum(map(comparing.size_of, comparison.values())) > left:
                comparison = {kind: smaller(of) for kind, of in comparison.items()}
        left -= sum(map(comparing.size_of, comparison.values()))
        others = each.arns[SHOWN : SHOWN + min(MOST_OTHERS, names_left)]
        names_left -= len(others)
        listed.append(
            {
                "who": [[arn, _aws_id(holdings, arn)] for arn in each.arns[:SHOWN]],
                "others": [[arn, _aws_id(holdings, arn)] for arn in others],
                "count": len(each.arns),
                "ids": ids(each.arns),
                "of": each.of,
                "administrators": each.administrators,
                "at_most": each.comparison.at_most,
                "why": list(each.comparison.why),
                "of_resources": list(each.of_resources),
                **comparison,
            }
        )
    return listed


def _aws_id(holdings: Sequence[PrincipalHoldings], arn: str) -> str:
    """In the first of them where they are; "" for who isn't there yet."""
    return next((each.owners[arn].aws_id for each in holdings if arn in each.owners), "")


def ids(arns: Sequence[str]) -> list[str]:
    """Short names for principals, to know them again: of very many one for all."""
    return [identified(arn) for arn in arns] if len(arns) <= MOST_NAMED else [identified(" ".join(sorted(arns)))]


def identified(arn: str) -> str:
    return hashlib.sha256(arn.encode()).hexdigest()[:10]
