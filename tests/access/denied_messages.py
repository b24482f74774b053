"""AWS's messages of denials, each with what it says and the page of AWS's documentation that has its wording."""

from __future__ import annotations

from typing import NamedTuple

from sync.aws.denial import Layer

JOHN = "arn:aws:iam::123456789012:user/JohnDoe"
SESSION = "arn:aws:sts::111122223333:assumed-role/role-name/role-session-name"
GROUPS = "arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:*"
OBJECT = "arn:aws:s3:::amzn-s3-demo-bucket1/object-name"
ENCODED = "EXAMPLEWodyRNrtlQARDip-eTA6i6DrlUhHhPQrLWB_lAbl5pAKxl9mPDLexYcGBreyIKQC1BGBIpBKr3dFDkwqeO7e2NMk5j_hmzAiChJN"
DETAILS = "EXAMPLE1a2b3c4d5e6f7g8h9i0j"

GUIDE = "IAM User Guide, Troubleshoot access denied error messages"
WITH_ID = "IAM User Guide, Troubleshoot access denied error messages with authorization ID"
S3 = "Amazon S3 User Guide, Troubleshoot access denied (403 Forbidden) errors"
KMS = "KMS Developer Guide, Troubleshooting AWS KMS permissions"
EC2 = "AWS re:Post, How do I decode and analyze You are not authorized to perform this operation errors"
RCPS = "AWS Organizations User Guide, Resource control policies"


class Sample(NamedTuple):
    """`resource`: "" where AWS doesn't name it and the action takes one; `explicit`: None where AWS doesn't say."""

    source: str
    text: str
    action: str
    resource: str
    layer: Layer | None
    explicit: bool | None
    principal: str = JOHN


def _who(action: str, on: str, why: str, who: str = JOHN) -> str:
    return f"User: {who} is not authorized to perform: {action}{f' on resource: {on}' if on else ''}{why and f' {why}'}"


def _none(kind: str, action: str) -> str:
    return f"because no {kind} allows the {action} action"


LIST, DEPLOYMENTS, SECRET = "codecommit:ListRepositories", "codedeploy:ListDeployments", "secretsmanager:GetSecretValue"
SECRETS = "arn:aws:secretsmanager:us-east-1:123456789012:secret:*"

