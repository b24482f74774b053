"""What operations tell of who has what access afterwards: from their parameters alone."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AwsAccount
from identities.operations.inline import POLICY as REVOKED
from identities.operations.inline import revoking
from policies.holdings import (
    AccessFact,
    ArnChange,
    BoundaryChange,
    CredentialFact,
    ExistenceChange,
    FederationFact,
    InlinePolicyChange,
    InstanceProfileFact,
    ManagedPolicyChange,
    TrustChange,
)
from sync.operations import AccessChange, registry
from tests.access.mirrored import arn
from tests.services.statements import allow, document_text

DANA, LEE, TEAM, ROLE = arn("user/dana"), arn("user/lee"), arn("group/team"), arn("role/exporter")
POLICY, PROFILE, OIDC = arn("policy/reports"), arn("instance-profile/web"), arn("oidc-provider/id.example.org")
SAML = arn("saml-provider/okta")
DOCUMENT = document_text(allow("s3:GetObject"))
KEY = {"arn": DANA, "key": "AKIA1234"}
SEALED = {"arn": DANA, "password": "sealed:1"}


def described(kind: str, params: dict[str, Any]) -> list[AccessChange]:
    operation = registry[kind]
    return list(operation.access_changes(AwsAccount(), operation.parse(params)))


@pytest.mark.parametrize(
    ("kind", "params", "expected"),
    [
        ("user.create", {"arn": DANA}, [ExistenceChange(DANA, True)]),
        (
            "user.create",
            {"arn": DANA, "boundary_arn": POLICY},
            [ExistenceChange(DANA, True), BoundaryChange(DANA, POLICY)],
        ),
        ("group.create", {"arn": TEAM}, [ExistenceChange(TEAM, True)]),
        (
            "role.create",
            {"arn": ROLE, "document": DOCUMENT},
            [ExistenceChange(ROLE, True), TrustChange(ROLE, DOCUMENT)],
        ),
        ("user.delete", {"arn": DANA}, [ExistenceChange(DANA, False)]),
        ("group.delete", {"arn": TEAM}, [ExistenceChange(TEAM, False)]),
        ("role.delete", {"arn": ROLE}, [ExistenceChange(ROLE, False)]),
        ("user.rename", {"arn": DANA, "new_arn": LEE}, [ArnChange(DANA, LEE)]),
        ("policy.create", {"arn": POLICY, "document": DOCUMENT}, [ManagedPolicyChange(POLICY, DOCUMENT)]),
        ("policy.delete", {"policy_arn": POLICY}, [ManagedPolicyChange(POLICY, None)]),
        ("instance_profile.create", {"arn": PROFILE}, []),
        ("instance_profile.delete", {"arn": PROFILE}, []),
        (
            "instance_profile.add_role",
            {"profile_arn": PROFILE, "role_arn": ROLE},
            [InstanceProfileFact(PROFILE, ROLE, True)],
        ),
        (
            "instance_profile.remove_role",
            {"profile_arn": PROFILE, "role_arn": ROLE},
            [InstanceProfileFact(PROFILE, ROLE, False)],
        ),
    ],
)
def test_of_objects(kind: str, params: dict[str, Any], expected: list[AccessChange]) -> None:
    assert described(f"iam.{kind}", params) == expected


def test_of_sessions_that_end() -> None:
    before = "2026-11-25T18:02:00Z"
    params = {"arn": ROLE, "policy": REVOKED, "document": revoking(before), "before": before}
    assert described("iam.role.revoke_sessions", params) == [InlinePolicyChange(ROLE, REVOKED, revoking(before))]


@pytest.mark.parametrize(
    ("kind", "params", "words", "gives"),
    [
        ("key.create", {"arn": DANA}, "Has a new access key", True),
        ("key.activate", KEY, "Can use the access key AKIA1234", True),
        ("key.deactivate", KEY, "Can no longer use the access key AKIA1234", False),
        ("key.delete", KEY, "Can no longer use the access key AKIA1234", False),
        ("login.create", SEALED, "Can sign in to AWS’s console with a password", True),
        ("login.reset", SEALED, "Can sign in to AWS’s console only with a new password", True),
        ("login.delete", {"arn": DANA}, "Can no longer sign in to AWS’s console with a password", False),
        (
            "mfa.deactivate",
            {"arn": DANA, "serial": "GAHT12345678"},
            "Signs in without the MFA device GAHT12345678",
            False,
        ),
        (
            "ssh_key.set_status",
            {"arn": DANA, "ssh_key": "APKA1", "active": True},
            "Can use the SSH key APKA1",
            True,
        ),
        (
            "svc_cred.reset",
            {"arn": DANA, "credential": "ACCA1"},
            "Can use the service credential ACCA1 only with its new secret",
            True,
        ),
        ("oidc.delete", {"arn": OIDC}, "No longer lets in whom it vouches for, to roles that trust it", False),
        ("saml.delete", {"arn": SAML}, "No longer lets in whom it vouches for, to roles that trust it", False),
        (
            "oidc.client_id.add",
            {"arn": OIDC, "client_id": "app"},
            "Lets in whoever has a token of it for app, to roles that trust it",
            True,
        ),
    ],
)
def test_of_what_no_policy_says(kind: str, params: dict[str, Any], words: str, gives: bool) -> None:
    (fact,) = described(f"iam.{kind}", params)
    assert isinstance(fact, AccessFact)
    assert (fact.words, fact.now) == (words, gives)


def test_facts_say_whom_they_are_about() -> None:
    facts = [
        CredentialFact(DANA, "password", True),
        FederationFact(OIDC, "anybody", True),
        InstanceProfileFact(PROFILE, ROLE, True),
    ]
    assert [fact.arn for fact in facts] == [DANA, OIDC, ROLE]
