"""Ask AWS too of what isn't in force: a draft, a policy of a resource. AWS's simulator is given the texts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from access.models import AccessDisagreement
from accounts.models import AuditEntry, AwsAccount, Operator
from emulator.process import Emulator
from policies.editor_drafts import DraftKey, Page, Token, Typed, save
from tests.access.mirrored import ID, arn, managed, role, user
from tests.services.console_roles import connect_by_roles, make_console_role
from tests.services.organization_rows import make_organization
from tests.services.pages import address, get, text_of
from tests.services.rows import attach
from tests.services.statements import allow, deny, document_text, trusting

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
DANA, DEPLOY = arn("user/dana"), arn("role/deploy")
START, INSTANCE = "ec2:StartInstances", f"arn:aws:ec2:eu-west-1:{ID}:instance/i-1"
OBJECT: dict[str, Any] = {"action": "s3:GetObject", "resource": "arn:aws:s3:::box/a"}
CALL = "SimulateCustomPolicy"


def ask(client: Client, **question: Any) -> str:
    data = {"principal": DANA, "action": START, "resource": INSTANCE, "context": "", **question}
    answer = client.post(address("ask_aws"), data)
    assert answer.status_code == 200
    return text_of(answer.content.decode())


def as_if(document: str, kind: str = "managed", of: str = "maker") -> dict[str, str]:
    return {"as_if": kind, "of": of, "document": document}


def to(who: str) -> str:
    return document_text({**allow("s3:GetObject"), "Principal": {"AWS": who}})


def test_a_draft_is_asked_about_from_its_cell(
    emulator: Emulator, alone: AwsAccount, erins: Client, bobs: Client
) -> None:
    attach(user(alone, "dana"), managed(alone, "maker", [allow("s3:*")]))
    draft = document_text(allow("ec2:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    question = {"principal": "dana", "action": START, "resource": INSTANCE, **as_if(draft), "unread": "says-nothing"}
    question |= {"key-0": "aws:MultiFactorAuthPresent", "said-0": "true"}
    shown = erins.post(address("simulate"), question)["Location"].partition("#")[0]
    html = erins.get(f"{shown}&cell=0.0").content.decode()
    form = html.partition('id="ask-aws"')[2].partition("</form>")[0]
    names = [part.partition('"')[0] for part in form.split('<textarea name="')[1:]]
    assert names == ["principal", "action", "resource", "context", "as_if", "of", "document"]
    assert 'id="ask-aws"' not in bobs.get(f"{shown}&cell=0.0").content.decode()
    emulator.forget_calls()
    words = ask(erins, context="aws:MultiFactorAuthPresent=true", **as_if(draft))
    assert "These answers assume that this draft of maker is in force" in words
    assert "Both say the same." in words
    assert "AWS’s policy simulator Allowed" in words
    assert {call["action"] for call in emulator.calls()} - {"GetCallerIdentity"} == {
        CALL
    }  # which is asked once an hour
    assert not AccessDisagreement.objects.exists()


def test_boundary_levels_and_other_policies_go_along(
    emulator: Emulator, aws_account: AwsAccount, erins: Client
) -> None:
    make_organization(aws_account)
    bound = managed(aws_account, "bound", [allow("ec2:*")])
    dana = user(aws_account, "dana", allow("ec2:*"), boundary_arn=bound.arn)
    attach(dana, managed(aws_account, "maker", [allow("s3:*")]))
    emulator.forget_calls()
    words = ask(erins, **as_if(document_text(deny("iam:*"))))
    assert "Service control policies don’t allow it." in words  # a level of the fixture allows nothing
    assert "Both say the same." in words
    given = json.dumps(emulator.calls(CALL), default=str)
    for part in ("iam:*", "ec2:*", "OrderedOrganizationPolicyInputList", "PermissionsBoundaryPolicyInputList"):
        assert part in given


def test_the_policy_of_a_resource_is_given_for_users_only(emulator: Emulator, alone: AwsAccount, erins: Client) -> None:
    user(alone, "dana", allow("iam:GetUser"))
    role(alone, "deploy", allow("iam:GetUser"), trusts=arn("root"))
    assert "Both say the same." in ask(erins, resource_policy=to(DANA), **OBJECT)
    words = ask(erins, principal=DEPLOY, resource_policy=to(DEPLOY), **OBJECT)
    assert "They differ, by what the simulator leaves out." in words
    assert "takes the policy of a resource for users only" in words
    row = AccessDisagreement.objects.get()
    assert (row.ours, row.theirs, row.is_explained) == ("allowed", "implicitDeny", True)
    assert {"given_policies", "resource_policy_of_roles"} <= set(row.reasons)
    other = ask(erins, resource_policy=to("210987654321"), context="aws:ResourceAccount=210987654321", **OBJECT)
    assert "Both say the same." in other


def test_what_differs_is_kept_without_the_draft(emulator: Emulator, alone: AwsAccount, erins: Client) -> None:
    user(alone, "dana", allow("sts:AssumeRole"))
    role(alone, "deploy", trusts=DANA)
    closed = trusting({"AWS": arn("user/secret-name")})
    for _ in range(2):
        words = ask(erins, action="sts:AssumeRole", resource=DEPLOY, **as_if(closed, "trust", "deploy"))
        assert "They differ, by what the simulator leaves out." in words
    row = AccessDisagreement.objects.get()
    assert {"given_policies", "trust_policy"} <= set(row.reasons)
    assert "secret-name" not in str(row.__dict__)
    assert "secret-name" not in str(list(AuditEntry.objects.values()))
    assert "A draft, or the policy of a resource, was supposed" in text_of(get(erins, "disagreements"))


def test_nobody_asks_about_the_draft_of_another(
    emulator: Emulator,
    alone: AwsAccount,
    erin: Operator,
    alice: Operator,
    erins: Client,
    bobs: Client,
    client_of: ClientOf,
) -> None:
    maker = managed(alone, "maker", [allow("ec2:*")])
    attach(user(alone, "dana"), maker)
    key = DraftKey(alone, "policy", maker.aws_id, "edit")
    _, draft = save(actor=erin, key=key, page=Page(Token()), typed=Typed(document_text(deny("*")), {}, "", "maker"))
    mine = {"as_if": "draft", "of": str(draft.pk)}
    emulator.forget_calls()
    assert "You have no such draft" in ask(client_of(alice), **mine)
    sent = bobs.post(address("ask_aws"), {"principal": DANA, "action": START, "resource": INSTANCE, **mine})
    assert sent.status_code == 403
    assert emulator.calls() == []
    assert "your draft of maker is in force" in ask(erins, **mine)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (as_if("{"), "Line 1, column 2"),
        (as_if(document_text(allow()), of="nothing"), "has no managed policy"),
        ({"resource_policy": document_text(allow())}, "Principal"),
        ({"resource_policy": "x" * 200_000}, "The document has 200,000 characters"),
        ({"as_if": "change", "of": "9"}, "has no change 9"),
        ({**as_if(document_text(deny("*")), "managed"), "principal": "ec2.amazonaws.com"}, "no services"),
    ],
)
def test_what_can_t_be_supposed_is_said_and_asks_nothing(
    emulator: Emulator, alone: AwsAccount, erins: Client, given: dict[str, str], sentence: str
) -> None:
    attach(user(alone, "dana"), managed(alone, "maker", [allow("s3:*")]))
    emulator.forget_calls()
    assert sentence in ask(erins, **given)
    assert emulator.calls() == []


def test_who_would_have_no_policy_is_not_asked_about(emulator: Emulator, alone: AwsAccount, erins: Client) -> None:
    user(alone, "dana")
    emulator.forget_calls()
    assert "takes one policy at least" in ask(erins, resource_policy=to(DANA), **OBJECT)
    assert emulator.calls() == []


@pytest.fixture
def by_roles(emulator: Emulator, alone: AwsAccount) -> Iterator[AwsAccount]:
    make_console_role(emulator, "console-read", actions=["iam:GetUser"])
    emulator.enforce_iam()
    yield connect_by_roles(alone)
    emulator.enforce_iam(on=False)


def test_a_missing_permission_is_named(emulator: Emulator, by_roles: AwsAccount, erins: Client) -> None:
    attach(user(by_roles, "dana"), managed(by_roles, "maker", [allow("s3:*")]))
    words = ask(erins, **as_if(document_text(allow("ec2:*"))))
    assert '"Action": "iam:SimulateCustomPolicy"' in words.replace("&quot;", '"')
