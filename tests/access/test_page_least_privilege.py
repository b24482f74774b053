"""The tab *Least privilege*: a proposal as a difference, or the sentence that says why there is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from identities.models import IamUser
from policies.models import EditorDraft
from tests.access.mirrored import managed
from tests.access.test_propose_least_privilege import OLD, inline, report
from tests.services.pages import address, get, text_of
from tests.services.rows import attach, make_role, make_user
from tests.services.statements import allow

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


@pytest.fixture
def dana(aws_account: AwsAccount) -> IamUser:
    return make_user(aws_account, "dana", created_at=OLD)


def page_of(dana: IamUser, bob: Operator, client_of: ClientOf) -> str:
    return text_of(get(client_of(bob), "user_least_privilege", aws_id=dana.aws_id))


def test_a_proposal_is_shown_as_a_difference(dana: IamUser, bob: Operator, client_of: ClientOf) -> None:
    inline(dana, allow(["s3:*", "sqs:*", "kms:Decrypt"]))
    report(dana, used="s3", unused="sqs")
    text = page_of(dana, bob, client_of)
    assert "own Can be narrower inline" in text
    assert '"sqs:*"' in text
    assert "Statement number 1: kms:Decrypt . AWS tracks no use of the service." in text
    assert "An attempt counts whether or not it was allowed" in text


def test_what_is_not_read_is_no_proposal(dana: IamUser, bob: Operator, client_of: ClientOf) -> None:
    inline(dana, allow("s3:*"))
    text = page_of(dana, bob, client_of)
    assert "own No proposal inline Which services" in text


def test_a_shared_policy_says_how_many_judge_it(dana: IamUser, bob: Operator, client_of: ClientOf) -> None:
    shared = managed(dana.aws_account, "shared", [allow("sqs:*")])
    role = make_role(dana.aws_account, "app", created_at=OLD)
    for owner in (dana, role):
        attach(owner, shared)
        report(owner, unused="sqs")
    assert "shared Nothing of it was used managed, judged by all 2 who have it" in page_of(dana, bob, client_of)


def test_somebody_without_policies(dana: IamUser, bob: Operator, client_of: ClientOf) -> None:
    assert "It has no policies of its own." in page_of(dana, bob, client_of)


def test_a_proposal_becomes_a_draft(dana: IamUser, erin: Operator, bob: Operator, client_of: ClientOf) -> None:
    inline(dana, allow(["s3:*", "sqs:*"]))
    shared = managed(dana.aws_account, "shared", [allow(["s3:*", "sqs:*"])])
    attach(dana, shared)
    report(dana, used="s3", unused="sqs")
    url = address("user_least_privilege_use", aws_id=dana.aws_id)
    for policy, place in (("own", "user"), (shared.arn, "policy")):
        assert client_of(bob).post(url, {"policy": policy}).status_code == 403
        shown = client_of(erin).post(url, {"policy": policy}, follow=True).content.decode()
        assert "Draft, saved" in shown
        draft = EditorDraft.objects.get(place=place)
        assert '"s3:*"' in draft.text and "sqs" not in draft.text
    assert client_of(erin).post(url, {"policy": "nonsense"}).status_code == 404


def test_what_was_used_is_something_to_begin_from(dana: IamUser, erin: Operator, client_of: ClientOf) -> None:
    asked = {"place": "account", "action": "create-policy", "from": "used", "q": "DAN"}
    shown = client_of(erin).get(address("document_start"), asked).content.decode()
    assert address("user_least_privilege", aws_id=dana.aws_id) in shown
