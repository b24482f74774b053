"""Actions on users, groups, roles and instance profiles as a whole: forms that stage changes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse

from accounts.models import AwsAccount, Operator
from identities.actions.trust_documents import for_account, for_provider, for_service
from identities.actions.trusted_services import SERVICES
from identities.models import InstanceProfile, OidcProvider, SamlProvider
from objects import object_actions
from policies.engine.catalogue import SERVICE_SOURCES
from policies.engine.lint import Severity, lint
from policies.engine.structure import DocumentType
from sync.models import Change
from tests.identities.test_actions import ClientOf, post
from tests.services.account_rows import make
from tests.services.pages import address, get, text_of
from tests.services.rows import attach, join, make_group, make_policy, make_role, make_user

pytestmark = pytest.mark.django_db


def kinds_of(response: HttpResponse) -> list[str]:
    assert response.status_code == 302, text_of(response.content.decode())
    return [step.kind.removeprefix("iam.") for step in Change.objects.get().steps.all()]


def params_of(response: HttpResponse, position: int = 1) -> Any:
    kinds_of(response)
    return Change.objects.get().steps.get(position=position).params


@pytest.mark.parametrize(
    ("make_row", "names"),
    [
        (make_user, ["rename", "clone", "delete"]),
        (make_group, ["rename", "delete"]),
        (make_role, ["describe", "clone", "revoke-sessions", "delete"]),
        (lambda aws_account: make(InstanceProfile, aws_account, "web"), ["set-role", "delete"]),
    ],
)
def test_the_page_lists_what_can_be_done(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf, make_row: Any, names: list[str]
) -> None:
    row = make_row(aws_account)
    kind = row.kind.removeprefix("iam.")
    page = get(client_of(erin), kind, aws_id=row.aws_id)
    for name in names:
        url = address(f"{kind}_action", aws_id=row.aws_id, action=name)
        assert url in page
        assert client_of(erin).get(url).status_code == 200


def test_a_rename_fills_in_what_is_there(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    url = address("user_action", aws_id=make_user(aws_account).aws_id, action="rename")
    assert 'value="dana.okafor"' in client_of(erin).get(url).content.decode()
    params = params_of(post(client_of(erin), url, name="dana.eze", path="people"))
    assert params["new_arn"] == "arn:aws:iam::123456789012:user/people/dana.eze"


@pytest.mark.parametrize(("name", "sentence"), [("dana.okafor", "already"), ("KIM", "a user kim already")])
def test_a_rename_that_cant_be(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf, name: str, sentence: str
) -> None:
    make_user(aws_account, "kim")
    url = address("user_action", aws_id=make_user(aws_account).aws_id, action="rename")
    response = post(client_of(erin), url, name=name, path="/")
    assert (response.status_code, sentence in text_of(response.content.decode())) == (422, True)


def test_the_form_says_what_is_taken_off_first(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    user, group, policy = make_user(aws_account), make_group(aws_account), make_policy(aws_account)
    join(user, group)
    attach(user, policy)
    url = address("user_action", aws_id=user.aws_id, action="delete")
    text = text_of(client_of(erin).get(url).content.decode())
    assert f"each by a separate step: policy {policy.arn} and group {group.name}." in text
    assert kinds_of(post(client_of(erin), url)) == ["user.detach", "group.remove_user", "user.delete"]
    assert Change.objects.get().title == "Delete the user dana.okafor"


def test_the_form_says_when_not_all_is_known(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    known = make_user(aws_account, "kim", key_count=0, mfa_count=0, has_password=False)
    said = [
        "Not all credentials were read yet" in get(client_of(erin), "user_action", aws_id=user.aws_id, action="delete")
        for user in (make_user(aws_account), known)
    ]
    assert said == [True, False]


def test_one_is_made_like_another(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    user = make_user(aws_account, tags={"team": "data", "aws:cloudformation:stack-name": "people"})
    join(user, make_group(aws_account))
    response = post(client_of(erin), address("user_action", aws_id=user.aws_id, action="clone"), name="kim", path="/")
    assert kinds_of(response) == ["user.create", "user.tag", "group.add_user"]
    assert Change.objects.get().title == "Make a user kim like dana.okafor"


def test_a_role_describes_itself(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    role = make_role(aws_account, max_session_s=3600)
    url = address("role_action", aws_id=role.aws_id, action="describe")
    params = params_of(post(client_of(erin), url, description="Exports reports", minutes="120"))
    assert params == {"arn": role.arn, "description": "Exports reports", "max_session_s": 7200}


def test_sessions_are_revoked(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    role = make_role(aws_account)
    assert kinds_of(post(client_of(erin), address("role_action", aws_id=role.aws_id, action="revoke-sessions"))) == [
        "role.revoke_sessions"
    ]


def test_of_a_service_linked_role_aws_is_asked(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    path = "/aws-service-role/support.amazonaws.com/"
    role = make_role(aws_account, "AWSServiceRoleForSupport", path=path)
    url = address("role_action", aws_id=role.aws_id, action="delete-linked")
    assert url in get(client_of(erin), "role", aws_id=role.aws_id)
    assert kinds_of(post(client_of(erin), url)) == ["slr.delete", "slr.await_deletion"]


def test_another_role_goes_into_an_instance_profile(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    arn = f"arn:aws:iam::{aws_account.account_id}:instance-profile/web"
    profile = make(InstanceProfile, aws_account, "web", role=make_role(aws_account), arn=arn)
    make_role(aws_account, "web-server")
    url = address("instance_profile_action", aws_id=profile.aws_id, action="set-role")
    assert kinds_of(post(client_of(erin), url, role="web-server")) == [
        "instance_profile.remove_role",
        "instance_profile.add_role",
    ]


# ---- New roles -----------------------------------------------------------------------------------------------
ROLE = {"name": "deployer", "path": "/", "minutes": "60"}


def test_the_list_offers_one_button_and_its_page_the_other_ways(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    assert [action.name for action in object_actions.offered_on("roles")] == ["create-role"]
    page = client_of(erin).get(address("account_action", action="create-role")).content.decode()
    assert address("account_action", action="create-role-json") in page


def test_a_role_for_ec2_gets_an_instance_profile(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    said = {**ROLE, "service": "ec2.amazonaws.com", "profile": "on"}
    response = post(client_of(erin), address("account_action", action="create-role"), **said)
    assert kinds_of(response) == ["role.create", "instance_profile.create", "instance_profile.add_role"]
    assert Change.objects.get().title == "Make the role deployer"


def test_a_role_is_linked_to_a_service(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    said = {"service": "autoscaling.amazonaws.com", "suffix": "blue", "description": "Scales the blue fleet"}
    params = params_of(post(client_of(erin), address("account_action", action="create-role-linked"), **said))
    under = f"arn:aws:iam::{aws_account.account_id}:role/aws-service-role/autoscaling.amazonaws.com/"
    assert params == {"under": under, "suffix": "blue", "description": "Scales the blue fleet"}
    assert Change.objects.get().title == (
        "Make the service-linked role of autoscaling.amazonaws.com with the suffix blue"
    )


@pytest.mark.parametrize(
    ("action", "said", "sentence"),
    [
        ("create-role", {"service": "other"}, "Say which service."),
        ("create-role", {"service": "other", "principal": "events"}, "ends in .amazonaws.com"),
        ("create-role", {"service": "lambda.amazonaws.com", "minutes": "30"}, "greater than or equal to 60"),
        ("create-role-linked", {"service": "events"}, "ends in .amazonaws.com"),
        ("create-role-linked", {"service": "lex.amazonaws.com", "suffix": "a b"}, "A suffix has 1 to 64 letters"),
        ("create-role-account", {"account": "123"}, "has 12 digits"),
        ("create-role-account", {"account": "1234567890123"}, "has 12 digits"),
        ("create-role-account", {"account": "123456789012", "external_id": "a b"}, "2 to 1,224 letters"),
        ("create-role-linked", {"service": "x y.amazonaws.com"}, "ends in .amazonaws.com"),
        ("create-role-provider", {"provider": "github"}, "It takes sts.amazonaws.com."),
        ("create-role-json", {"document": "{"}, "Line 1"),
    ],
)
def test_what_a_new_role_lacks(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf, action: str, said: dict[str, str], sentence: str
) -> None:
    if "provider" in said:
        said["provider"] = github(aws_account).arn
    response = post(client_of(erin), address("account_action", action=action), **{**ROLE, **said})
    text = text_of(response.content.decode())
    assert response.status_code == 422
    assert sentence in text


def test_a_role_as_json_says(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    policy, trust = make_policy(aws_account), for_account(aws_account, "999999999999")
    said = {**ROLE, "document": trust, "policy": policy.name}
    assert (
        params_of(post(client_of(erin), address("account_action", action="create-role-json"), **said))["document"]
        == trust
    )
    assert Change.objects.get().steps.get(position=2).kind == "iam.role.attach"


def github(aws_account: AwsAccount) -> OidcProvider:
    arn = f"arn:aws:iam::{aws_account.account_id}:oidc-provider/token.actions.githubusercontent.com"
    return make(
        OidcProvider, aws_account, "token.actions.githubusercontent.com", arn=arn, client_ids=["sts.amazonaws.com"]
    )


def test_the_trust_of_a_provider(aws_account: AwsAccount) -> None:
    trust = json.loads(for_provider(aws_account, github(aws_account), "sts.amazonaws.com", "repo:acme/shop:*"))
    assert trust["Statement"][0]["Condition"] == {
        "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
        "StringLike": {"token.actions.githubusercontent.com:sub": "repo:acme/shop:*"},
    }


def test_no_trust_that_a_form_writes_is_an_error_or_unsafe(aws_account: AwsAccount) -> None:
    saml = make(
        SamlProvider,
        aws_account,
        "okta",
        metadata_hash="",
        arn=f"arn:aws:iam::{aws_account.account_id}:saml-provider/okta",
    )
    documents = [
        *(for_service(aws_account, service.principal) for service in SERVICES),
        *(for_service(aws_account, principal) for principal in SERVICE_SOURCES),
        for_account(aws_account, "999999999999", external_id="acme-7", asks_mfa=True),
        for_provider(aws_account, github(aws_account), "sts.amazonaws.com", "repo:acme/shop:ref:refs/heads/main"),
        for_provider(aws_account, saml, "", ""),
    ]
    for document in documents:
        found = lint(document, DocumentType.TRUST, aws_account.account_id)
        bad = (Severity.ERROR, Severity.SECURITY_WARNING)
        assert [each for each in found if each.severity in bad] == [], document
