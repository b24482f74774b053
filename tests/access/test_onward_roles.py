"""The roles that somebody may go on to, over AWS accounts: as the search backwards finds them, and on the tab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import given as for_any

from access.index import index_of
from access.onward_roles import OnwardSearch, ReachedRole
from access.role_chains import LONGEST
from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from identities.models import IamUser
from tests.access.mirrored import given, user
from tests.access.test_chains_across import ACCOUNTS, NAMES, A, B, C, by_brute_force, make, words
from tests.access.test_chains_across import three as three
from tests.services.fuzzing import as_long_as_asked
from tests.services.pages import get
from tests.services.rows import make_document, make_role
from tests.services.statements import document_text

ClientOf = Callable[..., Client]


def onward_of(client: Client, name: str) -> str:
    who = IamUser.objects.get(name=name)
    html = get(client, "user_access", account_id=who.aws_account.account_id, aws_id=who.aws_id)
    return html.partition('id="onward"')[2].partition("</section>")[0]


@pytest.mark.django_db
def test_over_two_aws_accounts(three: dict[str, AwsAccount], alice: Operator, client_of: ClientOf) -> None:
    Grant.objects.create(operator=alice, role=Role.VIEWER)
    said = words(onward_of(client_of(alice), "dana-secret"))
    assert "2 that it may assume, itself or as a role that it assumes" in said
    assert f"hop-secret Shop ({C}) Directly inline policy own, statement number 1 trust policy of hop-secret" in said
    assert f"reader Acme ({A}) Through hop-secret inline policy own, statement number 1" in said


@pytest.mark.django_db
def test_of_aws_accounts_that_one_may_not_see_no_name_is_told(
    three: dict[str, AwsAccount], charlie: Operator, client_of: ClientOf
) -> None:
    Grant.objects.create(operator=charlie, role=Role.VIEWER, aws_account=three[A])
    html = onward_of(client_of(charlie), "kim")
    said = words(html)
    assert said.count("Roles in an AWS account that you can’t see") == 1
    assert "reader Through a role in an AWS account that you can’t see trust policy of reader" in said
    assert f"Its policies allow it to assume roles of {C}, too" in said  # as its own policy says
    assert "secret" not in html
    assert "Shop" not in html


@as_long_as_asked(8)
@for_any(ACCOUNTS)
@pytest.mark.django_db
def test_forwards_as_backwards(accounts: Any) -> None:
    """Which roles the search from one principal finds, the searches to each role find, too."""
    with transaction.atomic():
        made = {each: make(each, each) for each in (A, B, C)}
        for account_id, (held, trusts, _) in zip((A, B, C), accounts, strict=True):
            arrange(made[account_id], held, trusts)
        indexes = {each: index_of(one) for each, one in made.items()}
        for account_id, index in indexes.items():
            for holder in index.holders:
                search = OnwardSearch([ReachedRole(made[account_id], holder)], most_steps=LONGEST)
                found = {role.holder.arn: (len(role.steps) - 1, role.is_sure) for role in search.found()}
                assert found == dict(backwards(indexes, holder.arn))
        transaction.set_rollback(True)


def arrange(aws_account: AwsAccount, held: Any, trusts: Any) -> None:
    user(aws_account, "u", *held[0])
    for number, name in enumerate(NAMES[1:], start=1):
        document = make_document(document_text(*trusts[number]))
        named = [{"type": "AWS", "value": each["Principal"]["AWS"]} for each in trusts[number]]
        made = make_role(aws_account, name.partition("/")[2], trust=document, trusted=named)
        given(made, *held[number])


def backwards(indexes: Any, who: str) -> Iterator[tuple[str, tuple[int, bool]]]:
    for target in (holder for index in indexes.values() for holder in index.holders):
        if target.is_role and target.arn != who:
            length, sure = by_brute_force(indexes, {target.arn: True}, 4).get(who, (0, False))
            if length:
                yield target.arn, (length - 1, sure)
