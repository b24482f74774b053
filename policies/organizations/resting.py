"""AWS accounts that rest: their organization says that they are suspended, being closed or closed, or no longer has one
that was enrolled from it. Nothing is asked of them then; they come back by themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from accounts.models import AwsAccount
from accounts.services.aws_accounts import follow_resting
from policies.models import OrgAccount, Organization
from policies.organizations.places import reads_the_tree

Resting = AwsAccount.Resting
# Of AWS's words for the state of an account those with which nobody gets in ("Account" in the API Reference).
_STATES: Mapping[str, str] = {
    "SUSPENDED": Resting.SUSPENDED,
    "PENDING_CLOSURE": Resting.CLOSED,
    "CLOSED": Resting.CLOSED,
}


def follow(account_ids: Collection[str]) -> None:
    """To be called in the transaction that wrote their rows. `account_ids`: also of AWS accounts that aren't here."""
    here = AwsAccount.objects.filter(account_id__in=account_ids).exclude(connection=AwsAccount.Connection.SNAPSHOT)
    aws_accounts = list(here)
    if not aws_accounts:
        return
    told = told_of(aws_accounts)
    for each in aws_accounts:
        if (resting := told.get(each.account_id)) is not None and resting != each.resting:
            follow_resting(aws_account=each, resting=resting)


def follow_every_minute() -> None:
    """What no transaction saw to, such as an AWS account that was connected after its organization was read."""
    if Organization.objects.exists():
        follow(AwsAccount.objects.values_list("account_id", flat=True))


def told_of(aws_accounts: Sequence[AwsAccount]) -> dict[str, str]:
    """What it rests for, "" where it doesn't, by account id; none of whom nothing is known.

    The management account's mirror goes before a delegate's, which may be behind. None says it of its own AWS account,
    which then could never be asked whether it still is so; nor of one that says it is in another organization.
    """
    readers: dict[int, Organization] = {}
    own: dict[str, str] = {}
    for row in Organization.objects.live().select_related("aws_account"):
        own[row.aws_account.account_id] = row.aws_id
        if reads_the_tree(row):
            readers[row.aws_account_id] = row
    by_number: dict[str, list[OrgAccount]] = {each.account_id: [] for each in aws_accounts}
    for node in OrgAccount.objects.filter(aws_account__in=readers, aws_id__in=by_number):
        reader = readers[node.aws_account_id]
        is_its_own = node.aws_id == reader.aws_account.account_id
        if not is_its_own and (node.gone_at or own.get(node.aws_id, reader.aws_id) == reader.aws_id):
            by_number[node.aws_id].append(node)
    managing = {pk for pk, row in readers.items() if row.management_id == row.aws_account.account_id}
    said = {each.account_id: _said(each, by_number[each.account_id], readers, managing) for each in aws_accounts}
    return {number: resting for number, resting in said.items() if resting is not None}


def _said(
    aws_account: AwsAccount, nodes: Sequence[OrgAccount], readers: Mapping[int, Organization], managing: Collection[int]
) -> str | None:
    live = sorted(
        (node for node in nodes if node.gone_at is None), key=lambda node: node.aws_account_id not in managing
    )
    wanted = aws_account.enrolled_in
    if wanted and not any(readers[node.aws_account_id].aws_id == wanted for node in live):
        has_left = any(node.gone_at and readers[node.aws_account_id].aws_id == wanted for node in nodes)
        return Resting.LEFT if has_left else None
    return _STATES.get(live[0].state, "") if live else None
