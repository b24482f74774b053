"""What access a change gives and takes: on its plan, and on a page of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from policies.operations import plan_update
from sync import changes
from sync.models import Change
from sync.operations import StepSpec
from tests.services.pages import address, get, text_of
from tests.services.rows import make_policy
from tests.services.world import document

ClientOf = Callable[..., Client]


@pytest.fixture
def change_to(aws_account: AwsAccount, erin: Operator) -> Callable[[str], Change]:
    """A change that writes a text where the policy allows s3:Action1."""
    policy = make_policy(aws_account)

    def propose(text: str) -> Change:
        steps = plan_update(policy, text)
        return changes.propose(aws_account=aws_account, actor=erin, title="Edit", reason="", steps=steps)

    return propose


def test_says_what_is_gained_and_lost(change_to: Callable[[str], Change], bob: Operator, client_of: ClientOf) -> None:
    text = text_of(get(client_of(bob), "change_access", pk=change_to(document("s3:GetObject")).pk))
    assert "Allows in addition s3:GetObject on arn:aws:s3:::acme-reports/*" in text
    assert "Allows no longer s3:Action1 on arn:aws:s3:::acme-reports/*" in text


def test_other_words_give_the_same_access(
    change_to: Callable[[str], Change], bob: Operator, client_of: ClientOf
) -> None:
    renamed = document("s3:Action1").replace('"Effect"', '"Sid": "Other", "Effect"')
    text = text_of(get(client_of(bob), "change_access", pk=change_to(renamed).pk))
    assert "Both texts give the same access." in text


def test_the_plan_asks_for_it(change_to: Callable[[str], Change], bob: Operator, client_of: ClientOf) -> None:
    change = change_to(document("s3:GetObject"))
    client, panel = client_of(bob), address("change_access", pk=str(change.pk))
    assert f'hx-get="{panel}"' in get(client, "change", pk=change.pk)
    fragment = client.get(panel, headers={"HX-Request": "true"}).content.decode()
    assert "s3:GetObject" in fragment
    assert "<html" not in fragment


def test_a_change_without_documents_has_no_such_panel(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    policy = make_policy(aws_account, versions=2)
    step = StepSpec("iam.policy.delete_version", {"policy_arn": policy.arn, "version": "v1"})
    change = changes.propose(aws_account=aws_account, actor=erin, title="Tidy up", reason="", steps=[step])
    assert address("change_access", pk=str(change.pk)) not in get(client_of(erin), "change", pk=change.pk)
    assert "writes no policy document" in get(client_of(erin), "change_access", pk=change.pk)
