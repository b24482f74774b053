"""Beginning a text from a managed policy: of AWS, of this AWS account, of others that the operator may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from emulator.process import Emulator
from policies.engine import catalogue
from policies.engine.catalogue.extract_managed_policies import TARGET, written
from policies.models import EditorDraft
from tests.access.mirrored import managed
from tests.services.pages import address, text_of
from tests.services.rows import attach, make_user
from tests.services.statements import allow

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
NEW = {"place": "account", "action": "create-policy"}
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
LAMBDA = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def shown(client: Client, source: str, q: str = "", **more: str) -> str:
    answer = client.get(address("document_start"), {**NEW, "from": source, "q": q, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def use(client: Client, source: str, value: str) -> Any:
    url = f"{address('document_start_use')}?{urlencode(NEW)}"
    return client.post(url, {"from": source, "value": value}, follow=True)


# ---- AWS's own -------------------------------------------------------------------------------------------------------
def test_the_list_of_names_is_that_of_the_locked_package() -> None:
    assert TARGET.read_text() == written(), "make managed-policies"
    assert len(catalogue.managed_policy_paths()) > 1_000
    assert "/service-role/AWSLambdaBasicExecutionRole" in catalogue.managed_policy_paths()


def test_one_that_nobody_has_is_read_from_aws(
    emulator: Emulator, aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    client = client_of(erin)
    page = shown(client, "aws", "lambda basicexec")
    assert LAMBDA in page and ADMINISTRATOR not in page
    emulator.forget_calls()
    assert "logs:CreateLogGroup" in use(client, "aws", LAMBDA).content.decode()
    assert [call["action"] for call in emulator.calls()][-2:] == ["GetPolicy", "GetPolicyVersion"]
    draft = EditorDraft.objects.get()
    assert "logs:PutLogEvents" in draft.text and draft.operator == erin


def test_one_that_is_in_use_comes_from_the_mirror(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    policy = managed(aws_account, "AdministratorAccess", [allow("s3:GetObject")], is_aws=True)
    type(policy).objects.filter(pk=policy.pk).update(arn=ADMINISTRATOR)
    client = client_of(erin)
    assert "In use here" in shown(client, "aws", "administratoraccess")
    use(client, "aws", ADMINISTRATOR)
    assert "s3:GetObject" in EditorDraft.objects.get().text


def test_names_are_shown_in_pages(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    client, total = client_of(erin), len(catalogue.managed_policy_paths())
    first, second = text_of(shown(client, "aws")), text_of(shown(client, "aws", page="2"))
    assert f"1 to 50 of {total:,}" in first and f"51 to 100 of {total:,}" in second
    assert "AccountManagementFromVercel" in first and "AccountManagementFromVercel" not in second
    for page in ("0", "-1", "x", "9" * 400, "٣"):
        assert "1 to 50 of" in text_of(shown(client, "aws", page=page))
    assert "Nothing found" in shown(client, "aws", page="99999")


def test_one_that_the_list_lacks_is_asked_for_by_its_name(
    emulator: Emulator, aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    client = client_of(erin)
    assert "AWS is asked for it" in shown(client, "aws", "BrandNewAccess")
    assert LAMBDA in shown(client, "aws", LAMBDA)
    said = use(client, "aws", "arn:aws:iam::aws:policy/BrandNewAccess").content.decode()
    assert "AWS has no managed policy arn:aws:iam::aws:policy/BrandNewAccess any more" in said
    emulator.rules([{"action": "GetPolicyVersion", "error": {"code": "AccessDenied", "status": 403, "message": "no"}}])
    assert "can’t be read" in use(client, "aws", LAMBDA).content.decode()
    emulator.rules([])
    emulator.forget_calls()
    for value in (
        "arn:aws-cn:iam::aws:policy/X",
        "arn:aws:iam::123456789012:policy/x",
        "BrandNew",
        "arn:",
        "",
        "x" * 9_999,
    ):
        assert use(client, "aws", value).status_code == 404
    assert not emulator.calls() and not EditorDraft.objects.exists()


# ---- Of other AWS accounts -------------------------------------------------------------------------------------------
@pytest.fixture
def theirs(other_account: AwsAccount) -> str:
    """The ARN of a policy of another AWS account."""
    return managed(other_account, "shared-lake", [allow("s3:GetObject", "arn:aws:s3:::their-lake/*")]).arn


def test_a_policy_of_another_account_takes_a_grant_on_every_read(
    theirs: str, other_account: AwsAccount, aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    client = client_of(erin)
    assert "You see no other AWS account" in shown(client, "elsewhere")
    assert "shared-lake" not in shown(client, "elsewhere", "lake")
    for source in ("elsewhere", "policy", "aws"):
        assert use(client, source, theirs).status_code == 404
    grant = Grant.objects.create(operator=erin, aws_account=other_account, role=Role.VIEWER)
    page = text_of(shown(client, "elsewhere", "other lake"))
    assert "shared-lake Of Other (999900009999)." in page and "1 policy of 1 AWS account" in page
    assert "shared-lake" not in shown(client, "policy")
    assert use(client, "policy", theirs).status_code == 404
    assert "their-lake" in use(client, "elsewhere", theirs).content.decode()
    draft = EditorDraft.objects.get()
    assert draft.aws_account == aws_account
    draft.delete()
    grant.delete()
    assert "shared-lake" not in shown(client, "elsewhere")
    assert use(client, "elsewhere", theirs).status_code == 404
    assert not EditorDraft.objects.exists()


def test_a_colleague_without_a_grant_there_gets_nothing(
    theirs: str, aws_account: AwsAccount, olga: Operator, erin: Operator, bob: Operator, client_of: ClientOf
) -> None:
    assert "shared-lake" in shown(client_of(olga), "elsewhere")  # an owner of all AWS accounts
    assert "shared-lake" not in shown(client_of(erin), "elsewhere")
    assert client_of(bob).get(address("document_start"), {**NEW, "from": "elsewhere"}).status_code == 403


def test_own_policies_are_shown_in_pages(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    dana = make_user(aws_account, "dana")
    for number in range(51):
        attach(dana, managed(aws_account, f"policy-{number:02}", [allow("s3:GetObject")]))
    client = client_of(erin)
    assert "1 to 50 of 51" in text_of(shown(client, "policy"))
    last = text_of(shown(client, "policy", page="2"))
    assert "policy-50" in last and "policy-49" not in last
    assert "policy-50" in text_of(shown(client, "policy", "POLICY 50"))
