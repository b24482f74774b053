"""What the page that checks a document says of whom it lets in, and whom it limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from access.index import cached_index
from access.pasted.limiting import limited_by
from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from policies.engine.compiled import compiled
from policies.engine.structure import DocumentType
from tests.access.mirrored import ID, OTHER, arn, role, user
from tests.services.organization_rows import make_account, make_control_policy, make_organization
from tests.services.pages import address, text_of
from tests.services.rows import make_user
from tests.services.statements import allow, deny, document_text, trusting

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]

BUCKET = "arn:aws:s3:::acme-reports"
FILES = f"{BUCKET}/*"
FROM_US = {"StringEquals": {"aws:SourceAccount": ID}}


def said(client: Client, *statements: Any, kind: str = "resource", **query: Any) -> str:
    text = statements[0] if isinstance(statements[0], str) else document_text(*statements)
    url = f"{address('check_policy_said')}?{urlencode({'kind': kind, **query})}"
    answer = client.post(url, {"document": text})
    assert answer.status_code == 200
    return text_of(answer.content.decode())


def test_everybody(alone: AwsAccount, bobs: Client) -> None:
    words = said(bobs, allow("s3:GetObject", FILES, Principal="*"))
    assert "Public Anyone, also without AWS credentials, with no condition that says who." in words
    words = said(bobs, allow("s3:GetObject", FILES, Principal="*", Condition=FROM_US))
    assert "Public, under conditions" in words
    assert "Everybody" not in said(bobs, allow("s3:GetObject", FILES, Principal={"AWS": ID}))
    assert "Anyone in any AWS account" in said(bobs, trusting("*"), kind="trust")


def test_what_its_own_denials_take_away_is_left_out(alone: AwsAccount, bobs: Client) -> None:
    public = allow("s3:GetObject", FILES, Principal="*")
    assert "Nobody: it allows nothing." in said(bobs, public, deny("s3:*", "*", Principal="*"))
    words = said(bobs, public, deny("s3:*", "*", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}}))
    assert "Public Anyone" in words
    assert "unless made without TLS" in words or "TLS" in words


def test_other_aws_accounts_are_named_as_far_as_the_operator_may_see(
    aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    workloads = make_organization(aws_account)
    make_account(aws_account, "Sandbox", workloads, "600000000000")
    connected = AwsAccount.objects.create(account_id=OTHER, name="Hidden")
    client = client_of(bob)
    named = allow("s3:PutObject", FILES, Principal={"AWS": [OTHER, "600000000000"]})
    words = said(client, named)
    assert f"Unknown AWS account {OTHER}: this console doesn’t know it." in words
    assert "Other AWS account 600000000000: Sandbox, of the same organization." in words
    connected.grants.create(operator=bob, role=Role.VIEWER)
    assert f"Other AWS account {OTHER}: Hidden, connected to this console." in said(client, named)


def test_services_say_on_whose_behalf(alone: AwsAccount, bobs: Client) -> None:
    service = {"Service": "cloudtrail.amazonaws.com"}
    deputy = "Service cloudtrail.amazonaws.com on behalf of any AWS account"
    assert deputy in said(bobs, allow("s3:PutObject", FILES, Principal=service))
    assert deputy not in said(bobs, allow("s3:PutObject", FILES, Principal=service, Condition=FROM_US))
    if_there = {"StringEqualsIfExists": {"aws:SourceAccount": ID}}
    assert deputy in said(bobs, allow("s3:PutObject", FILES, Principal=service, Condition=if_there))


def test_principals_that_are_not_in_the_mirror(alone: AwsAccount, bobs: Client) -> None:
    make_user(alone, "anna")
    role(alone, "reader", trusts=OTHER)
    names = [arn("user/anna"), arn("user/ghost"), arn("assumed-role/reader/jane", "sts"), "AIDAGONEGONEGONEGONE"]
    words = said(bobs, allow("s3:GetObject", FILES, Principal={"AWS": names}))
    assert f"The mirror doesn’t have: {arn('user/ghost')} , AIDAGONEGONEGONEGONE ." in words
    assert "anna reader" in words


def test_statements_on_other_resources_are_left_out(alone: AwsAccount, bobs: Client) -> None:
    other = allow("s3:GetObject", "arn:aws:s3:::else/*", Principal="*", Sid="Else")
    mine = allow("s3:GetObject", FILES, Principal={"AWS": ID})
    words = said(bobs, mine, other, resource=BUCKET)
    assert f"Not about {BUCKET}, and so left out: statement Else." in words
    assert "Public" not in words
    assert "Public" in said(bobs, mine, other)


def test_five_thousand_principals(alone: AwsAccount, bobs: Client) -> None:
    names = [arn(f"user/u{number}") for number in range(5_000)]
    words = said(bobs, allow("s3:GetObject", FILES, Principal={"AWS": names}))
    assert "It isn’t worked out: no policy of AWS has more than 32,768 characters." in words
    words = said(bobs, allow("s3:GetObject", FILES, Principal={"AWS": [f"{number:012}" for number in range(1_500)]}))
    assert "It isn’t worked out: it names more than 600 pairs of a principal and a resource." in words
    words = said(bobs, allow("s3:GetObject", FILES, Principal={"AWS": [f"{number:012}" for number in range(60)]}))
    assert "And 40 others." in words


def test_of_what_is_no_document_only_its_own_block_waits(alone: AwsAccount, bobs: Client) -> None:
    words = said(bobs, "{ broken")
    assert "What it means here" in words
    assert "What the draft changes" not in words
    assert "Guard rails" not in words


# ---- Control policies --------------------------------------------------------------------------------------------
@pytest.fixture
def people(alone: AwsAccount) -> AwsAccount:
    user(alone, "anna", allow("s3:*"))
    user(alone, "ben", allow("ec2:*"))
    user(alone, "cleo", allow("s3:GetObject"))
    role(alone, "admin", allow(), trusts=OTHER)
    return alone


def whom(
    aws_account: AwsAccount, *statements: Any, kind: DocumentType = DocumentType.SCP
) -> tuple[list[str], list[str]]:
    found = limited_by(compiled(document_text(*statements)), kind, cached_index(aws_account))
    surely, perhaps = (sorted(each.caller.name for each in group) for group in (found.surely, found.perhaps))
    return surely, perhaps


def test_whom_a_denial_concerns(people: AwsAccount) -> None:
    assert whom(people, deny("s3:DeleteBucket")) == (["admin", "anna"], [])
    assert whom(people, deny("iam:*")) == (["admin"], [])
    assert whom(people, allow()) == ([], [])


def test_conditions_that_the_principal_decides(people: AwsAccount) -> None:
    but_admin = {"ArnNotLike": {"aws:PrincipalArn": arn("role/admin")}}
    assert whom(people, deny("s3:DeleteBucket", Condition=but_admin)) == (["anna"], [])
    region = {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}
    assert whom(people, deny("ec2:*", Condition=region)) == ([], ["admin", "ben"])


def test_a_list_of_what_is_allowed(people: AwsAccount) -> None:
    assert whom(people, allow("s3:*")) == (["admin", "ben"], [])


def test_a_resource_control_policy_bounds_some_services(people: AwsAccount) -> None:
    rcp = DocumentType.RCP
    assert whom(people, deny("ec2:*", Principal="*"), kind=rcp) == ([], [])
    assert whom(people, deny("*", Principal="*"), kind=rcp) == (["admin", "anna", "cleo"], [])
    not_get = {"Effect": "Deny", "NotAction": "s3:GetObject", "Resource": "*", "Principal": "*"}
    assert whom(people, not_get, kind=rcp) == (["admin", "anna"], [])


def test_what_is_denied_already_takes_nothing(aws_account: AwsAccount) -> None:
    workloads = make_organization(aws_account)
    make_control_policy(aws_account, "no-s3", workloads, document=document_text(deny("s3:*")))
    user(aws_account, "anna", allow("s3:*"))
    assert whom(aws_account, deny("s3:DeleteBucket")) == ([], [])


def test_the_page_says_for_whom(people: AwsAccount, bobs: Client) -> None:
    words = said(bobs, deny("s3:DeleteBucket"), kind="scp")
    assert "Takes something from anna admin" in words
    assert "Denies s3:DeleteBucket" in words
    assert "Nobody: it takes nothing" in said(bobs, deny("ec2:*", Principal="*"), kind="rcp")


ACTIONS = ("s3:GetObject", "s3:PutObject", "ec2:RunInstances")
PATTERNS = ("s3:*", "s3:GetObject", "*", "ec2:*", "s3:Put*")


def test_held_against_brute_force(alone: AwsAccount) -> None:
    """Each pair of an allowing and a denying pattern: it matters where an action is allowed and denied."""
    for number, pattern in enumerate(PATTERNS):
        user(alone, f"u{number}", allow(pattern))
    for denied in PATTERNS:
        surely, perhaps = whom(alone, deny(denied))
        of_denied = {each for each in ACTIONS if _matches(denied, each)}
        expected = [
            f"u{number}"
            for number, pattern in enumerate(PATTERNS)
            if of_denied & {each for each in ACTIONS if _matches(pattern, each)}
        ]
        assert (surely, perhaps) == (expected, [])


def _matches(pattern: str, action: str) -> bool:
    return action == pattern or (pattern.endswith("*") and action.startswith(pattern[:-1]))
