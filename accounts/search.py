"""Search for AWS accounts: by their name, their number, or an ARN that names one. For owners, for operators, too."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from accounts.roles import ADMINISTER, SEE_IAM
from aws_constraints.arn import account_in
from iamconsole.web.search import kinds, places
from iamconsole.web.search.asked import Rank, SearchQuery
from iamconsole.web.search.kinds import FoundKind, Searcher, SearchHit, best
from iamconsole.web.search.places import PAGES, SETTINGS, SearchPlace


def find_accounts(searcher: Searcher, asked: SearchQuery, most: int) -> Sequence[SearchHit]:
    named = account_in(asked.text)
    found = [
        _hit(searcher, each, Rank.PART if each.account_id == named else asked.rank(each.name, each.account_id))
        for each in searcher.aws_accounts
        if each.account_id == named or asked.fits(each.name, each.account_id)
    ]
    return best(found, most)


def _accounts_at(searcher: Searcher, refs: Sequence[str]) -> Sequence[SearchHit]:
    return [_hit(searcher, searcher.by_number[ref], Rank.EXACT) for ref in refs if ref in searcher.by_number]


def _hit(searcher: Searcher, aws_account: AwsAccount, rank: Rank) -> SearchHit:
    page = "overview" if searcher.operator.has_perm(SEE_IAM, aws_account) else "user_pools"
    return SearchHit(
        aws_account.name,
        reverse(page, kwargs={"account_id": aws_account.account_id}),
        f"{aws_account.account_id}, {aws_account.get_environment_display()}",
        rank=rank,
        elsewhere=searcher.is_elsewhere(aws_account.pk),
        ref=aws_account.account_id,
    )


def find_operators(searcher: Searcher, asked: SearchQuery, most: int) -> Sequence[SearchHit]:
    """As their list finds them."""
    if not searcher.holding(ADMINISTER):
        return []
    named = Q(name__icontains=asked.text) | Q(email__icontains=asked.text)
    return best(
        (
            SearchHit(
                str(each),
                reverse("operator", kwargs={"pk": each.pk}),
                each.email,
                rank=asked.rank(str(each), each.email),
            )
            for each in Operator.objects.filter(named).order_by("name", "pk")
        ),
        most,
    )


# By name, title, address, sort, and more words by which they are found.
_PLACES = (
    SearchPlace("accounts", "AWS accounts", "aws_accounts", PAGES, words="connected connections", icon="settings"),
    SearchPlace("invite", "Invite an operator", "operator_invite", PAGES, words="colleague new", icon="user-plus"),
    SearchPlace(
        "audit_check", "Check the audit trail", "audit_check", PAGES, words="verify chain", icon="shield-check"
    ),
    SearchPlace(
        "aws_account",
        "Settings of the AWS account",
        "aws_account",
        SETTINGS,
        words="name environment production region writes grants roles of operators approvals approval rules owner",
    ),
    SearchPlace("grant_rules", "Grants by label or unit", "grant_rules", SETTINGS, words="operators roles"),
    SearchPlace(
        "me", "My account", "mfa_index", SETTINGS, words="second factor mfa passkey authenticator totp recovery codes"
    ),
    SearchPlace("password", "Change my password", "account_change_password", SETTINGS, words="my account"),
    SearchPlace(
        "own_tokens", "My API tokens", "own_tokens", SETTINGS, words="my account program ci automation key bearer"
    ),
    SearchPlace("sessions", "My sessions", "usersessions_list", SETTINGS, words="my account sign out devices"),
)


def register() -> None:
    places.register(*_PLACES)
    kinds.register(
        FoundKind(
            name="aws-accounts",
            label="AWS accounts",
            icon="layers",
            position=2,
            words=("account", "accounts", "aws account"),
            find=find_accounts,
            at=_accounts_at,
        ),
        FoundKind(
            name="operators",
            label="Operators",
            icon="user-cog",
            position=84,
            words=("operator",),
            asked_for=lambda asked: "@" in asked.text,
            find=find_operators,
            least=3,
        ),
    )
