"""What is sent when one setting is changed: all of the others with it, to the letter, since AWS resets what is not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import botocore.session
import pytest
from django.utils import timezone

from accounts.models import Operator
from cognito.models import CognitoMembership, CognitoUser
from cognito.people.operations.base import on_person
from cognito.people.operations.groups import AddToGroup
from cognito.pools.operations import create_pool, make, update
from cognito.pools.operations.replacing import ReplaceMfa
from cognito.pools.operations.shapes import AS_AWS_HAS_IT, CLIENT, GROUP, LOGS, MFA, POOL, PROVIDER, RISK, SHAPES, Shape
from emulator.process import REGION
from sync import changes
from sync.aws.client import reader
from sync.changes import PlanError
from sync.models import Change
from sync.operations import PreviousAttempt, registry
from sync.placeholders import placeholder_for
from sync.plan_draft import Draft
from tests.cognito.arranged_pool import BY_SES, Arranged, arrange, provider_of
from tests.cognito.seeding import CLIENT_SECRET, ROLE, pull_pools
from tests.services.changing import carry_out, propose
from tests.services.pulling import pulled
from tests.services.world import World

pytestmark = pytest.mark.django_db


def sent(world: World, action: str) -> list[str]:
    return [json.dumps(call["params"], sort_keys=True) for call in world.sent(action)]


def settled(arranged: Arranged) -> bool:
    """Settings that a call that leaves them out would reset."""
    arranged.idp.update_user_pool(
        **arranged.in_pool,
        PoolName="customers",
        AutoVerifiedAttributes=["email"],
        UserPoolTags={"team": "shop"},
        DeletionProtection="ACTIVE",
        UserPoolTier="PLUS",
        Policies={"PasswordPolicy": {"MinimumLength": 10, "RequireNumbers": True, "TemporaryPasswordValidityDays": 3}},
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
        LambdaConfig={"PreSignUp": "arn:aws:lambda:eu-central-1:123456789012:function:check"},
        EmailConfiguration={**BY_SES, "ReplyToEmailAddress": "help@example.org"},
        VerificationMessageTemplate={"DefaultEmailOption": "CONFIRM_WITH_CODE", "EmailMessage": "It is {####}"},
    )
    return True


def test_a_pool_is_sent_as_a_whole(world: World, erin: Operator) -> None:
    arranged = arrange(world, settled)
    was = arranged.described()

    step = update(POOL, arranged.pool.arn, "customers", {"Policies.PasswordPolicy.MinimumLength": 14})
    change = carry_out(propose(world.aws_account, erin, [step]), erin)

    assert change.state == Change.State.APPLIED
    expected = {
        "UserPoolId": arranged.pool.aws_id,
        "PoolName": "customers",
        "AutoVerifiedAttributes": ["email"],
        "UserPoolTags": {"team": "shop"},
        "DeletionProtection": "ACTIVE",
        "UserPoolTier": "PLUS",
        "MfaConfiguration": "OFF",
        "Policies": {
            "PasswordPolicy": {
                "MinimumLength": 14,
                "RequireUppercase": False,
                "RequireLowercase": False,
                "RequireNumbers": True,
                "RequireSymbols": False,
                "TemporaryPasswordValidityDays": 3,
            },
            "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]},
        },
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True},
        "LambdaConfig": {"PreSignUp": "arn:aws:lambda:eu-central-1:123456789012:function:check"},
        "EmailConfiguration": {**BY_SES, "ReplyToEmailAddress": "help@example.org"},
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE", "EmailMessage": "It is {####}"},
    }
    assert sent(world, "UpdateUserPool") == [json.dumps(expected, sort_keys=True)]
    now = arranged.described()
    assert {name for name in was if was[name] != now[name]} == {"Policies", "LastModifiedDate"}


def test_a_client_and_a_group_are_sent_as_a_whole(world: World, erin: Operator) -> None:
    arranged = arrange(world)
    client = update(CLIENT, arranged.pool.arn, "web", {"RefreshTokenValidity": 7}, arranged.client.aws_id)
    group = update(GROUP, arranged.pool.arn, "vip", {"Precedence": 0}, "vip")
    carry_out(propose(world.aws_account, erin, [client, group]), erin)
    [of_client], [of_group] = sent(world, "UpdateUserPoolClient"), sent(world, "UpdateGroup")
    assert json.loads(of_client)["CallbackURLs"] == ["https://shop.example.org/a", "https://shop.example.org/b"]
    assert json.loads(of_client)["EnableTokenRevocation"] is True
    assert "ClientSecret" not in of_client
    assert json.loads(of_group) == {
        "UserPoolId": arranged.pool.aws_id,
        "GroupName": "vip",
        "Description": "Best customers",
        "Precedence": 0,
        "RoleArn": ROLE,
    }


def test_the_plan_names_what_aws_would_have_reset(world: World, erin: Operator) -> None:
    arranged = arrange(world)
    step = update(POOL, arranged.pool.arn, "customers", {"DeletionProtection": "INACTIVE"})
    planned = propose(world.aws_account, erin, [step]).steps.get()
    operation = registry[planned.kind]
    note = operation.note(operation.parse(planned.params))
    assert "tags" in note
    assert "what is verified" in note
    assert "deletion protection" not in note


def test_two_changes_of_one_pool_build_on_each_other(world: World, erin: Operator) -> None:
    arranged = arrange(world)
    arn = arranged.pool.arn
    steps = [
        update(POOL, arn, "customers", {"DeletionProtection": "INACTIVE"}),
        update(POOL, arn, "customers", {"Policies.PasswordPolicy.MinimumLength": 14}),
    ]
    assert carry_out(propose(world.aws_account, erin, steps), erin).state == Change.State.APPLIED
    now = arranged.described()
    assert now["DeletionProtection"] == "INACTIVE"
    assert now["Policies"]["PasswordPolicy"]["MinimumLength"] == 14


def test_the_reverse_leaves_alone_what_somebody_set_since(world: World, erin: Operator) -> None:
    arranged = arrange(world)
    step = update(POOL, arranged.pool.arn, "customers", {"DeletionProtection": "INACTIVE"})
    done = carry_out(propose(world.aws_account, erin, [step]), erin)
    arranged.idp.tag_resource(ResourceArn=arranged.pool.arn, Tags={"stage": "live"})
    pull_pools(world.aws_account)
    back = carry_out(changes.propose_reverse(change=done, actor=erin, reason=""), erin)
    assert back.state == Change.State.APPLIED
    now = arranged.described()
    assert (now["DeletionProtection"], now["UserPoolTags"]["stage"]) == ("ACTIVE", "live")


def test_what_somebody_set_meanwhile_is_a_conflict(world: World, erin: Operator) -> None:
    arranged = arrange(world)
    step = update(POOL, arranged.pool.arn, "customers", {"DeletionProtection": "INACTIVE"})
    change = propose(world.aws_account, erin, [step])
    arranged.idp.tag_resource(ResourceArn=arranged.pool.arn, Tags={"stage": "live"})
    change = carry_out(change, erin)
    assert change.state == Change.State.CONFLICTED
    assert "so nothing was sent: somebody has set tags otherwise." in change.error["sentence"]
    assert world.sent("UpdateUserPool") == []


def test_what_would_be_put_back_is_refused(world: World, erin: Operator) -> None:
    """The mirror knows more by the apply than it did when the call was filled in."""
    arranged = arrange(world)
    [step] = propose(
        world.aws_account, erin, [update(POOL, arranged.pool.arn, "customers", {"DeletionProtection": "INACTIVE"})]
    ).steps.all()
    operation, held = registry[POOL.kind], dict(step.expects or {})
    now = {**held, "settings": {**held["settings"], "UserPoolTags": {"stage": "live"}}}
    [finding] = operation.limits(Draft(world.aws_account), operation.parse(step.params), now)
    assert (finding.code, "UserPoolTags" in finding.message) == ("OTHER_SETTINGS", True)
    assert operation.limits(Draft(world.aws_account), operation.parse(step.params), step.expects) == []


def test_a_reverse_puts_no_secret_back() -> None:
    """What stands for one would be sent as one."""
    operation = registry[PROVIDER.kind]
    arn = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_abc"
    typed = {"ProviderDetails.client_id": "b", "ProviderDetails.client_secret": "sealed:x"}
    p = operation.parse(update(PROVIDER, arn, "Google", typed, "Google").params)
    before = {"ProviderDetails.client_id": "a", "ProviderDetails.client_secret": AS_AWS_HAS_IT}
    [back] = operation.reverse(p, before, {})
    assert back.params["changes"] == {"ProviderDetails.client_id": "a"}


def test_a_new_secret_shows_by_the_date_alone(world: World) -> None:
    """AWS describes it no otherwise than the old one: what was never sent must not count as done."""
    arranged = arrange(world)
    operation = registry[PROVIDER.kind]
    typed = {"ProviderDetails.client_secret": "sealed:x"}
    p = operation.parse(update(PROVIDER, arranged.pool.arn, "Google", typed, "Google").params)
    client = reader(world.aws_account, region=arranged.pool.region)
    live = operation.live(client, p)
    p = replace(p, settings=live["settings"])
    later, before = (timezone.now() + timedelta(hours=hours) for hours in (1, -1))
    assert operation.done(client, p, live, [PreviousAttempt(later, live)]) is None
    assert operation.done(client, p, live, [PreviousAttempt(before, live)]) is not None


def test_a_secret_that_is_not_typed_stays_as_aws_has_it(world: World, erin: Operator) -> None:
    """The mirror doesn't have it, and the call replaces all details."""
    arranged = arrange(world)
    step = update(PROVIDER, arranged.pool.arn, "Google", {"ProviderDetails.client_id": "new"}, "Google")
    assert carry_out(propose(world.aws_account, erin, [step]), erin).state == Change.State.APPLIED
    details = provider_of(arranged, "Google")
    assert (details["client_id"], details["client_secret"]) == ("new", CLIENT_SECRET)


