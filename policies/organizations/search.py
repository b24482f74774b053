"""Search for the accounts and units of organizations, connected or not: each has a page in the tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.urls import reverse

from accounts.models import Operator
from accounts.roles import SEE_IAM, roles_with
from iamconsole.web.search import kinds
from iamconsole.web.search.kinds import FoundRow, MirroredKind, Searcher, SearchHit, SearchScope
from policies.models import OrgAccount, OrgUnit


def _seen(operator: Operator) -> SearchScope:
    return SearchScope(operator.aws_accounts_with(roles_with(SEE_IAM)))


def _show(searcher: Searcher, rows: Sequence[FoundRow]) -> Mapping[int, SearchHit]:
    return {
        row.pk: SearchHit(
            row.name,
            reverse(
                "organization_node",
                kwargs={"account_id": searcher.by_pk[row.aws_account_id].account_id, "node_id": row.aws_id},
            ),
            row.aws_id,
            gone_at=row.gone_at,
        )
        for row in rows
    }


def register() -> None:
    kinds.register(
        MirroredKind(
            name="organization_accounts",
            label="Accounts of the organization",
            icon="network",
            position=46,
            words=("account", "accounts"),
            model=OrgAccount,
            sees=_seen,
            show=_show,
        ),
        MirroredKind(
            name="organization_units",
            label="Units of the organization",
            icon="network",
            position=47,
            words=("unit", "units", "ou"),
            model=OrgUnit,
            sees=_seen,
            show=_show,
        ),
    )
