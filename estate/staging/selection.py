"""Objects of a kind in several AWS accounts, picked in the list of all of them, with what can be done with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.access import may
from accounts.models import AwsAccount, Operator
from estate.across import across
from iamconsole.web.filters import Filter
from iamconsole.web.tables import Table
from iamconsole.web.words import counted
from identities.object_pages import GROUP, ROLE, USER
from identities.tables import GROUPS, ROLES, USERS
from objects import object_actions
from objects.object_actions import ObjectAction
from objects.object_pages import ObjectPages
from policies.models import ManagedPolicy
from policies.tables import POLICIES
from policies.views.managed_policies import POLICY

MOST_SHOWN = 50


@dataclass(frozen=True)
class StagedKind:
    """`path`: of its list of all AWS accounts (estate/lists.py)."""

    pages: ObjectPages
    table: Table
    path: str

    @property
    def list_url(self) -> str:
        return reverse(f"all_{self.path}")

    @property
    def stage_url(self) -> str:
        return reverse(f"all_{self.path}_stage")

    def action_url(self, action: ObjectAction) -> str:
        return reverse(f"all_{self.path}_stage_action", kwargs={"action": action.name})

    def rows(self, operator: Operator, aws_accounts: Sequence[AwsAccount]) -> QuerySet[Any]:
        """Of which a change may be staged there. Policies of AWS are the same in all, and nobody's to change."""
        rows = self.pages.of.rows_for(operator).filter(aws_account__in=aws_accounts).select_related("aws_account")
        return rows.filter(is_aws=False) if self.pages.of.model is ManagedPolicy else rows


def _by_default(table: Table, name: str, value: str) -> Table:
    """With a filter in force that can be taken away: policies of AWS are the same in every AWS account."""

    def shown(choice: Filter) -> Filter:
        return replace(choice, default=value) if choice.name == name else choice

    return replace(table, filters=tuple(shown(choice) for choice in table.filters))


KINDS = (
    StagedKind(USER, across(USERS), "users"),
    StagedKind(GROUP, across(GROUPS), "groups"),
    StagedKind(ROLE, across(ROLES), "roles"),
    StagedKind(
        POLICY, replace(across(_by_default(POLICIES, "managed_by", "customer")), many="managed policies"), "policies"
    ),
)
BY_PATH: Mapping[str, StagedKind] = {each.path: each for each in KINDS}
BY_KIND: Mapping[str, StagedKind] = {each.pages.name: each for each in KINDS}


def staging_accounts(operator: Operator, kind: StagedKind, held: Sequence[AwsAccount]) -> list[AwsAccount]:
    """Those of `held` in which the operator may propose a change of such objects."""
    return [each for each in held if may(operator, kind.pages.of.stage, each)]


@dataclass(frozen=True)
class PickedRows:
    aws_account: AwsAccount
    rows: Sequence[Any]


@dataclass(frozen=True)
class PickedAcross:
    """By AWS account, in the order of their names. `left_out`: others, with which the action can't be done."""

    kind: StagedKind
    groups: Sequence[PickedRows]
    left_out: int = 0

    @classmethod
    def of(cls, kind: StagedKind, rows: Sequence[Any], open_ones: Sequence[AwsAccount]) -> PickedAcross:
        """`open_ones`: the AWS accounts in which the operator may propose a change."""
        by_account: dict[AwsAccount, list[Any]] = {each: [] for each in open_ones}
        for row in rows:
            if row.aws_account in by_account:
                by_account[row.aws_account].append(row)
        groups = [PickedRows(each, found) for each, found in by_account.items() if found]
        kept = sum(len(each.rows) for each in groups)
        return cls(kind, groups, len(rows) - kept)

    @property
    def rows(self) -> Sequence[Any]:
        return [row for group in self.groups for row in group.rows]

    @property
    def words(self) -> str:
        """ "3 roles in 2 AWS accounts"."""
        of = self.kind.pages.of
        return f"{counted(len(self.rows), of.word, of.several)} in {counted(len(self.groups), 'AWS account')}"

    @property
    def left_out_words(self) -> str:
        return f"It can’t be done with {counted(self.left_out, 'other')} that you picked." if self.left_out else ""

    @property
    def shown(self) -> Sequence[tuple[Any, str]]:
        """Each with what it is called."""
        return [(row, self.kind.pages.called(row)) for row in self.rows[:MOST_SHOWN]]

    @property
    def not_shown(self) -> int:
        return max(0, len(self.rows) - MOST_SHOWN)

    def fit_for(self, action: ObjectAction, operator: Operator) -> PickedAcross:
        groups = []
        for group in self.groups:
            rows = [row for row in group.rows if action.offered(row)]
            if rows and action.is_for(operator, group.aws_account):
                groups.append(PickedRows(group.aws_account, rows))
        fit = replace(self, groups=groups)
        return replace(fit, left_out=self.left_out + len(self.rows) - len(fit.rows))


@dataclass(frozen=True)
class AcrossOffer:
    action: ObjectAction
    picked: PickedAcross
    url: str


def actions_across(kind: StagedKind) -> list[ObjectAction]:
    return [each for each in object_actions.actions_at(kind.pages.name) if each.many and each.across]


def offers(picked: PickedAcross, operator: Operator, query: str) -> list[AcrossOffer]:
    """What can be done with some of them. `query`: of the address, which names them."""
    found = []
    for action in actions_across(picked.kind):
        fit = picked.fit_for(action, operator)
        if fit.rows:
            found.append(AcrossOffer(action, fit, f"{picked.kind.action_url(action)}?{query}"))
    return found
