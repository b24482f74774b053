"""The answer of the page: everybody who may, by number, and those who are trusted from outside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from access.across import AcrossMatches, across_of, has_a_mirror, numbers_among
from access.connected import ConnectedIndexes, ConnectedPrincipals
from access.denied.words import short
from access.descriptions import describe_condition, describe_example
from access.index import cached_index
from access.matches import WhoCanMatch
from access.object_links import links_of, principal_url
from access.outsiders import EVERYBODY, Outsider, outsiders
from access.patterns import who_can, wide_in
from access.resource_sides.lookup import ResourceSides, nobody
from access.resource_sides.values import ResourceSide, SideNotRead
from access.resource_sides.wide import WideResources
from access.role_chains import ChainSearch
from access.rows import digest_of
from access.who_can.places import PrincipalPlaces
from access.who_can.ways import Fold, Way, by_policy, folded, policies_and_groups, ways_of
from accounts.models import AwsAccount
from aws_constraints.arn import account_in, name_of
from iamconsole.web.exports import csv_line
from policies.engine.catalogue import spelled
from policies.engine.combine import Decision
from policies.engine.layers import LayerName
from policies.engine.somewhere import is_pattern
from policies.holdings import ResourceChange

CONDITIONAL = "conditional"
_TRUST = "trust policy of "


def policy_words(policy: str) -> str:
    """What the evaluator calls a policy, without ARNs."""
    return f"{_TRUST}{name_of(policy.removeprefix(_TRUST))}" if policy.startswith(_TRUST) else short(policy)


@dataclass(frozen=True)
class WayLine:
    """`url`: of the policy; `groups`: names and addresses of those by which it is had; "" for those we lack."""

    policy: str
    url: str
    statements: Sequence[str]
    groups: Sequence[tuple[str, str]] = ()
    is_own: bool = True

    @property
    def words(self) -> str:
        """For files: "payroll-read, statement Read, by group finance"."""
        names = [name for name, _ in self.groups]
        by = f"by group{'s' if len(names) > 1 else ''} {' and '.join(names)}" if names else ""
        said = f"{self.policy}, statement{'s' if len(self.statements) > 1 else ''} {', '.join(self.statements)}"
        return ", ".join(filter(None, [said, f"its own and {by}" if by and self.is_own else by]))


UNSEEN = "Access from an AWS account that you can’t see"


@dataclass(frozen=True)
class ThereMatch:
    """Somebody in another AWS account."""

    of: AcrossMatches
    match: WhoCanMatch

    @property
    def decision(self) -> Decision:
        return self.match.decision


@dataclass(frozen=True)
class Unseen:
    """Somebody in AWS accounts that the asker may not see."""

    decision: Decision


@dataclass(frozen=True)
class WhoCanLine:
    """`kind`: "user", "role" or, of who isn't in the mirror, ""; then `url` is "", too. `example`: of a pattern, what
    they may, and where."""

    name: str
    url: str
    kind: str
    decision: str
    because: Sequence[WayLine]
    only_if: str = ""
    example: str = ""
    arn: str = ""
    account: str = ""  # another AWS account, in words

    @property
    def shown(self) -> str:
        """Unknown is left where nothing can be said: under a condition that is known, it is yes."""
        return CONDITIONAL if self.decision == Decision.UNKNOWN and self.only_if.startswith("only ") else self.decision


Listed = WhoCanMatch | ThereMatch | Outsider | Unseen


class WhoCanAnswer:
    """`like`: the unique id of somebody, to list only who gets it in the same way; "" for everybody. `may_see`: whether
    something of another AWS account, by its id, may be told to who asks.
    """

    def __init__(
        self,
        aws_account: AwsAccount,
        asked: Mapping[str, Any],
        like: str = "",
        may_see: Callable[[str], bool] = nobody,
        changes: Sequence[ResourceChange] = (),
    ) -> None:
        self.aws_account, self.asked = aws_account, asked
        self.sides = ResourceSides(aws_account, may_see, changes=changes)
        self._may_see = may_see
        self._has_looked = False
        self.cached = cached_index(aws_account)
        self.index = self.cached.index
        self.connected = ConnectedIndexes(aws_account)
        question = (asked["action"], asked["resource"], asked["context"])
        self.found = who_can(self.index, *question, self.sides)
        self.across = across_of(aws_account, self.index, question, self.sides, self._is_seen, self.connected)
        self.others = list(outsiders(self.index, *question, self.sides, has_a_mirror))
        self.like = next((fold for fold in self.folds if _has(fold, like)), None) if like else None

    def _is_seen(self, aws_account: AwsAccount) -> bool:
        return self._may_see(aws_account.account_id)

    @property
    def listed(self) -> Sequence[Listed]:
        if self.like:
            return self.like.matches
        there = [ThereMatch(matches, match) for matches, match in self.across.listed]
        unseen = [Unseen(self.across.unseen)] if self.across.unseen else []
        return [*self.found, *there, *unseen, *self.others]

    @property
    def total(self) -> int:
        return len(list(self.decisions))

    @property
    def decisions(self) -> Iterator[Decision]:
        yield from (each.decision for each in self.found)
        yield from (match.decision for _, match in self.across.listed)
        yield from [self.across.unseen] if self.across.unseen else []
        yield from (each.verdict.decision for each in self.others)

    @cached_property
    def folds(self) -> Sequence[Fold]:
        return folded(self.found, self.cached.groups)

    # ---- Chains of roles, also over other AWS accounts -------------------------------------------------------
    @cached_property
    def chains(self) -> ChainSearch:
        """Kept beside the index: it goes on where it stopped. It is the same for whoever asks."""
        apart = [("", each.holder.row, each.decision.value, each.holder.is_role) for each in self.found]
        apart += [
            (of.aws_account.account_id, each.holder.row, each.decision.value, each.holder.is_role)
            for of in self.across.found
            for each in of.matches
        ]
        key = digest_of(sorted(apart))  # what they may comes of more than the index
        return self.cached.answer(
            ("chains", key), self._chain_search, lambda kept: kept.principals.goes_on_with(self.connected)
        )

    def _chain_search(self) -> ChainSearch:
        principals = ConnectedPrincipals(self.index, self.connected)
        who = numbers_among(principals, self.found, self.across)
        roles = {number: each.decision is Decision.ALLOWED for number, each in who.items() if each.holder.is_role}
        return ChainSearch(principals, roles, who)

    def look_on(self, steps: int) -> None:
        """Goes on looking for chains; once, whoever asks for them to make a page."""
        if not self._has_looked:
            self._has_looked = True
            self.chains.go_on(steps)

    @property
    def by_number(self) -> Mapping[int, WhoCanMatch]:
        """Who may themselves, by their number among the principals of the chains."""
        return numbers_among(self.chains.principals, self.found, self.across)

    @cached_property
    def places(self) -> PrincipalPlaces:
        return PrincipalPlaces(
            self.aws_account, self.cached.groups, self.chains.principals, self.connected, self._may_see
        )

    @property
    def wide(self) -> WideResources | None:
        """Of a pattern that stands for several resources with policies of their own: those that are held."""
        return wide_in(self.sides, self.asked["action"], self.asked["resource"])

    @property
    def side(self) -> ResourceSide | SideNotRead | None:
        """What is held of the resource; None where policies of principals alone decide, or trust policies."""
        return self.sides.of(self.asked["action"], self.asked["resource"])

    @property
    def said_of_resource(self) -> Sequence[str]:
        """Sentences: what beside the policy of the resource counts, or may."""
        if self.wide is not None:
            return [" ".join(self.wide.sentences)] if self.wide.sentences else []
        side = self.side
        if isinstance(side, SideNotRead):
            return [side.said] if side.said else []
        if side is None:
            return []
        said = (side.own, side.others) if side.account_id == self.aws_account.account_id else (side.others,)
        return list(dict.fromkeys(each for part in said for each in (*part.notes, *part.unsure)))

    def lines(self, first: int = 0, most: int | None = None) -> Iterator[WhoCanLine]:
        """`first`: from 0."""
        listed = self.listed[first : None if most is None else first + most]
        ways = [self._ways(each) for each in listed]
        by_account: dict[AwsAccount, list[Way]] = defaultdict(list)
        for each, found in zip(listed, ways, strict=True):
            by_account[self._account_of(each)] += found
        links = {of: links_of(of, set(policies_and_groups(found))) for of, found in by_account.items()}
        for each, found in zip(listed, ways, strict=True):
            if isinstance(each, Outsider):
                yield outsider_line(each)
            elif isinstance(each, Unseen):
                yield WhoCanLine(UNSEEN, "", "", each.decision, ())
            else:
                of = self._account_of(each)
                yield self._line(each, of, [way_line(way, links[of]) for way in found])

    def _ways(self, each: Listed) -> tuple[Way, ...]:
        if isinstance(each, ThereMatch):
            return ways_of(each.match, each.of.groups)
        return ways_of(each, self.cached.groups) if isinstance(each, WhoCanMatch) else ()

    def _account_of(self, each: Listed) -> AwsAccount:
        return each.of.aws_account if isinstance(each, ThereMatch) else self.aws_account

    def links(self, ways: Iterable[Way], of: AwsAccount | None = None) -> Mapping[str, str]:
        """`of`: the AWS account whose policies and groups they name, if not the one that is asked."""
        return links_of(of or self.aws_account, set(policies_and_groups(ways)))

    def csv(self) -> Iterator[str]:
        yield csv_line(("Name", "ARN", "Answer", "Condition", "Example", "AWS account", "Because of"))
        for line in self.lines():
            because = "; ".join(each.words for each in line.because)
            own = str(self.aws_account) if line.kind and not line.account else line.account
            yield csv_line((line.name, line.arn, line.decision, line.only_if, line.example, own, because))

    def _line(self, each: WhoCanMatch | ThereMatch, of: AwsAccount, because: Sequence[WayLine]) -> WhoCanLine:
        """`of`: the AWS account that they are in."""
        found = each.match if isinstance(each, ThereMatch) else each
        is_about_pattern = is_pattern(self.asked["action"]) or is_pattern(self.asked["resource"])
        return WhoCanLine(
            name_of(found.arn),
            principal_url(of, found.holder.unique_id, found.holder.is_role),
            "role" if found.holder.is_role else "user",
            found.decision,
            because,
            describe_condition(found),
            describe_example(found) if is_about_pattern and not found.is_undecided else "",
            found.arn,
            "" if of == self.aws_account else str(of),
        )


def way_line(way: Way, links: Mapping[str, str]) -> WayLine:
    groups = [(name_of(group), links.get(group, "")) for group in way.groups]
    return WayLine(policy_words(way.policy), links.get(way.policy, ""), way.statements, groups, way.is_own)


def outsider_line(found: Outsider) -> WhoCanLine:
    keys = found.verdict.missing_context
    depends = f"depends on {', '.join(map(spelled, keys))}" if keys else ""
    of_resource = (reason for reason in found.verdict.reasons if reason.layer is LayerName.RESOURCE)
    reasons = [reason for reason in of_resource if reason.statement is not None and reason.effect == "Allow"]
    because = [
        WayLine(policy_words(policy), "", [reason.named for reason in same])
        for (policy, _), same in by_policy(reasons).items()
    ]
    return WhoCanLine(outsider_name(found), "", "", found.verdict.decision, because, depends, arn=found.name)


def outsider_name(found: Outsider) -> str:
    """In words; as the policy has it where that says it."""
    if found.name == EVERYBODY:
        return "Anybody, without signing in" if found.is_anonymous else "Anybody with an AWS account"
    account = account_in(found.name) or (found.name if found.name.isdigit() else "")
    if found.name == account or found.name.endswith(":root"):
        return f"AWS account {account}, which isn’t connected"
    return f"{found.name}, in an AWS account that isn’t connected" if account and ":iam::" in found.name else found.name


def _has(fold: Fold, unique_id: str) -> bool:
    return any(match.holder.unique_id == unique_id for match in fold.matches)
