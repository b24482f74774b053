"""For each finding a document that has it: a statement (or several), or the text of the whole document."""

from __future__ import annotations

import json
from typing import Any

from policies.engine.structure import DocumentType
from tests.services.statements import Statement, trust

ME, OTHER = "123456789012", "210987654321"
ROLE = f"arn:aws:iam::{ME}:role/reader"
SAML = f"arn:aws:iam::{ME}:saml-provider/corp"
GITHUB = f"arn:aws:iam::{ME}:oidc-provider/token.actions.githubusercontent.com"
OIDC = f"arn:aws:iam::{ME}:oidc-provider/id.example.com"
BUCKET = "arn:aws:s3:::reports"

IDENTITY, TRUST, RESOURCE = DocumentType.IDENTITY, DocumentType.TRUST, DocumentType.RESOURCE
SCP, RCP = DocumentType.SCP, DocumentType.RCP


def document(*statements: Statement, version: str | None = "2012-10-17") -> str:
    whole = {"Version": version, "Statement": list(statements)}
    return json.dumps({name: value for name, value in whole.items() if value is not None}, indent=2, ensure_ascii=False)


def allow(action: Any = "s3:GetObject", resource: Any = f"{BUCKET}/*", **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "s3:GetObject", resource: Any = f"{BUCKET}/*", **more: Any) -> Statement:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def where(operator: str, key: str, value: Any, **how: Any) -> Statement:
    """Allowed under one condition."""
    return allow(Condition={operator: {key: value}}, **how)


def to(principal: Any, **more: Any) -> Statement:
    return allow(Principal=principal, **more)


