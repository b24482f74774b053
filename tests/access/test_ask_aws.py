"""Ask AWS too: its simulator beside our answer, encoded messages, and what is kept of differences."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from django.test import Client
from django.urls import reverse

from access.asking.anonymized import anonymized_arn
from access.models import AccessDisagreement
from accounts.models import AwsAccount
from emulator.encoded import encode, refusal_content
from emulator.process import Emulator
from tests.access.mirrored import ID, arn, managed, user
from tests.services.console_roles import EXTERNAL_ID, READ_ROLE, connect_by_roles, make_console_role
from tests.services.pages import text_of
from tests.services.statements import Statement, allow, deny, document_text

pytestmark = pytest.mark.django_db
DANA = arn("user/dana")
START, INSTANCE = "ec2:StartInstances", f"arn:aws:ec2:eu-west-1:{ID}:instance/i-1"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def everywhere(emulator: Emulator, aws_account: AwsAccount, *statements: Statement) -> None:
    """Dana with these statements, in AWS and in the mirror."""
    in_aws(emulator, *statements)
    user(aws_account, "dana", *statements)


def in_aws(emulator: Emulator, *statements: Statement) -> None:
    iam = emulator.client("iam")
    iam.create_user(UserName="dana")
    if statements:
        iam.put_user_policy(UserName="dana", PolicyName="own", PolicyDocument=document_text(*statements))


def ask(client: Client, **question: str) -> str:
    data = {"principal": DANA, "action": START, "resource": INSTANCE, "context": "", **question}
    answer = client.post(reverse("ask_aws", kwargs={"account_id": ID}), data)
    assert answer.status_code == 200
    return text_of(answer.content.decode())


def why_denied(client: Client, text: str, **data: str) -> str:
    answer = client.post(reverse("why_denied", kwargs={"account_id": ID}), {"do": "read", "text": text, **data})
    assert answer.status_code == 200
    return text_of(answer.content.decode())


@pytest.mark.parametrize(
    ("statements", "context", "comparison", "ours"),
    [
        ([allow("ec2:*")], "", "Both say the same.", "Allowed"),
        ([allow("ec2:*"), deny("ec2:Start*")], "", "Both say the same.", "Denied"),
        ([], "", "Both say the same.", "Not allowed"),
        ([allow("ec2:*", Condition=MFA)], "", "The console doesn’t know.", "Unknown"),
        ([allow("ec2:*", Condition=MFA)], "aws:MultiFactorAuthPresent=true", "Both say the same.", "Allowed"),
    ],
)
def test_aws_answers_beside_the_console(
    emulator: Emulator,
    alone: AwsAccount,
    erins: Client,
    statements: list[Statement],
    context: str,
    comparison: str,
    ours: str,
) -> None:
    everywhere(emulator, alone, *statements)
    words = ask(erins, context=context)
    assert comparison in words
    assert f"This console {ours}" in words
    assert len(emulator.calls("SimulatePrincipalPolicy")) == 1
    assert not AccessDisagreement.objects.exists()


def test_opening_the_page_asks_aws_nothing(emulator: Emulator, alone: AwsAccount, erins: Client) -> None:
    everywhere(emulator, alone)
    emulator.forget_calls()
    url = reverse("ask_aws", kwargs={"account_id": ID})
    html = erins.get(f"{url}?principal={DANA}&action={START}&resource={INSTANCE}").content.decode()
    assert "This console Not allowed" in text_of(html)
    assert emulator.calls() == []


def test_a_viewer_asks_aws_nothing(emulator: Emulator, alone: AwsAccount, bobs: Client) -> None:
    everywhere(emulator, alone)
    emulator.forget_calls()
    url = reverse("ask_aws", kwargs={"account_id": ID})
    assert "permission that you don’t have" in text_of(bobs.get(url).content.decode())
    sent = bobs.post(url, {"principal": DANA, "action": START, "resource": INSTANCE})
    assert sent.status_code == 403
    encoded = encode(ID, {"allowed": False, "context": {}})
    assert "permission that you don’t have" in why_denied(bobs, encoded)
    assert "permission that you don’t have" in why_denied(bobs, encoded, do="decode")
    assert emulator.calls() == []


def test_a_difference_over_the_same_policies_is_kept_for_learning(
    emulator: Emulator, alone: AwsAccount, erins: Client
) -> None:
    in_aws(emulator, allow("ec2:*"))
    user(alone, "dana")  # the mirror is older
    for _ in range(2):
        words = ask(erins, context="aws:SourceIp=198.51.100.7")
        assert "They differ over the same policies." in words
    row = AccessDisagreement.objects.get()
    assert (row.ours, row.theirs, row.is_explained) == ("implicitDeny", "allowed", False)
    assert "198.51.100.7" not in json.dumps([row.keys, row.missing, row.reasons])
    url = reverse("disagreements", kwargs={"account_id": ID})
    assert "1 without a known reason" in text_of(erins.get(url).content.decode())
    exported = erins.get(f"{url}?format=json").content.decode()
    assert "dana" not in exported and ID not in exported and "i-1" not in exported
    [item] = json.loads(exported)
    assert item["resource"] == "arn:aws:ec2:eu-west-1:000000000000:instance/…"


def test_what_the_simulator_leaves_out_explains_a_difference(
    emulator: Emulator, alone: AwsAccount, erins: Client
) -> None:
    everywhere(emulator, alone, allow("sts:AssumeRole"))
    words = ask(erins, action="sts:AssumeRole", resource=arn("role/gone"))
    assert "They differ, by what the simulator leaves out." in words
    assert "doesn’t look at the trust policy of the role" in words
    assert AccessDisagreement.objects.get().is_explained


def test_the_boundary_is_told(emulator: Emulator, alone: AwsAccount, erins: Client) -> None:
    bound = managed(alone, "bound", [allow("s3:*")])
    iam = emulator.client("iam")
    iam.create_policy(PolicyName="bound", PolicyDocument=document_text(allow("s3:*")))
    in_aws(emulator, allow("ec2:*"))
    iam.put_user_permissions_boundary(UserName="dana", PermissionsBoundary=bound.arn)
    user(alone, "dana", allow("ec2:*"), boundary_arn=bound.arn)
    assert "The permissions boundary doesn’t allow it." in ask(erins)


@pytest.mark.parametrize(
    ("principal", "words"),
    [
        (f"arn:aws:iam::{ID}:root", "not its root user"),
        ("ec2.amazonaws.com", "no services"),
        ("arn:aws:iam::999900009999:user/x", "nobody of another AWS account"),
        (arn("user/nobody"), "has no user"),
        ("dana", "neither an ARN nor the name of a service"),
    ],
)
def test_who_can_t_be_simulated_gets_a_sentence(
    emulator: Emulator, alone: AwsAccount, erins: Client, principal: str, words: str
) -> None:
    emulator.forget_calls()
    assert words in ask(erins, principal=principal)
    assert emulator.calls("SimulatePrincipalPolicy") == []


@pytest.fixture
def by_roles(emulator: Emulator, alone: AwsAccount) -> Iterator[AwsAccount]:
    """The console's role to read may read no more than who it is."""
    make_console_role(emulator, "console-read", actions=["iam:GetUser"])
    emulator.enforce_iam()
    yield connect_by_roles(alone)
    emulator.enforce_iam(on=False)


