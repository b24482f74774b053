"""What access a change gives and takes, and whose: on its plan, and on a page of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from identities import operations
from policies.operations import plan_update
from sync import changes
from sync.models import Change
from sync.operations import StepSpec
from tests.access.mirrored import managed, user
from tests.services import pages
from tests.services.changing import propose
from tests.services.pages import address, get
from tests.services.rows import attach, make_policy
from tests.services.statements import allow, document_text, reports_policy

ClientOf = Callable[..., Client]


@pytest.fixture
def change(aws_account: AwsAccount, erin: Operator) -> Change:
    """An edit of what two people have."""
    policy = managed(aws_account, "reports", [allow("s3:GetObject")])
    for name in ("dana", "lee"):
        attach(user(aws_account, name), policy)
    return propose(aws_account, erin, plan_update(policy, document_text(allow("s3:PutObject"))))


def test_says_who_gains_and_loses_what(change: Change, bob: Operator, client_of: ClientOf) -> None:
    text = pages.text_of(get(client_of(bob), "change_access", pk=change.pk))
    assert "2 principals gain, 2 lose" in text
    assert "dana , lee + Gains s3:PutObject on * − Loses s3:GetObject on *" in text


def test_it_is_as_it_was_measured(change: Change, bob: Operator, client_of: ClientOf) -> None:
    user(change.aws_account, "later")
    change.measured["access"]["effects"][0]["who"] = [["arn:aws:iam::123456789012:user/somebody", ""]]
    change.save()
    assert "somebody" in get(client_of(bob), "change_access", pk=change.pk)


def test_the_plan_asks_for_it(change: Change, bob: Operator, client_of: ClientOf) -> None:
    client, panel = client_of(bob), address("change_access", pk=str(change.pk))
    assert f'hx-get="{panel}"' in get(client, "change", pk=change.pk)
    fragment = client.get(panel, headers={"HX-Request": "true"}).content.decode()
    assert "s3:PutObject" in fragment
    assert "<html" not in fragment


def test_a_new_administrator_stands_above_the_steps(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    everything = managed(aws_account, "everything", [allow("*")])
    step = operations.attach(user(aws_account, "dana"), everything.arn)
    plan = pages.text_of(get(client_of(erin), "change", pk=propose(aws_account, erin, [step]).pk))
    assert plan.index("dana becomes an administrator of this AWS account.") < plan.rindex("Attach everything to")


def test_other_words_give_the_same_access(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    policy = make_policy(aws_account)
    attach(user(aws_account, "dana"), policy)
    renamed = reports_policy("s3:Action1").replace('"Effect"', '"Sid": "Other", "Effect"')
    change = propose(aws_account, erin, plan_update(policy, renamed))
    assert "Nobody’s access changes." in get(client_of(erin), "change_access", pk=change.pk)


def test_of_a_policy_that_nobody_has_it_says_what_it_would_give(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    change = propose(aws_account, erin, plan_update(make_policy(aws_account), reports_policy("s3:GetObject")))
    text = pages.text_of(get(client_of(erin), "change_access", pk=change.pk))
    assert "Nobody yet: nobody has reports-write. Whoever gets it: + Gains s3:GetObject" in text


def test_a_change_of_no_access_has_no_such_panel(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    policy = make_policy(aws_account, versions=2)
    step = StepSpec("iam.policy.delete_version", {"policy_arn": policy.arn, "version": "v1"})
    change = changes.propose(aws_account=aws_account, actor=erin, title="Tidy up", reason="", steps=[step])
    assert address("change_access", pk=str(change.pk)) not in get(client_of(erin), "change", pk=change.pk)
    assert "gives and takes no access" in get(client_of(erin), "change_access", pk=change.pk)


def test_credentials_are_told_in_words(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    step = StepSpec("iam.key.create", {"arn": user(aws_account, "dana").arn})
    change = propose(aws_account, erin, [step])
    text = pages.text_of(get(client_of(erin), "change_access", pk=change.pk))
    assert "dana + Has a new access key" in text
