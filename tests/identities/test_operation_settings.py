"""What is special of the operations on policies, providers, certificates and account settings."""

from __future__ import annotations

import pytest

from accounts.models import Operator
from identities.kinds import OIDC, SERVER_CERTIFICATE
from identities.models import IamRole, SamlProvider, ServerCertificate
from identities.operations import (
    create_oidc,
    create_saml,
    rename_certificate,
    set_alias,
    set_password_policy,
    set_thumbprints,
    update_saml,
)
from objects.operations.existence import delete
from policies.kinds import POLICY
from policies.models import ManagedPolicy
from policies.operations import create_policy, delete_policy
from sync import changes
from sync.models import Change, SealedSecret
from tests.identities.operation_cases_account import RULES, alias
from tests.identities.operation_cases_certificates import a_certificate, upload
from tests.identities.operation_cases_providers import METADATA, NEWER, a_saml, an_oidc
from tests.policies.operation_cases import READ
from tests.project.operations import CASES
from tests.services.certificates import certificate
from tests.services.changing import carry_out, propose, refusal
from tests.services.operation_cases import ComparedCase
from tests.services.statements import trusting
from tests.services.world import World

pytestmark = pytest.mark.django_db


def test_all_that_is_known_of_what_was_made_is_there_at_once(world: World, erin: Operator) -> None:
    arn = SERVER_CERTIFICATE.arn_of(world.aws_account, "shop")
    made = create_policy(POLICY.arn_of(world.aws_account, "reports"), READ, "Reads")
    assert carry_out(propose(world.aws_account, erin, [made, upload(world, arn)]), erin).state == "applied"
    policy, row = ManagedPolicy.objects.get(), ServerCertificate.objects.get()
    assert (policy.description, policy.tags) == ("Reads", {})
    assert (row.domains, row.tags) == (["shop.example.org"], {})


def test_a_policy_with_other_versions_isnt_deleted(world: World, erin: Operator) -> None:
    assert "delete v1 first" in refusal(world, erin, delete_policy(world.policy(versions=2).arn))


def test_a_policy_that_somebody_has_stays(world: World, erin: Operator) -> None:
    policy, role = world.policy(), world.role()
    world.iam.attach_role_policy(RoleName=role.name, PolicyArn=policy.arn)
    change = carry_out(propose(world.aws_account, erin, [delete_policy(policy.arn)]), erin)
    assert change.state == Change.State.CONFLICTED
    assert world.default(policy) == "v1"


def test_a_policy_name_is_taken_whatever_its_path(world: World, erin: Operator) -> None:
    world.policy("Reports")
    step = create_policy(POLICY.arn_of(world.aws_account, "reports", "/apps/"), READ)
    assert "There is a policy Reports already" in refusal(world, erin, step)


def test_who_trusts_a_provider_is_named(world: World, erin: Operator) -> None:
    provider = an_oidc(world)
    trust = trusting({"Federated": provider.arn}, Action="sts:AssumeRoleWithWebIdentity")
    made = world.iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=trust)
    world.mirrored(IamRole, "deploy", made["Role"]["Arn"])
    change = propose(world.aws_account, erin, [delete(OIDC, provider.arn)])
    assert "1 role trusts oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE: deploy." in change.findings[0]["message"]


@pytest.mark.parametrize(
    ("url", "client_ids", "sentence"),
    [
        ("https://token.example.org:8443", ["a"], "that of the provider's issuer"),
        ("token", ["a"], "that of the provider's issuer"),
        ("https://token.example.org", ["x" * 256], "An audience has 1 to 255"),
        ("https://token.example.org", [str(n) for n in range(101)], "100 audiences at most"),
    ],
)
def test_what_aws_doesnt_take_of_a_provider_is_refused(
    world: World, erin: Operator, url: str, client_ids: list[str], sentence: str
) -> None:
    assert sentence in refusal(world, erin, create_oidc(world.aws_account, url, client_ids))


def test_an_issuer_may_end_with_a_slash(world: World, erin: Operator) -> None:
    step = create_oidc(world.aws_account, "https://acme.eu.auth0.com/", ["a"])
    assert carry_out(propose(world.aws_account, erin, [step]), erin).state == Change.State.APPLIED


def test_thumbprints_are_hexadecimal(world: World, erin: Operator) -> None:
    assert "isn't a thumbprint" in refusal(world, erin, set_thumbprints(an_oidc(world).arn, ["xyz"]))


@pytest.mark.parametrize(("metadata", "sentence"), [("x" * 999, "no less than 1,000"), ("x" * 262_145, "262,144")])
def test_metadata_has_a_size(world: World, erin: Operator, metadata: str, sentence: str) -> None:
    assert sentence in refusal(world, erin, create_saml(world.aws_account, "okta", metadata))