def test_no_factor_is_sent_with_mfa_off() -> None:
    """AWS refuses it, but for text messages, which it keeps."""
    factors = {name: {"Enabled": True} for name in ("SoftwareTokenMfaConfiguration", "EmailMfaConfiguration")}
    texts = {"SmsMfaConfiguration": {"SmsConfiguration": {"SnsCallerArn": ROLE}}}
    fitted = ReplaceMfa(MFA).fitted({"MfaConfiguration": "OFF", **factors, **texts})
    assert fitted.keys() == {"MfaConfiguration", "SmsMfaConfiguration"}


def test_what_is_set_so_already_is_refused(world: World, erin: Operator) -> None:
    arranged = arrange(world)
    step = update(POOL, arranged.pool.arn, "customers", {"DeletionProtection": "ACTIVE"})
    with pytest.raises(PlanError, match="set so already"):
        propose(world.aws_account, erin, [step])


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: str(shape.kind))
def test_a_shape_has_all_members_that_the_call_takes(shape: Shape) -> None:
    """Whatever AWS adds to the call has to be sent, too: what is left out on purpose stands here."""
    left_out = {
        "UserPoolId",
        "ClientId",
        "GroupName",
        "ProviderName",
        "Identifier",  # which one
        "SmsVerificationMessage",
        "EmailVerificationMessage",
        "EmailVerificationSubject",  # of old: in the template
        "DcrConfiguration",
        "PublishSecretsInAWSSecretsManager",  # left out, they stay
    }
    model: Any = botocore.session.get_session().get_service_model("cognito-idp")
    asked = model.operation_model(shape.operation).input_shape.members
    members = set(asked) - left_out
    if shape is LOGS:  # by what is logged
        members = set(asked["LogConfigurations"].member.members["EventSource"].enum)
    assert members == {*shape.renamed.values()} - {"HasSecret"}