def test_a_missing_permission_is_named_with_its_statement(
    emulator: Emulator, by_roles: AwsAccount, erins: Client
) -> None:
    user(by_roles, "dana")
    words = ask(erins)
    assert "do iam:SimulatePrincipalPolicy" in words
    assert '"Action": "iam:SimulatePrincipalPolicy"' in words.replace("&quot;", '"')
    words = why_denied(erins, encode(ID, {"allowed": False, "context": {}}))
    assert '"Action": "sts:DecodeAuthorizationMessage"' in words.replace("&quot;", '"')
    assert "Fill in" in words


# ---- Encoded messages ----------------------------------------------------------------------------------------
def encoded(account_id: str = ID) -> str:
    context = {"aws:Region": "eu-west-1", "aws:Service": "ec2", "ec2:InstanceType": "m7i.large"}
    principal = {"id": "AIDAEXAMPLE", "arn": DANA}
    return encode(account_id, refusal_content(principal, START, INSTANCE, explicit=False, context=context))


def test_an_encoded_message_is_decoded_and_answered(emulator: Emulator, alone: AwsAccount, erins: Client) -> None:
    user(alone, "dana")
    words = why_denied(erins, f"Encoded authorization failure message: {encoded()}")
    assert "Read-out decoded by STS" in words
    assert f"Denied: no policy of dana allows {START} on {INSTANCE}." in words
    assert "ec2:InstanceType=m7i.large" in words