def control(action: Any = "s3:*", **more: Any) -> Statement:
    """Of an RCP."""
    return {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*", **more}


def without(statement: Statement, *names: str) -> Statement:
    return {name: value for name, value in statement.items() if name not in names}


BY_TOKEN, BY_SAML = "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"
SERVICE = {"Service": "sns.amazonaws.com"}
EC2_TAG = {"StringEquals": {"aws:ResourceTag/team": "red"}}
UNTAGGED = "account:GetAlternateContact"

CASES: dict[str, tuple[DocumentType, str | Statement | list[Statement]]] = {
    # ---- Grammar
    "JSON_SYNTAX_ERROR": (IDENTITY, '{"Version": }'),
    "UNSUPPORTED_CHARACTER": (IDENTITY, where("StringEquals", "aws:username", "中")),
    "DUPLICATE_NAME": (IDENTITY, '{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}'),
    "DATA_TYPE_MISMATCH": (IDENTITY, allow(action=7)),
    "INVALID_VERSION": (IDENTITY, document(allow(), version="2026-01-01")),
    "MISSING_STATEMENT": (IDENTITY, '{"Version": "2012-10-17"}'),
    "INVALID_POLICY_ELEMENT": (IDENTITY, allow(Comment="x")),
    "MISSING_EFFECT": (IDENTITY, without(allow(), "Effect")),
    "INVALID_EFFECT": (IDENTITY, allow() | {"Effect": "allow"}),
    "MISSING_ACTION": (IDENTITY, without(allow(), "Action")),
    "MISSING_RESOURCE": (IDENTITY, without(allow(), "Resource")),
    "MISSING_PRINCIPAL": (RESOURCE, allow()),
    "UNSUPPORTED_ELEMENT_COMBINATION": (IDENTITY, allow(NotAction="s3:*")),
    "UNSUPPORTED_PRINCIPAL": (IDENTITY, to("*")),
    "SCP_SYNTAX_ERROR_PRINCIPAL": (SCP, deny(Principal="*")),
    "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE": (TRUST, trust({"AWS": ME}, Resource="*")),
    "INVALID_PRINCIPAL_FORMAT": (RESOURCE, to(ROLE)),
    "INVALID_PRINCIPAL_KEY": (RESOURCE, to({"User": ROLE})),
    "UNSUPPORTED_SID": (IDENTITY, allow(Sid="not this")),
    "UNIQUE_SIDS_REQUIRED": (IDENTITY, [allow(Sid="A"), deny(Sid="A")]),
    "UNIQUE_SIDS_RECOMMENDED": (SCP, [allow(Sid="A"), deny(Sid="A")]),
    # ---- Size and version
    "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA": (IDENTITY, allow(resource=[f"{BUCKET}/{n:030}" for n in range(150)])),
    "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA": (
        RESOURCE,
        to("*", resource=[f"{BUCKET}/{n:060}" for n in range(300)]),
    ),
    "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA": (TRUST, trust({"AWS": [f"{ROLE}{n:030}" for n in range(40)]})),
    "POLICY_SIZE_EXCEEDS_SCP_QUOTA": (SCP, deny(resource=[f"{BUCKET}/{n:030}" for n in range(300)])),
    "POLICY_SIZE_EXCEEDS_RCP_QUOTA": (RCP, control(Resource=[f"{BUCKET}/{n:030}" for n in range(150)])),
    "MISSING_VERSION": (IDENTITY, document(allow(), version=None)),
    # ---- Actions and resources
    "INVALID_SERVICE_IN_ACTION": (IDENTITY, allow("s33:GetObject")),
    "INVALID_ACTION": (IDENTITY, allow("s3:GetObjct")),
    "ACTION_TAKES_NO_RESOURCE": (IDENTITY, allow(["s3:ListAllMyBuckets", "s3:GetObject"])),
    "ACTION_FITS_NO_RESOURCE": (IDENTITY, allow(["s3:ListBucket", "s3:GetObject"])),
    "RESOURCE_FITS_NO_ACTION": (IDENTITY, allow(resource=[BUCKET, f"{BUCKET}/*"])),
    "INVALID_ARN_PREFIX": (IDENTITY, allow(resource="reports/*")),
    "MISSING_ARN_FIELD": (IDENTITY, allow(resource="arn:aws:s3:reports")),
    "INVALID_PARTITION": (IDENTITY, allow(resource="arn:amazon:s3:::reports/*")),
    "INVALID_ARN_SERVICE_CASE": (IDENTITY, allow(resource="arn:aws:S3:::reports/*")),
    "WILDCARD_IN_SERVICE_NAME": (IDENTITY, allow(resource="arn:aws:s*:::reports/*")),
    "INVALID_ARN_REGION": (IDENTITY, allow("sqs:SendMessage", f"arn:aws:sqs:europe:{ME}:jobs")),
    "INVALID_ARN_ACCOUNT": (IDENTITY, allow("sqs:SendMessage", "arn:aws:sqs:eu-west-1:1234:jobs")),
    "ARN_REGION_NOT_ALLOWED": (IDENTITY, allow("iam:GetRole", f"arn:aws:iam:eu-west-1:{ME}:role/reader")),
    "ARN_ACCOUNT_NOT_ALLOWED": (IDENTITY, allow(resource=f"arn:aws:s3::{ME}:reports/*")),
    "MISSING_ARN_REGION": (IDENTITY, allow("sqs:SendMessage", f"arn:aws:sqs::{ME}:jobs")),
    "MISSING_ARN_ACCOUNT": (IDENTITY, allow("sqs:SendMessage", "arn:aws:sqs:eu-west-1::jobs")),
    "INVALID_ARN_RESOURCE": (IDENTITY, allow("iam:GetRole", f"arn:aws:iam::{ME}:roles/reader")),
    # ---- Condition keys
    "INVALID_CONDITION_KEY_FORMAT": (IDENTITY, where("StringEquals", "username", "x")),
    "INVALID_GLOBAL_CONDITION_KEY": (IDENTITY, where("StringEquals", "aws:usernames", "x")),
    "INVALID_SERVICE_CONDITION_KEY": (IDENTITY, where("StringEquals", "s3:suffix", "x")),
    "INVALID_SERVICE": (IDENTITY, where("StringEquals", "s33:prefix", "x")),
    "MISSING_TAG_KEY_IN_CONDITION": (IDENTITY, where("StringEquals", "aws:ResourceTag", "x")),
    "UNSUPPORTED_GLOBAL_CONDITION_KEY": (IDENTITY, where("ArnLike", "aws:ARN", ROLE)),
    "DUPLICATE_KEYS_WITH_DIFFERENT_CASE": (
        IDENTITY,
        allow(Condition={"StringEquals": {"aws:username": "x", "aws:UserName": "y"}}),
    ),
    "UNSUPPORTED_ACTION_FOR_CONDITION_KEY": (IDENTITY, where("StringEquals", "s3:prefix", "x")),
    "USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES": (
        SCP,
        deny("*", "*", Condition={"StringNotEquals": {"aws:VpceAccount": ME}}),
    ),
    "UNTRUSTWORTHY_CONDITION_KEY": (IDENTITY, where("StringLike", "aws:UserAgent", "browser-*")),
    "MISSING_PAIRED_CONDITION_KEYS": (IDENTITY, where("IpAddress", "aws:VpcSourceIp", "10.0.0.0/8")),
    "DYNAMODB_ATTRIBUTES_WITHOUT_SELECT": (
        IDENTITY,
        allow(
            "dynamodb:GetItem",
            f"arn:aws:dynamodb:eu-west-1:{ME}:table/t",
            Condition={"ForAllValues:StringEquals": {"dynamodb:Attributes": ["a"]}},
        ),
    ),
    "S3_PREFIX_IN_NEGATIVE_CONTEXT": (
        IDENTITY,
        deny("s3:ListBucket", BUCKET, Condition={"StringLike": {"s3:prefix": "private/*"}}),
    ),
    "IRRELEVANT_CONDITION_KEY_IN_POLICY": (RESOURCE, where("StringEquals", "s3:ResourceAccount", ME, Principal="*")),
    # ---- Operators
    "INVALID_CONDITION_OPERATOR": (IDENTITY, where("StringMatches", "aws:username", "x")),
    "NULL_WITH_IF_EXISTS": (IDENTITY, where("NullIfExists", "aws:username", "true")),
    "NULL_WITH_QUALIFIER": (IDENTITY, where("ForAllValues:Null", "aws:TagKeys", "true")),
    "TYPE_MISMATCH": (IDENTITY, where("StringEquals", "aws:MultiFactorAuthPresent", "true")),
    "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS": (IDENTITY, where("StringLike", "aws:PrincipalArn", f"{ROLE}*")),
    "MISSING_QUALIFIER": (IDENTITY, where("StringEquals", "aws:TagKeys", "team")),
    "FORALLVALUES_WITH_SINGLE_VALUED_KEY": (IDENTITY, where("ForAllValues:StringEquals", "aws:username", "x")),
    "FORANYVALUE_WITH_SINGLE_VALUED_KEY": (IDENTITY, where("ForAnyValue:StringEquals", "aws:username", "x")),
    "FORALLVALUES_WITHOUT_NULL_CHECK": (IDENTITY, where("ForAllValues:StringEquals", "aws:TagKeys", "team")),
    # ---- Values of conditions
    "INVALID_CONDITION_DATA_TYPE": (IDENTITY, where("StringEquals", "aws:username", ["x", 5])),
    "INVALID_CONDITION_MULTIPLE_BOOLEAN": (IDENTITY, where("Bool", "aws:SecureTransport", ["true", "false"])),
    "TYPE_MISMATCH_BOOLEAN": (IDENTITY, where("Bool", "aws:SecureTransport", "yes")),
    "TYPE_MISMATCH_NUMBER": (IDENTITY, where("NumericLessThan", "aws:MultiFactorAuthAge", "an hour")),
    "TYPE_MISMATCH_DATE": (IDENTITY, where("DateLessThan", "aws:CurrentTime", "tomorrow")),
    "INVALID_DATE_VALUE": (IDENTITY, where("DateLessThan", "aws:CurrentTime", "1767225600")),
    "TYPE_MISMATCH_STRING": (IDENTITY, where("BinaryEquals", "aws:username", "not base64!")),
    "TYPE_MISMATCH_IP_RANGE": (IDENTITY, where("IpAddress", "aws:SourceIp", "300.0.0.0/8")),
    "IMPROVE_IP_RANGE": (IDENTITY, where("IpAddress", "aws:SourceIp", "203.0.114.7/24")),
    "PRIVATE_IP_ADDRESS": (IDENTITY, where("IpAddress", "aws:SourceIp", "10.0.0.0/8")),
    "PRIVATE_NOT_IP_ADDRESS": (IDENTITY, where("NotIpAddress", "aws:SourceIp", "10.0.0.0/8")),
    "PRIVATE_IP_ADDRESS_SUBSET": (IDENTITY, where("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "8.8.8.0/24"])),
    "PRIVATE_NOT_IP_ADDRESS_SUBSET": (IDENTITY, where("NotIpAddress", "aws:SourceIp", ["10.0.0.0/8", "8.8.8.0/24"])),
    "WILDCARD_WITHOUT_LIKE_OPERATOR": (IDENTITY, where("StringEquals", "aws:username", "d*")),
    "WILDCARD_USAGE_TOO_PERMISSIVE": (IDENTITY, where("StringLike", "aws:PrincipalAccount", "1234*")),
    "VARIABLE_USAGE_TOO_PERMISSIVE": (IDENTITY, where("StringLike", "aws:SourceAccount", "${aws:PrincipalTag/a}")),
    "EQUIVALENT_TO_NULL_FALSE": (IDENTITY, where("StringLike", "aws:username", "*")),
    "EQUIVALENT_TO_NULL_TRUE": (IDENTITY, where("StringNotLike", "aws:username", "*")),
    "REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION": (IDENTITY, where("StringLikeIfExists", "aws:username", "*")),
    "REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION": (
        IDENTITY,
        where("ForAnyValue:StringNotLike", "aws:TagKeys", "*"),
    ),
    "INVALID_REGION": (IDENTITY, where("StringEquals", "aws:RequestedRegion", "Ireland")),
    "INVALID_VPC_FORMAT": (IDENTITY, where("StringEquals", "aws:SourceVpc", "vpc-1")),
    "INVALID_VPCE_FORMAT": (IDENTITY, where("StringEquals", "aws:SourceVpce", "vpc-11223344")),
    "INVALID_KMS_KEY_VALUE": (
        IDENTITY,
        allow("s3:PutObject", Condition={"StringEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "k"}}),
    ),
    "REDUNDANT_CONDITION_VALUE_NUM": (IDENTITY, where("NumericLessThan", "aws:MultiFactorAuthAge", ["2700", "3600"])),
    # ---- Variables
    "MISSING_BRACE_IN_VARIABLE": (IDENTITY, allow(resource=f"{BUCKET}/${{aws:username/*")),
    "EMPTY_VARIABLE": (IDENTITY, allow(resource=f"{BUCKET}/${{}}/*")),
    "UNSUPPORTED_SPACE_IN_VARIABLE": (IDENTITY, allow(resource=f"{BUCKET}/${{aws:user name}}/*")),
    "MISSING_QUOTE_IN_VARIABLE": (IDENTITY, allow(resource=f"{BUCKET}/${{aws:username, nobody}}/*")),
    "VARIABLE_UNSUPPORTED_IN_ELEMENT": (IDENTITY, allow("s3:${aws:username}")),
    "INVALID_VARIABLE_FOR_OPERATOR": (IDENTITY, where("NumericEquals", "s3:max-keys", "${aws:PrincipalTag/n}")),
    "VARIABLE_UNSUPPORTED_IN_VERSION": (
        IDENTITY,
        document(allow(resource=f"{BUCKET}/${{aws:username}}/*"), version="2008-10-17"),
    ),
    # ---- Tags
    "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": (IDENTITY, allow(UNTAGGED, "*", Condition=EC2_TAG)),
    "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": (
        IDENTITY,
        without(allow(NotAction="iam:*", resource="*", Condition=EC2_TAG), "Action"),
    ),
    "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": (IDENTITY, deny(UNTAGGED, "*", Condition=EC2_TAG)),
    "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": (
        IDENTITY,
        without(deny(NotAction="iam:*", resource="*", Condition=EC2_TAG), "Action"),
    ),
    # ---- Principals
    "INVALID_PRINCIPAL": (TRUST, trust({"AWS": f"arn:aws:iam::{ME}:group/devs"})),
    "UNSUPPORTED_WILDCARD_IN_PRINCIPAL": (TRUST, trust({"AWS": f"arn:aws:iam::{ME}:role/*"})),
    "INVALID_ROLE_REFERENCE": (TRUST, trust({"AWS": "AROACKCEVSQ6C2EXAMPLE"})),
    "INVALID_USER_REFERENCE": (TRUST, trust({"AWS": "AIDACKCEVSQ6C2EXAMPLE"})),
    "INVALID_SERVICE_PRINCIPAL_FORMAT": (TRUST, trust({"Service": "Lambda"})),
    "ALLOW_WITH_NOT_PRINCIPAL": (RESOURCE, allow(NotPrincipal={"AWS": ME})),
    "PUBLIC_PRINCIPAL": (RESOURCE, to("*")),
    "FOREIGN_PRINCIPAL": (TRUST, trust({"AWS": f"arn:aws:iam::{OTHER}:root"})),
    "REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY": (
        TRUST,
        trust({"AWS": [ROLE, f"arn:aws:sts::{ME}:assumed-role/reader/one"]}),
    ),
    "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL": (TRUST, trust({"Service": "scheduler.amazonaws.com"})),
    "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL": (
        RESOURCE,
        to(SERVICE, Condition={"StringEquals": {"aws:Referer": "x"}}),
    ),
    "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL": (
        RESOURCE,
        to(SERVICE, Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
    ),
    "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY": (TRUST, trust({"Service": "rolesanywhere.amazonaws.com"})),
    # ---- Identity providers
    "FEDERATED_PRINCIPAL_NOT_SUPPORTED": (RESOURCE, to({"Federated": SAML})),
    "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY": (TRUST, trust({"Federated": "corp"}, BY_SAML)),
    "MISMATCHED_ACTION_FOR_PRINCIPAL": (TRUST, trust({"Federated": SAML}, BY_TOKEN)),
    "UNSUPPORTED_ACTION_IN_POLICY": (TRUST, trust({"AWS": ROLE}, "s3:GetObject")),
    "UNSUPPORTED_RESOURCE_ARN_IN_POLICY": (
        RESOURCE,
        to({"AWS": ROLE}, resource=[f"{BUCKET}/*", f"arn:aws:kms:eu-west-1:{ME}:key/1"]),
    ),
    "MISSING_ACTION_FOR_CONDITION_KEY": (
        TRUST,
        trust({"AWS": ROLE}, Condition={"StringEquals": {"sts:SourceIdentity": "dana"}}),
    ),
    "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL": (TRUST, trust({"Federated": OIDC}, BY_TOKEN)),
    "MISSING_GITHUB_REPO_CONDITION_KEY": (
        TRUST,
        trust(
            {"Federated": GITHUB},
            BY_TOKEN,
            Condition={"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}},
        ),
    ),
    "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED": (
        TRUST,
        trust(
            {"Federated": GITHUB},
            BY_TOKEN,
            Condition={"StringLike": {"token.actions.githubusercontent.com:sub": "repo:acme/*"}},
        ),
    ),
    "FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE": (
        TRUST,
        trust(
            {"Federated": "cognito-identity.amazonaws.com"},
            BY_TOKEN,
            Condition={"ForAnyValue:StringEquals": {"cognito-identity.amazonaws.com:aud": "pool"}},
        ),
    ),
    "CONFIRM_AUDIENCE_CLAIM_TYPE": (
        TRUST,
        trust({"Federated": OIDC}, BY_TOKEN, Condition={"ForAnyValue:StringEquals": {"id.example.com:aud": "x"}}),
    ),
    # ---- Control policies and trust
    "RCP_SYNTAX_ERROR_PRINCIPAL": (RCP, control(Principal={"AWS": ME})),
    "RCP_SYNTAX_ERROR_ALLOW": (RCP, control(Effect="Allow", Condition=EC2_TAG)),
    "RCP_SYNTAX_ERROR_NOTACTION": (RCP, without(control(NotAction="s3:*"), "Action")),
    "RCP_SYNTAX_ERROR_ACTION": (RCP, control("ec2:*")),
    "RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY": (
        RCP,
        control(Condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}),
    ),
    "RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY": (
        RCP,
        control(Condition={"StringNotEqualsIfExists": {"aws:SourceOrgID": "o-1"}}),
    ),
    "RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK": (
        RCP,
        control(Condition={"StringNotEqualsIfExists": {"aws:SourceOrgID": "o-1"}}),
    ),
    "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL": (TRUST, without(trust("*", NotPrincipal={"AWS": ME}), "Principal")),
    "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL": (TRUST, trust("*")),
    # ---- Passing roles
    "PASS_ROLE_WITH_NOT_RESOURCE": (IDENTITY, without(allow("iam:PassRole", NotResource=ROLE), "Resource")),
    "PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE": (
        IDENTITY,
        without(allow("iam:*", NotResource=ROLE), "Resource"),
    ),
    "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE": (
        IDENTITY,
        without(allow(NotAction="s3:*", NotResource=ROLE), "Action", "Resource"),
    ),
    "PASS_ROLE_WITH_STAR_IN_RESOURCE": (IDENTITY, allow("iam:PassRole", f"arn:aws:iam::{ME}:role/*")),
    "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE": (IDENTITY, allow("iam:Pass*", "*")),
    "PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION": (
        IDENTITY,
        without(allow(NotAction="s3:*", resource="*"), "Action"),
    ),
    "CREATE_SLR_WITH_NOT_RESOURCE": (
        IDENTITY,
        without(allow("iam:CreateServiceLinkedRole", NotResource=ROLE), "Resource"),
    ),
    "CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE": (
        IDENTITY,
        without(allow("iam:Create*", NotResource=ROLE), "Resource"),
    ),
    "CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE": (
        IDENTITY,
        without(allow(NotAction="s3:*", NotResource=ROLE), "Action", "Resource"),
    ),
    "CREATE_SLR_WITH_STAR_IN_RESOURCE": (IDENTITY, allow("iam:CreateServiceLinkedRole", "*")),
    "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE": (IDENTITY, allow("iam:Create*", "*")),
    "CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION": (
        IDENTITY,
        without(allow(NotAction="s3:*", resource="*"), "Action"),
    ),
    # ---- Width
    "ALLOW_WITH_NOT_ACTION": (IDENTITY, without(allow(NotAction="iam:*"), "Action")),
    "ALLOW_WITH_NOT_RESOURCE": (IDENTITY, without(allow(NotResource=f"{BUCKET}/*"), "Resource")),
    "ALLOW_EVERYTHING": (IDENTITY, allow("*", "*")),
    "ALLOW_WHOLE_SERVICE": (IDENTITY, allow("s3:*", "*")),
    "INVISIBLE_CHARACTER": (IDENTITY, allow(resource=f"{BUCKET}/rep\u00adorts/*")),
    "LOOKED_AT_IN_PART": (IDENTITY, [allow(resource=f"{BUCKET}/{n}") for n in range(1001)]),
    # ---- Redundancy
    "REDUNDANT_ACTION": (IDENTITY, allow(["s3:Get*", "s3:GetObject"])),
    "REDUNDANT_RESOURCE": (IDENTITY, allow(resource=[f"{BUCKET}/*", f"{BUCKET}/2026/*"])),
    "REDUNDANT_STATEMENT": (IDENTITY, [allow(Sid="A"), allow(["S3:getobject"], Sid="B")]),
    "SHADOWED_STATEMENT": (IDENTITY, [allow("s3:Get*"), allow(resource=f"{BUCKET}/2026/*")]),
    "STATEMENT_WITHOUT_EFFECT": (IDENTITY, [allow(), deny("s3:*", "*")]),
    # ---- Nothing at all
    "EMPTY_ARRAY_ACTION": (IDENTITY, allow([])),
    "EMPTY_ARRAY_RESOURCE": (IDENTITY, allow(resource=[])),
    "EMPTY_ARRAY_PRINCIPAL": (RESOURCE, to({"AWS": []})),
    "EMPTY_OBJECT_PRINCIPAL": (RESOURCE, to({})),
    "EMPTY_OBJECT_CONDITION": (IDENTITY, allow(Condition={})),
    "EMPTY_SID_VALUE": (IDENTITY, allow(Sid="")),
    "EMPTY_ARRAY_CONDITION": (IDENTITY, where("StringEquals", "aws:username", [])),
    "EMPTY_ARRAY_CONDITION_FORALLVALUES": (IDENTITY, where("ForAllValues:StringEquals", "aws:TagKeys", [])),
    "EMPTY_ARRAY_CONDITION_FORANYVALUE": (IDENTITY, where("ForAnyValue:StringEquals", "aws:TagKeys", [])),
    "EMPTY_ARRAY_CONDITION_IFEXISTS": (IDENTITY, where("StringEqualsIfExists", "aws:username", [])),
}


def text_of(case: str | Statement | list[Statement]) -> str:
    if isinstance(case, str):
        return case
    return document(*(case if isinstance(case, list) else [case]))