TEXTS = {"SnsCallerArn": "arn:aws:iam::123456789012:role/texts", "ExternalId": "shop"}
APP = {"MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": True}}


def test_mfa_after_how_texts_are_sent_is_no_conflict(world: World, erin: Operator) -> None:
    """How texts are sent is a setting of the pool, and stands in its MFA configuration, too."""
    arranged = arrange(world)
    arn = arranged.pool.arn
    steps = [update(POOL, arn, "customers", {"SmsConfiguration": TEXTS}), update(MFA, arn, "customers", APP)]
    assert carry_out(propose(world.aws_account, erin, steps), erin).state == Change.State.APPLIED
    [mfa] = sent(world, "SetUserPoolMfaConfig")
    assert json.loads(mfa)["SmsMfaConfiguration"] == {"SmsConfiguration": TEXTS}


def test_a_pool_after_its_mfa_keeps_it(world: World, erin: Operator) -> None:
    """Whether there is MFA is told of the pool too: sent as the mirror has it, it would be off again."""
    arranged = arrange(world)
    arn = arranged.pool.arn
    steps = [update(MFA, arn, "customers", APP), update(POOL, arn, "customers", {"DeletionProtection": "INACTIVE"})]
    assert carry_out(propose(world.aws_account, erin, steps), erin).state == Change.State.APPLIED
    now = arranged.described()
    assert (now["MfaConfiguration"], now["DeletionProtection"]) == ("OPTIONAL", "INACTIVE")


def test_a_new_pool_gets_what_its_creation_does_not_take(world: World, erin: Operator) -> None:
    settings = {
        "SmsConfiguration": TEXTS,
        "UserPoolTier": "PLUS",
        "UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"},
    }
    made = f"arn:aws:cognito-idp:{REGION}:123456789012:userpool/{placeholder_for(1)}"
    risk = {"CompromisedCredentialsRiskConfiguration": {"Actions": {"EventAction": "BLOCK"}}}
    steps = [
        create_pool(world.aws_account, REGION, "copy", settings),
        update(MFA, made, "copy", APP),
        update(RISK, made, "copy", risk),
    ]
    done = carry_out(propose(world.aws_account, erin, steps), erin)
    assert done.state == Change.State.APPLIED, [step.error for step in done.steps.all()]


def test_people_are_put_into_a_group_that_the_plan_makes(world: World, erin: Operator, anton: Operator) -> None:
    arranged = arrange(world)
    arranged.idp.admin_create_user(**arranged.in_pool, Username="ada@example.org", MessageAction="SUPPRESS")
    pulled(world.aws_account, source="cognito.people", region=REGION)
    ada = CognitoUser.objects.get()
    steps = [make(GROUP, arranged.pool.arn, "gold", {"RoleArn": ROLE}), on_person(ada, AddToGroup.kind, group="gold")]
    change = propose(world.aws_account, erin, steps)
    assert "Members of gold can take on the role shop-customer" in str(change.findings)
    changes.approve(change=change, actor=anton)
    assert carry_out(change, erin).state == Change.State.APPLIED
    assert CognitoMembership.objects.filter(user=ada, group__name="gold", gone_at=None).exists()


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: str(shape.kind))
def test_a_plan_calls_every_member_by_words(shape: Shape) -> None:
    named = {*shape.renamed.values()} - {"HasSecret"}
    assert [name for name in named if shape.label(name) == name] == []