def test_metadata_that_isnt_kept_cant_come_back(world: World, erin: Operator) -> None:
    provider = a_saml(world)
    assert provider.metadata == METADATA
    SamlProvider.objects.update(metadata="")  # as of one that is too long
    change = propose(world.aws_account, erin, [update_saml(provider.arn, NEWER)])
    assert "isn't kept here, so this can't be reversed" in change.findings[0]["message"]
    done = carry_out(change, erin)
    with pytest.raises(changes.PlanError, match="nothing to reverse"):
        changes.propose_reverse(change=done, actor=erin, reason="")


def test_a_private_key_is_sealed_until_it_is_sent(world: World, erin: Operator) -> None:
    arn, key = SERVER_CERTIFICATE.arn_of(world.aws_account, "shop"), certificate("shop.example.org").key
    change = propose(world.aws_account, erin, [upload(world, arn)])
    step = change.steps.get()
    assert key[40:80] not in str(step.params)
    assert SealedSecret.objects.get().change == change
    carry_out(change, erin)
    assert not SealedSecret.objects.exists()


def test_a_certificate_isnt_renamed_onto_another(world: World, erin: Operator) -> None:
    row = a_certificate(world)
    other = certificate("other.example.org")
    answer = world.iam.upload_server_certificate(
        ServerCertificateName="Other", CertificateBody=other.pem, PrivateKey=other.key
    )
    world.mirrored(type(row), "Other", answer["ServerCertificateMetadata"]["Arn"])
    step = rename_certificate(row.arn, SERVER_CERTIFICATE.arn_of(world.aws_account, "other"))
    assert "There is a server certificate other already" in refusal(world, erin, step)


def test_a_certificate_that_was_not_renamed_is_still_there(world: World, erin: Operator) -> None:
    row = a_certificate(world)
    change = propose(
        world.aws_account, erin, [rename_certificate(row.arn, SERVER_CERTIFICATE.arn_of(world.aws_account, "store"))]
    )
    world.iam.update_server_certificate(ServerCertificateName="shop", NewServerCertificateName="elsewhere")
    assert carry_out(change, erin).state == Change.State.CONFLICTED
    row.refresh_from_db()
    assert row.gone_at is None


@pytest.mark.parametrize("path", ["/a b/", "/apps//"])
def test_no_path_that_aws_refuses(world: World, erin: Operator, path: str) -> None:
    step = create_policy(POLICY.arn_of(world.aws_account, "reports", path), READ)
    assert "A path has letters" in refusal(world, erin, step)


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        ("iam.policy.create", "CreatePolicy"),
        ("iam.oidc.create", "CreateOpenIDConnectProvider"),
        ("iam.saml.create", "CreateSAMLProvider"),
        ("iam.server_cert.upload", "UploadServerCertificate"),
    ],
)
def test_a_lost_answer_is_adopted(world: World, erin: Operator, kind: str, action: str) -> None:
    case = CASES[kind]
    assert isinstance(case, ComparedCase)
    arranged = case.arrange(world)
    world.emulator.rules([{"action": action, "when": "after", "truncate": True, "times": 1}])
    change = carry_out(propose(world.aws_account, erin, [case.step(world, arranged)]), erin)
    assert (change.state, len(world.sent(action))) == (Change.State.APPLIED, 1)
    assert change.steps.get().result["id"]
    assert case.shows(world, arranged) == case.leaves


def test_settings_that_were_never_read_are_left_alone(world: World, erin: Operator) -> None:
    assert "weren't read yet: pull, then try again" in refusal(world, erin, set_alias("acme"))


def test_an_alias_of_somebody_elses_making_meanwhile_is_a_conflict(world: World, erin: Operator) -> None:
    alias(world)
    change = propose(world.aws_account, erin, [set_alias("acme-shop")])
    world.iam.create_account_alias(AccountAlias="acme-other")
    assert carry_out(change, erin).state == Change.State.CONFLICTED


@pytest.mark.parametrize("said", ["ab", "Acme", "-acme", "ac--me", "123456789012"])
def test_no_alias_that_aws_refuses(world: World, erin: Operator, said: str) -> None:
    assert "An alias has 3 to 63" in refusal(world, erin, set_alias(said))


@pytest.mark.parametrize("rule", [{"minimum_length": 5}, {"remembered": 25}, {"max_age_days": 1096}])
def test_no_password_rule_that_aws_refuses(world: World, erin: Operator, rule: dict[str, int]) -> None:
    assert "is a number from" in refusal(world, erin, set_password_policy(**{**RULES, **rule}))