SAMPLES = [
    Sample(GUIDE, _who(LIST, "", "with an explicit deny in a service control policy"), LIST, "*", Layer.SCP, True),
    Sample(
        RCPS,
        _who("s3:GetObject", OBJECT, "with an explicit deny in a resource control policy"),
        "s3:GetObject",
        OBJECT,
        Layer.RCP,
        True,
    ),
    Sample(GUIDE, _who(LIST, "", _none("VPC endpoint policy", LIST)), LIST, "*", Layer.ENDPOINT, False),
    Sample(
        GUIDE,
        _who(DEPLOYMENTS, GROUPS, "with an explicit deny in a VPC endpoint policy"),
        DEPLOYMENTS,
        GROUPS,
        Layer.ENDPOINT,
        True,
    ),
    Sample(
        GUIDE,
        _who(DEPLOYMENTS, GROUPS, _none("permissions boundary", DEPLOYMENTS)),
        DEPLOYMENTS,
        GROUPS,
        Layer.BOUNDARY,
        False,
    ),
    Sample(
        GUIDE,
        _who("sagemaker:ListModels", "", "with an explicit deny in a permissions boundary"),
        "sagemaker:ListModels",
        "*",
        Layer.BOUNDARY,
        True,
    ),
    Sample(GUIDE, _who(LIST, "", _none("session policy", LIST)), LIST, "*", Layer.SESSION, False),
    Sample(
        f"{GUIDE} (older)",
        _who(DEPLOYMENTS, GROUPS, "with an explicit deny in a sessions policy"),
        DEPLOYMENTS,
        GROUPS,
        Layer.SESSION,
        True,
    ),
    Sample(
        GUIDE,
        _who(DEPLOYMENTS, GROUPS, "with an explicit deny in a session policy"),
        DEPLOYMENTS,
        GROUPS,
        Layer.SESSION,
        True,
    ),
    Sample(GUIDE, _who(SECRET, "", _none("resource-based policy", SECRET)), SECRET, "", Layer.RESOURCE, False),
    Sample(
        GUIDE,
        _who(SECRET, SECRETS, "with an explicit deny in a resource-based policy"),
        SECRET,
        SECRETS,
        Layer.RESOURCE,
        True,
    ),
    Sample(
        GUIDE,
        _who("sts:AssumeRole", "", _none("role trust policy", "sts:AssumeRole")),
        "sts:AssumeRole",
        "",
        Layer.TRUST,
        False,
    ),
    Sample(
        f"{GUIDE} (older)",
        _who("sts:AssumeRole", "", "because the role trust policy allows the sts:AssumeRole action"),
        "sts:AssumeRole",
        "",
        Layer.TRUST,
        False,
    ),
    Sample(
        GUIDE,
        _who("sts:AssumeRole", "", "with an explicit deny in the role trust policy"),
        "sts:AssumeRole",
        "",
        Layer.TRUST,
        True,
    ),
    Sample(GUIDE, _who(LIST, "", _none("identity-based policy", LIST)), LIST, "*", Layer.IDENTITY, False),
    Sample(
        GUIDE,
        _who(DEPLOYMENTS, GROUPS, "with an explicit deny in an identity-based policy"),
        DEPLOYMENTS,
        GROUPS,
        Layer.IDENTITY,
        True,
    ),
    Sample(
        GUIDE,
        f"User: {SESSION} is not authorized to perform: \nSNS:Publish on resource: arn:aws:sns:us-east-1:444455556666:"
        "role-name-2 \nwith an explicit deny in a VPC endpoint policy transitively through a service control policy",
        "sns:Publish",
        "arn:aws:sns:us-east-1:444455556666:role-name-2",
        Layer.ENDPOINT,
        True,
        SESSION,
    ),
    Sample(
        WITH_ID,
        f"User: {JOHN} is not authorized to perform: iam:CreateInstanceProfile\non resource: arn:aws:iam::123456789012:"
        "instance-profile/my-instance-profile\nwith an explicit deny in an identity-based policy: arn:aws:iam::"
        "123456789012:policy/ExampleDenyPolicy.\nGo to https://us-east-1.console.aws.amazon.com/iam/home?region="
        f"us-east-1#/authorization-details/{DETAILS} for complete details,\nor call the GetRequestAuthorizationDetails "
        f"API with the following authorization id: {DETAILS}",
        "iam:CreateInstanceProfile",
        "arn:aws:iam::123456789012:instance-profile/my-instance-profile",
        Layer.IDENTITY,
        True,
    ),
    Sample(
        S3,
        f"An error occurred (AccessDenied) when calling the GetObject operation: User: {JOHN} is not authorized to "
        f'perform: s3:GetObject on resource: "{OBJECT}" because no identity-based policy allows the s3:GetObject '
        "action",
        "s3:GetObject",
        OBJECT,
        Layer.IDENTITY,
        False,
    ),
    Sample(
        S3,
        f'User: {JOHN} is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::amzn-s3-demo-one"'
        " because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access",
        "s3:PutBucketPolicy",
        "arn:aws:s3:::amzn-s3-demo-one",
        Layer.PUBLIC,
        False,
    ),
    Sample(
        f"{S3} (other AWS accounts)",
        "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied",
        "s3:GetObject",
        "",
        None,
        None,
        "",
    ),
    Sample(
        KMS,
        f"User: {JOHN} is not authorized to perform: kms:Decrypt on this resource because the resource does not exist "
        "in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access",
        "kms:Decrypt",
        "",
        Layer.RESOURCE,
        False,
    ),
    Sample(
        KMS,
        f"User: {JOHN} is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext "
        "because no identity-based policy allows the kms:Decrypt action",
        "kms:Decrypt",
        "",
        Layer.IDENTITY,
        False,
    ),
    Sample(
        EC2,
        f"You are not authorized to perform this operation. User: {SESSION} is not authorized to perform: "
        "ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:111122223333:instance/* because no identity-based policy "
        f"allows the ec2:RunInstances action. Encoded authorization failure message: {ENCODED}",
        "ec2:RunInstances",
        "arn:aws:ec2:eu-west-1:111122223333:instance/*",
        Layer.IDENTITY,
        False,
        SESSION,
    ),
    Sample(
        "what services with less detail say",
        _who(DEPLOYMENTS, GROUPS, "with an explicit deny"),
        DEPLOYMENTS,
        GROUPS,
        None,
        True,
    ),
    Sample("what services without detail say", _who(DEPLOYMENTS, GROUPS, ""), DEPLOYMENTS, GROUPS, None, None),
    Sample(
        "IAM's own, which names objects in words",
        _who("iam:GetUser", "user bob", _none("identity-based policy", "iam:GetUser")),
        "iam:GetUser",
        "",
        Layer.IDENTITY,
        False,
    ),
    Sample(
        "IAM's own, of a managed policy",
        _who("iam:GetPolicy", "policy arn:aws:iam::123456789012:policy/x", _none("session policy", "iam:GetPolicy")),
        "iam:GetPolicy",
        "arn:aws:iam::123456789012:policy/x",
        Layer.SESSION,
        False,
    ),
    Sample(
        "a service that calls as itself",
        "events.amazonaws.com is not authorized to perform: sqs:SendMessage on resource: "
        "arn:aws:sqs:eu-west-1:123456789012:jobs because no resource-based policy allows the sqs:SendMessage action",
        "sqs:SendMessage",
        "arn:aws:sqs:eu-west-1:123456789012:jobs",
        Layer.RESOURCE,
        False,
        "events.amazonaws.com",
    ),
    Sample(
        "STS, of who has no AWS credentials yet",
        "Not authorized to perform sts:AssumeRoleWithWebIdentity",
        "sts:AssumeRoleWithWebIdentity",
        "",
        None,
        None,
        "",
    ),
]