def test_the_rest_of_a_message_is_decoded_by_a_button_and_once(
    emulator: Emulator, alone: AwsAccount, erins: Client
) -> None:
    user(alone, "dana")
    text = (
        f"You are not authorized to perform this operation. User: {DANA} is not authorized to perform: {START} on "
        f"resource: {INSTANCE} because no identity-based policy allows the {START} action. Encoded authorization "
        f"failure message: {encoded()}"
    )
    emulator.forget_calls()
    assert "Decode AWS’s encoded message, too" in why_denied(erins, text)
    assert emulator.calls() == []
    assert "ec2:InstanceType=m7i.large" in why_denied(erins, text, do="decode")
    assert len(emulator.calls("DecodeAuthorizationMessage")) == 1
    content = refusal_content({"arn": DANA}, START, INSTANCE, explicit=False, context={"aws:Region": "eu-west-1"})
    filled = {"principal": DANA, "action": START, "resource": INSTANCE, "context": ""}
    assert "decoded by STS" in why_denied(erins, text, do="ask", decoded=json.dumps(content), **filled)
    assert len(emulator.calls("DecodeAuthorizationMessage")) == 1


@pytest.mark.parametrize("text", [encoded("999900009999"), "A1b2" * 40, "A" * 10_240])
def test_what_aws_can_t_decode_gets_a_sentence(emulator: Emulator, alone: AwsAccount, erins: Client, text: str) -> None:
    assert "AWS can't decode this message." in why_denied(erins, text)


def test_the_emulator_s_own_refusals_are_read(emulator: Emulator, by_roles: AwsAccount, erins: Client) -> None:
    """Also EC2's, with its encoded message."""
    held = emulator.client("sts").assume_role(RoleArn=READ_ROLE, RoleSessionName="me-too", ExternalId=EXTERNAL_ID)
    keys: dict[str, Any] = {
        "aws_access_key_id": held["Credentials"]["AccessKeyId"],
        "aws_secret_access_key": held["Credentials"]["SecretAccessKey"],
        "aws_session_token": held["Credentials"]["SessionToken"],
    }
    for service, call, action in (
        ("iam", "list_users", "iam:ListUsers"),
        ("ec2", "describe_regions", "ec2:DescribeRegions"),
    ):
        with pytest.raises(ClientError) as refused:
            getattr(emulator.client(service, **keys), call)()
        words = why_denied(erins, str(refused.value))
        assert f"{action}" in words
        assert "No identity-based policy allows it" in words or "The mirror of Acme" in words


def test_aws_s_own_details_are_asked_for_by_a_button(emulator: Emulator, alone: AwsAccount, erins: Client) -> None:
    iam = emulator.client("iam")
    in_aws(emulator, allow("s3:*"))
    user(alone, "dana", allow("s3:*"))
    made = iam.create_access_key(UserName="dana")["AccessKey"]
    keys = {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}
    emulator.give_authorization_ids()
    emulator.enforce_iam()
    with pytest.raises(ClientError) as refused:
        emulator.client("iam", **keys).get_user(UserName="dana")
    emulator.enforce_iam(on=False)
    text = str(refused.value)
    assert "with the following authorization id" in text
    emulator.forget_calls()
    assert "Ask AWS for them" in why_denied(erins, text)
    assert emulator.calls() == []
    words = why_denied(erins, text, do="details")
    assert f"iam:GetUser on {DANA} Identity policies doesn’t allow it" in words
    gone = text.replace(text.split()[-1], "a" * 25)
    assert "AWS has nothing for iam-toolbox:GetRequestAuthorizationDetails" in why_denied(
        erins, gone.replace("#/authorization-details/", "#/"), do="details"
    )


def test_arns_without_names() -> None:
    assert anonymized_arn(DANA) == "arn:aws:iam::000000000000:user/…"
    assert anonymized_arn("arn:aws:s3:::payroll/jane.csv") == "arn:aws:s3:::…/…"
    assert anonymized_arn("arn:aws:sqs:eu-west-1:1:jobs") == "arn:aws:sqs:eu-west-1:000000000000:…"
    assert anonymized_arn("*") == "*"
    assert anonymized_arn("jane@example.org") == "…"
