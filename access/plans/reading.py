"""Reads from the mirror what a plan touches: a handful of queries, however many steps and people there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from access.plans.holdings import Owner, PrincipalHoldings, named_arns
from accounts.models import AwsAccount
from iamconsole.web.once import once_a_page
from identities.models import Attachment, IamGroup, IamRole, IamUser, InlinePolicy, Membership
from policies.holdings import (
    AttachmentChange,
    BoundaryChange,
    ElsewhereChange,
    OrganizationChange,
    ResourceChange,
)
from policies.models import Document, ManagedPolicy, PolicyVersion
from sync.mirror import bulk
from sync.operation_mixins import ReadsAccessOffPlan
from sync.operations import AccessChange, PlannedStep

Row = dict[str, Any]
_NOT_HERE = (OrganizationChange, ResourceChange, ElsewhereChange)  # told by checks of their own
_SHARED = ("id", "arn", "aws_id")
_BOUNDED = (*_SHARED, "boundary_arn", "tags")
_OWNERS: Mapping[str, type[Any]] = {"user_id": IamUser, "group_id": IamGroup, "role_id": IamRole}
_COLUMNS: Mapping[str, Sequence[str]] = {"user_id": _BOUNDED, "group_id": _SHARED, "role_id": (*_BOUNDED, "trust_id")}


@dataclass(frozen=True)
class PlannedHoldings:
    """`undone`: what the steps to be undone first change, which `before` has already."""

    before: PrincipalHoldings
    after: PrincipalHoldings
    changes: Sequence[AccessChange]
    undone: Sequence[AccessChange]


def read_planned_holdings(
    aws_account: AwsAccount, steps: Sequence[PlannedStep], undoing: Sequence[PlannedStep]
) -> PlannedHoldings | None:
    """None where the steps change no access."""
    changes, undone = access_changes_of(aws_account, steps), access_changes_of(aws_account, undoing)
    if not changes:
        return None
    return holdings_between(aws_account, changes, undone)


def holdings_between(
    aws_account: AwsAccount, changes: Sequence[AccessChange], undone: Sequence[AccessChange]
) -> PlannedHoldings:
    """The mirror after `undone`, and that after `changes`."""
    before = read_holdings(aws_account, [*changes, *undone])
    before.apply_all(undone)
    after = before.copy()
    after.apply_all(changes)
    return PlannedHoldings(before, after, changes, undone)


def access_changes_of(aws_account: AwsAccount, steps: Iterable[PlannedStep]) -> list[AccessChange]:
    """What the steps change of who has what access in this AWS account, in their order."""
    found = (change for step in steps for change in _of_step(aws_account, step))
    return [change for change in found if not isinstance(change, _NOT_HERE)]


def organization_changes_of(aws_account: AwsAccount, steps: Iterable[PlannedStep]) -> list[OrganizationChange]:
    """What they change of what bounds the AWS accounts of its organization."""
    found = (change for step in steps for change in _of_step(aws_account, step))
    return [change for change in found if isinstance(change, OrganizationChange)]


def resource_changes_of(aws_account: AwsAccount, steps: Iterable[PlannedStep]) -> list[ResourceChange]:
    """What they change of what stands on resources."""
    found = (change for step in steps for change in _of_step(aws_account, step))
    return [change for change in found if isinstance(change, ResourceChange)]


def elsewhere_changes_of(aws_account: AwsAccount, steps: Iterable[PlannedStep]) -> list[ElsewhereChange]:
    """What they change in AWS accounts that they name."""
    found = (change for step in steps for change in _of_step(aws_account, step))
    return [change for change in found if isinstance(change, ElsewhereChange)]


def _of_step(aws_account: AwsAccount, step: PlannedStep) -> Sequence[AccessChange]:
    operation = step.operation
    if isinstance(operation, ReadsAccessOffPlan):
        return operation.access_changes_of_step(aws_account, step)
    return operation.access_changes(aws_account, step.params)


def read_holdings(aws_account: AwsAccount, access_changes: Sequence[AccessChange]) -> PrincipalHoldings:
    """All users and roles that are named, have a policy or boundary whose text changes, or are in such a group."""
    return _read(aws_account, tuple(access_changes)).copy()


def read_everybody(aws_account: AwsAccount) -> PrincipalHoldings:
    """All users, groups and roles of the AWS account. What is returned is for reading."""
    return _Reading(aws_account).read_everybody()


@once_a_page
def _read(aws_account: AwsAccount, access_changes: tuple[AccessChange, ...]) -> PrincipalHoldings:
    return _Reading(aws_account).read(access_changes)


class _Reading:
    def __init__(self, aws_account: AwsAccount) -> None:
        self._equal = {"aws_account_id": aws_account.pk, "gone_at": None}
        self._rows: dict[str, dict[int, Row]] = {owner: {} for owner in _OWNERS}

    def read(self, access_changes: Sequence[AccessChange]) -> PrincipalHoldings:
        owners, policies = named_arns(access_changes)
        self._add_by("arn", owners)
        self._add_by("boundary_arn", policies)
        for row in self._select(Attachment, tuple(_OWNERS), "arn", policies):
            for column in _OWNERS:
                if row[column] is not None:
                    self._rows[column].setdefault(row[column], {})
        self._add_missing("group_id", "role_id")
        for row in self._select(Membership, ("user_id",), "group_id", self._rows["group_id"]):
            self._rows["user_id"].setdefault(row["user_id"], {})
        self._add_missing("user_id")
        memberships = self._select(Membership, ("user_id", "group_id"), "user_id", self._rows["user_id"])
        for row in memberships:
            self._rows["group_id"].setdefault(row["group_id"], {})
        self._add_missing("group_id")
        return self._put_together(memberships, policies | _named_policies(access_changes))

    def read_everybody(self) -> PrincipalHoldings:
        for owner, model in _OWNERS.items():
            rows = model.objects.filter(**self._equal).values(*_COLUMNS[owner])
            self._rows[owner] = {row["id"]: row for row in rows}
        return self._put_together(
            self._select(Membership, ("user_id", "group_id"), "user_id", self._rows["user_id"]), set()
        )

    # ---- Rows ------------------------------------------------------------------------------------------------
    def _select(
        self, model: type[Any], columns: Sequence[str], column: str, among: Collection[Any]
    ) -> list[dict[str, Any]]:
        return bulk.select(model, [*dict.fromkeys((*columns, column))], column, among, self._equal)

    def _add_by(self, column: str, among: Collection[Any]) -> None:
        for owner, model in _OWNERS.items():
            if column in _COLUMNS[owner]:
                self._rows[owner] |= {row["id"]: row for row in self._select(model, _COLUMNS[owner], column, among)}

    def _add_missing(self, *owners: str) -> None:
        """Those of whom only the key is known; who is gone by now is left out."""
        for owner in owners:
            missing = [pk for pk, row in self._rows[owner].items() if not row]
            found = {row["id"]: row for row in self._select(_OWNERS[owner], _COLUMNS[owner], "id", missing)}
            self._rows[owner] = {
                pk: found.get(pk) or row for pk, row in self._rows[owner].items() if row or pk in found
            }

    # ---- Put together ----------------------------------------------------------------------------------------
    def _put_together(self, memberships: Iterable[Row], policies: set[str]) -> PrincipalHoldings:
        found = {(column, pk): _owner(row) for column, rows in self._rows.items() for pk, row in rows.items()}
        for row in memberships:
            user, group = found.get(("user_id", row["user_id"])), found.get(("group_id", row["group_id"]))
            if user and group:
                user.groups.add(group.arn)
        inline: list[tuple[Owner, str, int]] = []
        for column, rows in self._rows.items():
            for row in self._select(Attachment, (column, "arn"), column, rows):
                found[column, row[column]].attached.add(row["arn"])
            inline += [
                (found[column, row[column]], row["name"], row["document_id"])
                for row in self._select(InlinePolicy, (column, "name", "document_id"), column, rows)
            ]
        for owner in found.values():
            policies |= owner.attached | ({owner.boundary} - {""})
        versions = self._in_force(policies)
        trusts = {pk: row["trust_id"] for pk, row in self._rows["role_id"].items()}
        texts = _texts({*versions.values(), *trusts.values(), *(document for _, _, document in inline)})
        for owner, name, document in inline:
            owner.inline[name] = texts[document]
        for pk, trust in trusts.items():
            found["role_id", pk].trust = texts.get(trust, "")
        return PrincipalHoldings(
            {owner.arn: owner for owner in found.values()}, {arn: texts[pk] for arn, pk in versions.items()}
        )

    def _in_force(self, policies: Collection[str]) -> dict[str, int]:
        """By the policy's ARN its document."""
        rows = {row["id"]: row for row in self._select(ManagedPolicy, ("id", "default_version"), "arn", policies)}
        versions = bulk.select(PolicyVersion, ["policy_id", "version_id", "document_id"], "policy_id", rows)
        return {
            rows[row["policy_id"]]["arn"]: row["document_id"]
            for row in versions
            if row["version_id"] == rows[row["policy_id"]]["default_version"]
        }


def _owner(row: Row) -> Owner:
    return Owner(row["arn"], row["aws_id"], boundary=row.get("boundary_arn", ""), tags=dict(row.get("tags") or {}))


def _named_policies(access_changes: Iterable[AccessChange]) -> set[str]:
    """Those that somebody gets."""
    named = {change.policy_arn for change in access_changes if isinstance(change, AttachmentChange | BoundaryChange)}
    return named - {""}


def _texts(documents: Iterable[int | None]) -> dict[int | None, str]:
    wanted = {pk for pk in documents if pk is not None}
    return {row["id"]: row["text"] for row in bulk.select(Document, ["id", "text"], "id", wanted)}
