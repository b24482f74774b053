"""The values that condition keys can have, where AWS says which there are."""

from __future__ import annotations

from collections.abc import Mapping

# IAM User Guide, "AWS global condition context keys" (aws:PrincipalType); "IAM and AWS STS condition context keys";
# Service Authorization Reference and the guides of Amazon S3, Amazon EC2 and Amazon DynamoDB.
_CALLING = ("athena", "backup", "cloudformation", "dynamodb", "kms")
KEY_VALUES: Mapping[str, tuple[str, ...]] = {
    **{
        f"aws:calledvia{which}": tuple(f"{name}.amazonaws.com" for name in _CALLING)
        for which in ("", "first", "last")
    },
    "aws:principaltype": ("Account", "Anonymous", "AssumedRole", "FederatedUser", "User"),
    "cognito-identity.amazonaws.com:amr": ("authenticated", "unauthenticated"),
    "dynamodb:select": ("ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "COUNT", "SPECIFIC_ATTRIBUTES"),
    "ec2:metadatahttptokens": ("optional", "required"),
    "ec2:roledelivery": ("1.0", "2.0"),
    "ec2:tenancy": ("dedicated", "default", "host"),
    "lambda:functionurlauthtype": ("AWS_IAM", "NONE"),
    "s3:object-lock-mode": ("COMPLIANCE", "GOVERNANCE"),
    "s3:signatureversion": ("AWS", "AWS4-HMAC-SHA256"),
    "s3:x-amz-acl": ("authenticated-read", "aws-exec-read", "bucket-owner-full-control", "bucket-owner-read",
                     "log-delivery-write", "private", "public-read", "public-read-write"),
    "s3:x-amz-server-side-encryption": ("AES256", "aws:kms", "aws:kms:dsse"),
    "s3:x-amz-storage-class": ("DEEP_ARCHIVE", "EXPRESS_ONEZONE", "GLACIER", "GLACIER_IR", "INTELLIGENT_TIERING",
                               "ONEZONE_IA", "OUTPOSTS", "REDUCED_REDUNDANCY", "STANDARD", "STANDARD_IA"),
    "saml:aud": ("https://signin.aws.amazon.com/saml",),
    "saml:sub_type": ("persistent", "transient"),
    "sns:protocol": ("application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"),
    "token.actions.githubusercontent.com:aud": ("sts.amazonaws.com",),
}  # fmt: skip
# What else keys hold that can be offered, by the name of the key in lower case. Of ARNs: (service, type).
HOLD_SERVICES = ("aws:principalservicename", "iam:awsservicename", "iam:passedtoservice")
HOLD_ACCOUNTS = (
    "aws:principalaccount",
    "aws:resourceaccount",
    "aws:sourceaccount",
    "aws:vpceaccount",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
    "s3:resourceaccount",
)
HOLD_ORGANIZATIONS = ("aws:principalorgid", "aws:resourceorgid", "aws:sourceorgid", "aws:vpceorgid")
HOLD_ARNS: Mapping[str, tuple[str, ...]] = {
    "aws:principalarn": ("iam:role", "iam:user"),
    "iam:permissionsboundary": ("iam:policy",),
    "iam:policyarn": ("iam:policy",),
    "aws:federatedprovider": ("iam:oidc-provider", "iam:saml-provider"),
}
