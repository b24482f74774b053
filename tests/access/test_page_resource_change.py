"""What a plan, and a draft, say of who gets to a resource: here, in other AWS accounts, and from outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from resources.operations.policies import delete_policy, put_policy
from resources.operations.public_access import put_public_access_block
from sync.changes import PlanError
from sync.changes.demands import unmet_demands
from sync.models import Change
from tests.access.mirrored import ID, OTHER, user
from tests.services.changing import propose
from tests.services.organization_rows import complete
from tests.services.pages import text_of
from tests.services.resource_rows import blocks, hold
from tests.services.statements import allow, document_text, trust

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
BUCKET = "arn:aws:s3:::acme-share"
ELSEWHERE = "777788889999"


@pytest.fixture
def partner(alone: AwsAccount) -> AwsAccount:
    made = AwsAccount.objects.create(
        account_id=OTHER, name="Partner", emulated=True, connection="ambient", approvals_required=1
    )
    complete(made, "org.membership")
    user(made, "theirs", allow("s3:*"))
    return made


def opened_to(*principals: Any) -> str:
    return document_text(
        *(trust(each, "s3:GetObject", Resource=f"{BUCKET}/*", Sid=f"S{n}") for n, each in enumerate(principals))
    )


def bucket(us: AwsAccount, *principals: Any) -> Any:
    blocks(us)
    return hold(us, "s3.bucket", BUCKET, *([opened_to(*principals)] if principals else []))


def panel(client: Client, change: Change) -> str:
    url = reverse("change_resources", kwargs={"account_id": ID, "pk": change.pk})
    answer = client.get(url)
    assert answer.status_code == 200
    return " ".join(text_of(answer.content.decode()).split()).partition("Who gets to the resources")[2]


def codes(change: Change) -> list[str]:
    return [each["code"] for each in change.findings]


def test_who_gains_here_and_in_other_aws_accounts(
    alone: AwsAccount, partner: AwsAccount, olga: Operator, client_of: ClientOf
) -> None:
    user(alone, "eve")
    Grant.objects.create(operator=olga, role=Role.EDITOR, aws_account=partner)
    row = bucket(alone)
    named = [{"AWS": f"arn:aws:iam::{ID}:user/eve"}, {"AWS": OTHER}, {"AWS": ELSEWHERE}]
    change = propose(alone, olga, [put_policy(row, opened_to(*named))])
    found = panel(client_of(olga), change)
    assert "Closed to other AWS accounts , and after it: Open to other AWS accounts" in found
    assert "eve" in found
    assert "s3:GetObject on arn:aws:s3:::acme-share/*" in found
    assert f"Partner {OTHER} 1 principal gains" in found
    assert "theirs" in found
    assert f"Not connected to this console, so who there gains and loses what isn’t known: {ELSEWHERE}" in found
    assert codes(change).count("OPENS_RESOURCE_TO_ACCOUNT") == 2
    assert "ACCOUNT_NOT_CONNECTED" in codes(change)


def test_of_aws_accounts_that_one_may_not_see_no_name_is_told(
    alone: AwsAccount, partner: AwsAccount, olga: Operator, charlie: Operator, client_of: ClientOf
) -> None:
    Grant.objects.create(operator=olga, role=Role.EDITOR, aws_account=partner)
    Grant.objects.create(operator=charlie, role=Role.VIEWER, aws_account=alone)
    change = propose(alone, olga, [put_policy(bucket(alone), opened_to({"AWS": OTHER}))])
    found = panel(client_of(charlie), change)
    assert "In 1 AWS account that you can’t see, 1 principal gains or loses access." in found
    assert "theirs" not in found
    assert "Partner" not in found


def test_what_it_opens_to_everybody_is_flagged(alone: AwsAccount, olga: Operator, client_of: ClientOf) -> None:
    row = bucket(alone)
    change = propose(alone, olga, [put_policy(row, opened_to("*"))])
    flagged = [each for each in change.findings if each["code"] == "OPENS_RESOURCE_TO_EVERYBODY"]
    assert [each["severity"] for each in flagged] == ["security_warning"]
    assert "Everybody, without signing in, gets to the S3 bucket acme-share (read)." in flagged[0]["message"]
    assert "Open to everybody" in panel(client_of(olga), change)


def test_closing_it_flags_nothing(alone: AwsAccount, olga: Operator, client_of: ClientOf) -> None:
    row = bucket(alone, "*")
    change = propose(alone, olga, [delete_policy(row)])
    assert not [each for each in codes(change) if each.startswith("OPENS")]
    assert "Open to everybody , and after it: Closed to other AWS accounts" in panel(client_of(olga), change)


def test_turning_a_block_off_opens_what_the_policy_says_already(alone: AwsAccount, olga: Operator) -> None:
    row = bucket(alone, "*")
    row.facts = {**row.facts, "public_access_block": {"RestrictPublicBuckets": True}}
    row.save()
    change = propose(alone, olga, [put_public_access_block(row, [])])
    assert {"OPENS_RESOURCE_TO_EVERYBODY", "TURNS_OFF_PUBLIC_ACCESS_BLOCK"} <= set(codes(change))


# ---- Grants and approvals of the other AWS accounts ----------------------------------------------------------
def test_it_takes_the_grant_in_each_aws_account_that_it_lets_in(
    alone: AwsAccount, partner: AwsAccount, olga: Operator
) -> None:
    row = bucket(alone)
    Grant.objects.filter(operator=olga, aws_account=None).delete()
    Grant.objects.get_or_create(operator=olga, role=Role.EDITOR, aws_account=alone)
    with pytest.raises(PlanError, match=f"in other AWS accounts, too.*{OTHER}"):
        propose(alone, olga, [put_policy(row, opened_to({"AWS": OTHER}))])
    assert not Change.objects.exists()
    propose(alone, olga, [put_policy(row, opened_to({"AWS": ID}))])


def test_it_takes_the_approvals_of_each_aws_account_that_it_shuts_out(
    alone: AwsAccount, partner: AwsAccount, olga: Operator
) -> None:
    Grant.objects.create(operator=olga, role=Role.EDITOR, aws_account=partner)
    change = propose(alone, olga, [delete_policy(bucket(alone, {"AWS": OTHER}))])
    assert [demand.of_account for demand in unmet_demands(change, [])] == [partner]


def test_an_organization_means_its_aws_accounts(alone: AwsAccount, partner: AwsAccount, olga: Operator) -> None:
    """By a condition; what is for everybody is about no AWS account, and said to be public."""
    Grant.objects.create(operator=olga, role=Role.EDITOR, aws_account=partner)
    condition = {"StringEquals": {"aws:PrincipalAccount": [OTHER]}}
    text = document_text(trust("*", "s3:GetObject", Resource=f"{BUCKET}/*", Condition=condition))
    row = bucket(alone)
    named = propose(alone, olga, [put_policy(row, text)])
    assert [demand.of_account for demand in unmet_demands(named, [])] == [partner]
    assert not unmet_demands(propose(alone, olga, [put_policy(row, opened_to("*"))]), [])


# ---- While one types -----------------------------------------------------------------------------------------
def test_the_editor_says_it(alone: AwsAccount, partner: AwsAccount, olga: Operator, client_of: ClientOf) -> None:
    Grant.objects.create(operator=olga, role=Role.EDITOR, aws_account=partner)
    row = bucket(alone, {"AWS": OTHER})
    url = f"{reverse('resource_policy_check', kwargs={'account_id': ID})}?of=resource_policy&id={row.aws_id}"

    def said(text: str) -> str:
        return " ".join(text_of(client_of(olga).post(url, {"document": text}).content.decode()).split())

    assert "Nothing: it says what is in force." in said(opened_to({"AWS": OTHER}))
    assert "Opens it: Everybody, without signing in." in said(opened_to("*"))
    assert "Partner: 1 principal loses." in said(opened_to({"AWS": ID}))


def test_the_editor_doesnt_say_that_nothing_changes_where_it_does(
    alone: AwsAccount, olga: Operator, client_of: ClientOf
) -> None:
    user(alone, "eve", allow("s3:*"))
    row = bucket(alone, "*")
    url = f"{reverse('resource_policy_check', kwargs={'account_id': ID})}?of=resource_policy&id={row.aws_id}"

    def said(text: str) -> str:
        return " ".join(text_of(client_of(olga).post(url, {"document": text}).content.decode()).split())

    nobody, outside = "Nobody’s access changes as far", "Who gets in from outside changes."
    closed = said(opened_to({"AWS": ID}))
    assert outside in closed and nobody not in closed
    named_too = said(opened_to("*", {"AWS": f"arn:aws:iam::{ID}:user/eve"}))
    assert nobody in named_too


def test_what_a_plan_says_of_one_resource_is_not_taken_for_another_s(alone: AwsAccount, olga: Operator) -> None:
    """Both policies name any resource: each is about the one that it stands on."""
    user(alone, "eve")
    jobs, inbox = (hold(alone, "sqs.queue", f"arn:aws:sqs:eu-west-1:{ID}:{name}") for name in ("jobs", "inbox"))
    to_eve = document_text(trust({"AWS": f"arn:aws:iam::{ID}:user/eve"}, "sqs:SendMessage", Resource="*"))
    to_all = document_text(trust("*", "sqs:ReceiveMessage", Resource="*"))
    change = propose(alone, olga, [put_policy(jobs, to_eve), put_policy(inbox, to_all)])
    of_jobs, of_inbox = change.measured["resource_access"]["resources"]
    assert [of_jobs["after"], of_inbox["after"]] == ["closed", "public"]
    assert not of_jobs["opens"]
    assert "sqs:ReceiveMessage" not in str(of_jobs)
    assert codes(change).count("OPENS_RESOURCE_TO_EVERYBODY") == 1
