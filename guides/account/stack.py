"""The stack of CloudFormation with the role by which an AWS account is connected read-only, and the link that makes it.

The sources: "Create quick-create links for stacks" in the CloudFormation User Guide: the template lies in a bucket of
S3 that whoever opens the link may read, and parameters with NoEcho aren't taken from the link. An external id is none:
"AWS does not treat the external ID as a secret" ("Access to AWS accounts owned by third parties", IAM User Guide).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from accounts.models import AwsAccount
from estate.enrolment.cloudformation import EXTERNAL_ID, PRINCIPAL, command_line, template_with
from estate.enrolment.roles import RolesPlan, TrustValues, roles_of
from sync.aws.permission import parts_of
from sync.aws.target import home_region, partition_of

STACK = "iam-console"
FILE = "iam-console-read.yaml"
# What is about persons, what only the management account of an organization needs, and what takes messages of a queue.
_LEFT_OUT = ("people", "enrolment", "events")
_CONSOLES = {
    AwsAccount.Partition.AWS: "console.aws.amazon.com",
    AwsAccount.Partition.CHINA: "console.amazonaws.cn",
    AwsAccount.Partition.GOV: "console.amazonaws-us-gov.com",
}
_S3_REGION = re.compile(r"(?:^|\.)s3[.-](?P<region>[a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$")
_S3_GLOBAL = re.compile(r"(?:^|\.)s3\.amazonaws\.com$")
LONGEST_TEMPLATE_URL = 1_024


def plan(partition: str) -> RolesPlan:
    """A role to read, with all parts but those that few should have."""
    parts = [part.name for part in parts_of("read") if part.name not in _LEFT_OUT]
    return RolesPlan(partition, parts)


def template(partition: str) -> str:
    """YAML, the same for every AWS account of the partition."""
    parameters = {
        PRINCIPAL: {"Type": "String", "MinLength": 20, "Description": "Whom the role trusts: the console."},
        EXTERNAL_ID: {"Type": "String", "MinLength": 16, "Description": "As the console shows it."},
    }
    about = "The role by which IAM Console reads this AWS account. It can change nothing."
    trusted = TrustValues({"Ref": PRINCIPAL}, {"Ref": EXTERNAL_ID}, "")
    return template_with(about, parameters, roles_of(plan(partition), trusted))


def role_arn(partition: str, account_id: str) -> str:
    return plan(partition).arn("read", account_id)


# ---- Where the template lies ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class StoredTemplate:
    """The template in a bucket of S3: `region` and `partition` are the bucket's."""

    url: str
    region: str
    partition: str


def stored_template(url: str) -> StoredTemplate | None:
    """None of what isn't the address of an object in S3: CloudFormation takes no other."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" or not parts.path.strip("/") or len(url) > LONGEST_TEMPLATE_URL:
        return None
    if _S3_GLOBAL.search(host):
        return StoredTemplate(url, "us-east-1", AwsAccount.Partition.AWS)
    found = _S3_REGION.search(host)
    return StoredTemplate(url, found["region"], partition_of(found["region"])) if found else None


# ---- How the stack is made -----------------------------------------------------------------------------------
def quick_create_link(stored: StoredTemplate, parameters: Mapping[str, str]) -> str:
    """Opens CloudFormation's page with everything filled in: what is left is to acknowledge, and to press a button."""
    query = [
        ("templateURL", stored.url),
        ("stackName", STACK),
        *((f"param_{key}", parameters[key]) for key in parameters),
    ]
    filled = "&".join(f"{key}={quote(value, safe='')}" for key, value in query)
    return f"{_cloudformation(stored.partition, stored.region)}/create/review?{filled}"


def upload_link(aws_account: AwsAccount) -> str:
    """Where a template is uploaded by hand."""
    return f"{_cloudformation(aws_account.partition, home_region(aws_account))}/create"


def _cloudformation(partition: str, region: str) -> str:
    host = _CONSOLES[AwsAccount.Partition(partition)]
    return f"https://{region}.{host}/cloudformation/home?region={region}#/stacks"


def parameters(principal_arn: str, external_id: str) -> dict[str, str]:
    return {PRINCIPAL: principal_arn, EXTERNAL_ID: external_id}


def command(aws_account: AwsAccount, given: Mapping[str, str]) -> str:
    return command_line(
        ["aws", "cloudformation", "deploy", "--stack-name", STACK, "--template-file", FILE],
        ["--capabilities", "CAPABILITY_NAMED_IAM", "--region", home_region(aws_account)],
        ["--parameter-overrides", *(f"{key}={value}" for key, value in given.items())],
    )
