"""What mends the faults of Acme's main AWS account for which the console stages nothing by itself: calls of AWS."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from emulator.iam.totp import codes_at
from emulator.process import Emulator
from emulator.sample_estate.data import account
from emulator.wellknown import ACCOUNT_ID
from iamconsole.clock import now
from tests.services.certificates import saml_metadata

_ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
_SOURCE = {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}}
_BRANCH = "repo:acme-shop/storefront:ref:refs/heads/main"
_READS = {
    "*": "s3:ListAllMyBuckets",
    "s3:*": "s3:Get*",
    "iam:*": "iam:ChangePassword",
    **{f"{each}:*": f"{each}:Get*" for each in ("athena", "lambda", "scheduler", "sns", "sqs")},
    **{
        f"{each}:*": f"{each}:Describe*"
        for each in (
            "cloudwatch",
            "dynamodb",
            "ec2",
            "ecr",
            "ecs",
            "kms",
            "logs",
            "sagemaker",
            "ssm",
            "states",
            "support",
        )
    },
}
_Edit = Callable[[dict[str, Any]], object]


class ByHand:
    def __init__(self, emulator: Emulator) -> None:
        self._emulator, self._iam = emulator, emulator.client("iam")

    def mend(self, own_policies: Iterable[str]) -> None:
        """`own_policies`: users who have policies of their own."""
        self._to_groups(own_policies)
        self._root()
        self._administrators()
        self._sign_in()
        self._keys()
        self._policies()
        self._trusts()
        self._iam.delete_server_certificate(ServerCertificateName="intranet-2023")
        newer = saml_metadata(entity_id="https://sso.acme.example/metadata", certificate_days=700)
        arn = f"arn:aws:iam::{ACCOUNT_ID}:saml-provider/{account.SSO}"
        self._iam.update_saml_provider(SAMLProviderArn=arn, SAMLMetadataDocument=newer)
        self._iam.detach_role_policy(RoleName="shop-guest", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
        self._without_secret()

    def _root(self) -> None:
        self._emulator.describe_root(mfa="passkey")

    def _administrators(self) -> None:
        for name in ("alice.meyer", "tom.becker"):
            self._iam.remove_user_from_group(GroupName="administrators", UserName=name)
        for name in ("break-glass", "ops-automation", "stack-execution"):
            self._iam.detach_role_policy(RoleName=name, PolicyArn=_ADMINISTRATOR)
        self._iam.detach_group_policy(GroupName=_group("ben.carter"), PolicyArn=self._policy("temp-full-access"))

    def _sign_in(self) -> None:
        for name in ("ben.carter", "chloe.martin", "hannah.lewis", "lena.fischer", "marco.rossi", "olga.petrova"):
            device = self._iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
            first, second = codes_at(device["Base32StringSeed"].decode(), now())
            codes = {"AuthenticationCode1": first, "AuthenticationCode2": second}
            self._iam.enable_mfa_device(UserName=name, SerialNumber=device["SerialNumber"], **codes)

    def _keys(self) -> None:
        """Of two that are in use one goes, and the other one is replaced."""
        keys = self._iam.list_access_keys(UserName="ci-builder")["AccessKeyMetadata"]
        for key in keys:
            self._iam.delete_access_key(UserName="ci-builder", AccessKeyId=key["AccessKeyId"])
        self._iam.create_access_key(UserName="ci-builder")

    # ---- Policies
    def _to_groups(self, names: Iterable[str]) -> None:
        for name in names:
            group, user = {"GroupName": _group(name)}, {"UserName": name}
            self._iam.create_group(**group)
            for each in self._iam.list_attached_user_policies(**user)["AttachedPolicies"]:
                self._iam.attach_group_policy(PolicyArn=each["PolicyArn"], **group)
                self._iam.detach_user_policy(PolicyArn=each["PolicyArn"], **user)
            for policy in self._iam.list_user_policies(**user)["PolicyNames"]:
                document = self._iam.get_user_policy(PolicyName=policy, **user)["PolicyDocument"]
                self._iam.put_group_policy(PolicyName=policy, PolicyDocument=json.dumps(document), **group)
                self._iam.delete_user_policy(PolicyName=policy, **user)
            self._iam.add_user_to_group(**group, **user)

    def _policies(self) -> None:
        for name in ("data-science", "engineers", "support-tickets", "temp-full-access"):
            self._edit(name, _narrowed)
        self._edit("ci-deploy", _passing_one_role)
        self._edit("oncall-restart", _without("lambda:UpdateFunctionConfiguration"))
        self._edit("platform-tools", _without("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"))
        power = "arn:aws:iam::aws:policy/PowerUserAccess"
        self._iam.detach_group_policy(GroupName=_group("terraform"), PolicyArn=power)

    def _policy(self, name: str) -> str:
        pages = self._iam.get_paginator("list_policies").paginate(Scope="Local")
        [arn] = [each["Arn"] for page in pages for each in page["Policies"] if each["PolicyName"] == name]
        return str(arn)

    def _edit(self, name: str, edit: _Edit) -> None:
        arn = self._policy(name)
        policy = self._iam.get_policy(PolicyArn=arn)["Policy"]
        version = {"PolicyArn": arn, "VersionId": policy["DefaultVersionId"]}
        document = self._iam.get_policy_version(**version)["PolicyVersion"]["Document"]
        edit(document)
        self._iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(document), SetAsDefault=True)

    # ---- Trust policies
    def _trusts(self) -> None:
        for name in ("ecs-execution", "notebooks", "stack-execution"):
            self._trust(name, lambda statement: statement.update(Condition=_SOURCE))
        self._trust("github-plan", _from_one_branch)
        self._trust("backup-agent", lambda statement: statement.pop("Condition"))
        for name in ("old-migration", "data-account-export", "partner-share", "vendor-billing", "vendor-monitoring"):
            self._trust(name, _to_lambda)

    def _trust(self, name: str, edit: _Edit) -> None:
        document = self._iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        for statement in document["Statement"]:
            edit(statement)
        self._iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(document))

    # ---- Cognito
    def _without_secret(self) -> None:
        """The app client that has one goes: people have the app with the other one by then."""
        cognito = self._emulator.client("cognito-idp", region_name="eu-west-1")
        for pool in cognito.list_user_pools(MaxResults=60)["UserPools"]:
            about = {"UserPoolId": pool["Id"]}
            for client in cognito.list_user_pool_clients(MaxResults=60, **about)["UserPoolClients"]:
                if client["ClientName"] == "shop-web":
                    cognito.delete_user_pool_client(ClientId=client["ClientId"], **about)


def _group(user: str) -> str:
    return f"as-{user}"


def _narrowed(document: dict[str, Any]) -> None:
    """Of whole services the read actions stay, of everything the list of buckets."""
    for statement in document["Statement"]:
        actions = statement["Action"]
        if statement["Effect"] == "Allow":
            statement["Action"] = [
                _READS.get(each, each) for each in (actions if isinstance(actions, list) else [actions])
            ]


def _passing_one_role(document: dict[str, Any]) -> None:
    for statement in document["Statement"]:
        if "iam:PassRole" in statement["Action"]:
            statement["Resource"] = f"arn:aws:iam::{ACCOUNT_ID}:role/thumbnailer"


def _without(*actions: str) -> _Edit:
    def edit(document: dict[str, Any]) -> None:
        for statement in document["Statement"]:
            if isinstance(statement["Action"], list):
                statement["Action"] = [each for each in statement["Action"] if each not in actions]
        document["Statement"] = [each for each in document["Statement"] if each["Action"]]

    return edit


def _from_one_branch(statement: dict[str, Any]) -> None:
    github = "token.actions.githubusercontent.com"
    statement["Condition"] = {"StringEquals": {f"{github}:aud": "sts.amazonaws.com", f"{github}:sub": _BRANCH}}


def _to_lambda(statement: dict[str, Any]) -> None:
    statement.clear()
    statement.update(Effect="Allow", Principal={"Service": "lambda.amazonaws.com"}, Action="sts:AssumeRole")
